import type { Value } from '../../engine/src/columns/values.js';
import { FIELDS, type HistoryRow } from './histories.js';
import type { Random } from './random.js';
import { keyText } from './reference.js';

/** How the rows of an input are known and put in order. */
export interface Input {
  readonly key: readonly string[] | null;
  readonly timed: boolean;
}

/** A row of the table that changes, by when it came and when it was put there. */
interface Held {
  readonly row: HistoryRow;
  readonly arrival: number;
  readonly put: number;
}

export const COLUMNS = FIELDS.map(({ name }) => name as keyof HistoryRow);
const valuesOf = (row: HistoryRow, names: readonly string[] = COLUMNS): Value[] =>
  names.map(name => row[name as keyof HistoryRow]);

/** A table of rows that come, change and go, kept the plainest way. */
export class Table {
  held: Held[] = [];
  unmatched = 0;
  untimed = 0;
  #next = 0;
  readonly #names: readonly string[];

  constructor(readonly input: Input) {
    this.#names = input.key ?? COLUMNS;
  }

  #nameOf(row: HistoryRow): string {
    return keyText(valuesOf(row, this.#names));
  }

  /** The row that a change is about: of several that are alike the one that was put there last. */
  #find(row: HistoryRow): Held | undefined {
    const alike = this.held.filter(each => this.#nameOf(each.row) === this.#nameOf(row));
    return alike.reduce<Held | undefined>(
      (last, each) => (last && last.put > each.put ? last : each),
      undefined,
    );
  }

  #isTimed({ time }: HistoryRow): boolean {
    if (!this.input.timed || time !== null) return true;
    this.untimed++;
    return false;
  }

  take(row: HistoryRow): Held | null {
    if (!this.#isTimed(row)) return null;
    const found = this.#find(row);
    if (found === undefined) this.unmatched++;
    this.held = this.held.filter(each => each !== found);
    return found ?? null;
  }

  put(row: HistoryRow, before: Held | null): void {
    if (!this.#isTimed(row)) return;
    const isOfKey =
      before !== null && (this.input.key === null || this.#nameOf(before.row) === this.#nameOf(row));
    let place = isOfKey ? before : null;
    if (this.input.key !== null && place === null) {
      place = this.#find(row) ?? null;
      this.held = this.held.filter(each => each !== place);
    }
    const put = this.#next++;
    this.held.push({ row, arrival: place?.arrival ?? put, put });
  }

  /** The rows in their order. */
  rows(): HistoryRow[] {
    const { timed } = this.input;
    const order = (a: Held, b: Held): number =>
      timed ? Number(a.row.time) - Number(b.row.time) || Number(a.row.seq - b.row.seq) : 0;
    return [...this.held].sort((a, b) => order(a, b) || a.arrival - b.arrival).map(({ row }) => row);
  }
}

export interface Change {
  readonly kind: number;
  readonly row: HistoryRow;
}

/** Random changes of a table, which takes them. */
export function changesOf(random: Random, table: Table, coming: HistoryRow[], count: number): Change[] {
  const found: Change[] = [];
  const say = (kind: number, row: HistoryRow): void => void found.push({ kind, row });
  while (found.length < count && coming.length > 0) {
    const { held } = table;
    const choice = random.next();
    if (choice < 0.03) {
      // What is not there.
      const row = coming[0];
      say(3, row);
      table.take(row);
    } else if (held.length > 0 && choice < 0.25) {
      const { row } = random.chance(0.5) ? held.at(-1)! : random.pick(held);
      say(3, row);
      table.take(row);
    } else if (held.length > 0 && choice < 0.5) {
      const { row } = random.chance(0.5) ? held.at(-1)! : random.pick(held);
      let next = coming.shift()!;
      if (random.chance(0.3)) next = { ...row, price: next.price, mark: row.mark };
      say(1, row);
      say(2, next);
      table.put(next, table.take(row));
    } else {
      const row = coming.shift()!;
      say(0, row);
      table.put(row, null);
    }
  }
  return found;
}
