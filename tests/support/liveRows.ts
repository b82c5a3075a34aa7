import type { Value } from '../../engine/src/columns/values.js';
import type { Field } from '../../engine/src/columns/types.js';
import type { OpenSource, SourceConnector, SourceCounters, World } from '../../engine/src/sources/source.js';
import { batchRows, sourceRequest } from './sourceRows.js';

/** A live source that is read as its rows come. */
export class LiveRows {
  readonly rows: Value[][] = [];
  readonly marks: number[] = [];
  readonly counters: SourceCounters;
  /** Whether it has come to its end. */
  ended = false;
  #wake: (() => void)[] = [];
  readonly #reading: Promise<void>;

  constructor(readonly source: OpenSource) {
    const reader = source.read();
    this.counters = reader.counters;
    const read = async (): Promise<void> => {
      for (let batch = await reader.next(8192); batch !== null; batch = await reader.next(8192)) {
        this.rows.push(...batchRows(batch));
        if (batch.marks !== null) this.marks.push(...batch.marks.subarray(0, batch.length));
        this.#progressed();
      }
      this.ended = true;
      this.#progressed();
    };
    this.#reading = read();
  }

  /** Opens a source and begins to read it. */
  static async open(
    connector: SourceConnector,
    options: Record<string, unknown>,
    world: World,
    more: { fields?: readonly Field[]; time?: string; boundUs?: number } = {},
  ): Promise<LiveRows> {
    return new LiveRows(await connector.open(sourceRequest(options, more), world));
  }

  /** Resolves when something is true of the rows so far; fails after so many milliseconds. */
  async until(holds: (rows: readonly Value[][]) => boolean, milliseconds = 10_000): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!holds(this.rows)) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`not so within ${milliseconds} ms; there are ${this.rows.length} rows`);
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, Math.min(left, 20));
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resolves at the source's end. */
  end(milliseconds = 10_000): Promise<void> {
    return this.until(() => this.ended, milliseconds);
  }

  /** A column of the rows so far. */
  column(name: string): Value[] {
    const at = this.source.summary.fields.findIndex(field => field.name === name);
    return this.rows.map(row => row[at]);
  }

  async close(): Promise<void> {
    await this.source.close();
    await this.#reading;
  }

  #progressed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resume of waiting) resume();
  }
}
