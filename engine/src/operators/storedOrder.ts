import type { Column, Lane } from '../columns/column.js';
import { compareRows, compareRowsDescending } from './rowCompare.js';
import type { RowStore } from './rowStore.js';

/** The order of the rows of a store: by columns that lie behind the others, then by those from left to right, then as they came. */
export class StoredOrder {
  #compared: { readonly column: Column; readonly compare: typeof compareRows }[] = [];

  /** @param inputs how many columns lie before those that rows are ordered by */
  constructor(
    readonly descending: readonly boolean[],
    readonly inputs: number,
  ) {}

  /** Looks at the rows that are in the store now. */
  look(store: RowStore): void {
    const columns = store.view(0, store.used);
    this.#compared = [
      ...this.descending.map((falls, k) => ({
        column: columns[this.inputs + k],
        compare: falls ? compareRowsDescending : compareRows,
      })),
      ...columns.slice(0, this.inputs).map(column => ({ column, compare: compareRows })),
    ];
  }

  compare(a: number, b: number): number {
    for (const { column, compare } of this.#compared) {
      const order = compare(column, a, b);
      if (order !== 0) return order;
    }
    return a - b;
  }

  /** Whether two rows hold the same values; -0 is 0. */
  alike(a: number, b: number): boolean {
    return this.#compared.every(({ column }) => compareRows(column, a, b) === 0);
  }

  /** What rows are ordered by first, where numbers are compared as they lie; null where they are not. */
  get lane(): Float64Array | Int32Array | null {
    if (this.descending.length === 0) return null;
    const data: Lane = this.#compared[0].column.data;
    return data instanceof Float64Array || data instanceof Int32Array ? data : null;
  }

  /** Whether the row has a value in that lane. */
  hasValue(row: number): boolean {
    const { valid } = this.#compared[0].column;
    return valid === null || valid[row] === 1;
  }
}
