import type { Value } from '../columns/values.js';
import type { MaterializedTable } from './table.js';
import type { TableIndex } from './tableIndex.js';

/**
 * A table's rows by key. Where the columns are the table's own key its matcher finds the row, and nothing else is kept until a range is
 * asked for; else there is an index beside the rows.
 */
export class KeyLookup {
  /** The places of the table's key columns among those of the lookup; null where these are others. */
  readonly #own: readonly number[] | null;
  #index: TableIndex | null = null;

  constructor(
    readonly table: MaterializedTable,
    readonly columns: readonly string[],
  ) {
    const { key } = table.plan;
    const isKey = key !== null && key.length === columns.length && key.every(name => columns.includes(name));
    this.#own = isKey ? key.map(name => columns.indexOf(name)) : null;
    if (!isKey) this.#held();
  }

  #held(): TableIndex {
    return (this.#index ??= this.table.indexes.hold(this.columns));
  }

  /** The position of a key's row, the newest where there are several; -1 where there is none. */
  newest(key: readonly Value[]): number {
    return this.#own === null
      ? this.#held().newest(key)
      : this.table.positionOfKey(this.#own.map(place => key[place]));
  }

  /** The positions of a key's rows, in the table's order. */
  all(key: readonly Value[]): Int32Array {
    if (this.#own === null) return Int32Array.from(this.#held().all(key));
    const position = this.newest(key);
    return position < 0 ? new Int32Array(0) : Int32Array.of(position);
  }

  /** The positions of the rows whose keys lie between two, both included, in order of the keys: see `SortedKeys.between`. */
  range(from: readonly Value[], to: readonly Value[], limit: number): Int32Array {
    return Int32Array.from(this.#held().range(from, to, limit));
  }

  close(): void {
    if (this.#index !== null) this.table.indexes.release(this.#index);
    this.#index = null;
  }
}
