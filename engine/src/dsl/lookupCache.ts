import type { Field } from '../columns/types.js';
import { keyText } from './userFunctions.js';

type Row = Readonly<Record<string, unknown>>;

/** A key, and what stands for it among others. */
interface Asked {
  readonly text: string;
  readonly key: Row;
}

/** The rows of a key, as far as they have come, and when they were asked for. */
interface Answer {
  readonly rows: Promise<readonly Row[]>;
  readonly atUs: number | null;
}

/**
 * Asks a function for the rows of keys, and keeps what it answers: of so many keys, and for so long. Keys of which there are no rows are kept as others are. A key that is being
 * asked for is not asked for again.
 */
export class LookupCache {
  /** Those that were used last stand last. */
  readonly #answers = new Map<string, Answer>();

  constructor(
    readonly ask: (keys: readonly Row[]) => Promise<readonly Row[]>,
    readonly by: readonly Field[],
    readonly size: number,
    readonly ttlUs: number,
  ) {}

  /** The rows of keys, by their texts. */
  async find(keys: readonly Asked[], nowUs: number | null): Promise<ReadonlyMap<string, readonly Row[]>> {
    const wanted = new Map<string, Promise<readonly Row[]>>();
    const unknown = new Map<string, Row>();
    for (const { text, key } of keys) {
      if (wanted.has(text) || unknown.has(text)) continue;
      const answer = this.#answers.get(text);
      if (answer === undefined || this.#isOld(answer, nowUs)) unknown.set(text, key);
      else {
        wanted.set(text, answer.rows);
        this.#answers.delete(text);
        this.#answers.set(text, answer);
      }
    }
    if (unknown.size > 0) for (const [text, rows] of this.#askFor(unknown, nowUs)) wanted.set(text, rows);
    this.#evict();
    const found = new Map<string, readonly Row[]>();
    for (const [text, rows] of wanted) found.set(text, await rows);
    return found;
  }

  #isOld({ atUs }: Answer, nowUs: number | null): boolean {
    return atUs !== null && nowUs !== null && nowUs - atUs >= this.ttlUs;
  }

  #askFor(unknown: ReadonlyMap<string, Row>, nowUs: number | null): Map<string, Promise<readonly Row[]>> {
    const answer = this.#ask(unknown);
    const made = new Map<string, Promise<readonly Row[]>>();
    for (const text of unknown.keys()) {
      const rows = answer.then(found => found.get(text) ?? []);
      made.set(text, rows);
      this.#answers.delete(text);
      this.#answers.set(text, { rows, atUs: nowUs });
      // What failed is asked for again.
      rows.then(
        () => {
          if (this.size === 0) this.#forget(text, rows);
        },
        () => this.#forget(text, rows),
      );
    }
    return made;
  }

  #forget(text: string, rows: Promise<readonly Row[]>): void {
    if (this.#answers.get(text)?.rows === rows) this.#answers.delete(text);
  }

  async #ask(unknown: ReadonlyMap<string, Row>): Promise<ReadonlyMap<string, readonly Row[]>> {
    const rows = await this.ask([...unknown.values()]);
    const found = new Map<string, Row[]>();
    for (const row of rows) {
      const text = keyText(this.by.map(({ name }) => row[name] ?? null));
      const known = found.get(text);
      if (known === undefined) found.set(text, [row]);
      else known.push(row);
    }
    return found;
  }

  #evict(): void {
    if (this.size === 0) return;
    for (const text of this.#answers.keys()) {
      if (this.#answers.size <= this.size) break;
      this.#answers.delete(text);
    }
  }
}
