import { wideValue, type Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { DataType } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import { OutputColumn } from '../operators/output.js';
import { translate } from '../operators/valueIds.js';

/** A column of a table: rows are written at positions, read by positions, and moved down when the oldest are gone. */
export class StoredColumn {
  readonly #store: OutputColumn;
  readonly #tables = new WeakMap<Dictionary, Int32Array>();

  constructor(
    readonly type: DataType,
    capacity: number,
  ) {
    this.#store = new OutputColumn(type, true, capacity);
  }

  get bytesPerRow(): number {
    return this.#store.data.BYTES_PER_ELEMENT + 1;
  }

  grow(capacity: number, used: number): void {
    this.#store.grow(capacity, used);
  }

  /** Copies the first `count` rows of a column to positions; those below 0 are left out. */
  write(column: Column, count: number, at: Int32Array): void {
    const store = this.#store;
    let source = column.data;
    if (column.dictionary !== null) {
      store.dictionary ??= column.dictionary;
      if (store.dictionary !== column.dictionary)
        source = translate(column, count, store.dictionary, this.#tables);
    }
    if (source instanceof BigInt64Array && !store.isWide) store.widen(store.data.length);
    const { data, valid } = store;
    if (data instanceof BigInt64Array) {
      for (let i = 0; i < count; i++) if (at[i] >= 0) data[at[i]] = wideValue(source[i]);
    } else {
      const from = source as Float64Array;
      for (let i = 0; i < count; i++) if (at[i] >= 0) data[at[i]] = from[i];
    }
    if (column.valid === null) {
      for (let i = 0; i < count; i++) if (at[i] >= 0) valid[at[i]] = 1;
    } else {
      for (let i = 0; i < count; i++) if (at[i] >= 0) valid[at[i]] = column.valid[i];
    }
  }

  /** Moves the rows [from, to) to the beginning. */
  shift(from: number, to: number): void {
    (this.#store.data as Float64Array).copyWithin(0, from, to);
    this.#store.valid.copyWithin(0, from, to);
  }

  /** Moves one row. */
  move(from: number, to: number): void {
    this.#store.data[to] = this.#store.data[from] as never;
    this.#store.valid[to] = this.#store.valid[from];
  }

  /** A copy of the rows at positions. */
  gather(positions: Int32Array): Column {
    const { data, valid, isWide, dictionary } = this.#store;
    const count = positions.length;
    const out = laneFor(this.type, count, isWide);
    const outValid = new Uint8Array(count);
    let allValid = true;
    for (let i = 0; i < count; i++) {
      out[i] = data[positions[i]] as never;
      outValid[i] = valid[positions[i]];
      if (outValid[i] === 0) allValid = false;
    }
    return { type: this.type, data: out, valid: allValid ? null : outValid, dictionary };
  }

  /** The same with a validity whether any row is NULL or not: nothing has to be looked for. */
  lanes(): Column {
    const { data, valid, dictionary } = this.#store;
    return { type: this.type, data, valid, dictionary };
  }

  /** All rows in place: for what reads a few of them. */
  view(): Column {
    return this.#store.column(this.#store.data.length);
  }
}
