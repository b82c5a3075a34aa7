import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { fieldIndex } from '../columns/schema.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Rows beyond those that are kept are given up once there are so many. */
const LEAST_ROWS = 1024;

/**
 * One row of each key, as columns. Rows are appended as they come, so that a row and the one that it replaces lie side by side until the batch is
 * told; those that no key holds are given up when they are more than the others, which is a constant cost for each row that has come.
 */
export class KeyedRows {
  /** Keys that have a row. */
  live = 0;
  /** Of each key's number, the position of its row plus one; 0: it has none. */
  rowOf: Int32Array = new Int32Array(0);
  readonly store: RowStore;
  readonly #keys: readonly number[];
  readonly #index: GroupIndex;
  /** The key's number of each position. */
  #numberOf: Int32Array = new Int32Array(0);
  readonly #census: GroupCensus;

  /** @param holds marks the numbers of keys that are needed although they have no row */
  constructor(schema: Schema, key: readonly string[], holds: (numbers: Uint8Array) => void) {
    this.store = new RowStore(schema);
    this.#keys = key.map(name => fieldIndex(schema, name));
    this.#index = new GroupIndex(
      this.#keys.map(at => schema.fields[at].type),
      true,
    );
    this.#census = new GroupCensus(numbers => {
      for (let number = 0; number < numbers.length; number++) if (this.rowOf[number] > 0) numbers[number] = 1;
      holds(numbers);
    });
  }

  /** How many keys have numbers. */
  get size(): number {
    return this.#index.size;
  }

  /** Appends the rows of a batch; none is its key's yet. Returns their keys' numbers, valid until the next call. */
  append(columns: readonly Column[], length: number): Int32Array {
    const from = this.store.used;
    this.store.append(columns, 0, length);
    const numbers = this.#index.assign(
      this.#keys.map(at => columns[at]),
      length,
    );
    if (this.#numberOf.length < this.store.capacity)
      this.#numberOf = grown(this.#numberOf, this.store.capacity);
    this.#numberOf.set(numbers.subarray(0, length), from);
    if (this.rowOf.length < this.size) this.rowOf = grown(this.rowOf, this.size);
    return numbers;
  }

  /** Gives up rows that no key holds, if there are many, and the numbers of keys without rows: those that stay by their old ones, or null. */
  compact(): Int32Array | null {
    if (this.store.used < LEAST_ROWS || this.store.used < 2 * this.live) return null;
    this.dense();
    return this.#renumber();
  }

  /** Gives up every row that no key holds. */
  dense(): void {
    const { rowOf, store } = this;
    const numberOf = this.#numberOf;
    const kept = new Int32Array(this.live);
    let count = 0;
    for (let row = 0; row < store.used; row++) {
      const number = numberOf[row];
      if (rowOf[number] !== row + 1) continue;
      kept[count++] = row;
      numberOf[count - 1] = number;
      rowOf[number] = count;
    }
    store.compact(kept, count);
  }

  #renumber(): Int32Array | null {
    const renumbering = this.#census.take(this.#index);
    if (renumbering === null) return null;
    const { kept, numberOf } = renumbering;
    const rowOf = new Int32Array(Math.max(16, kept.length));
    for (let number = 0; number < kept.length; number++) rowOf[number] = this.rowOf[kept[number]];
    this.rowOf = rowOf;
    for (let row = 0; row < this.store.used; row++) this.#numberOf[row] = numberOf[this.#numberOf[row]];
    return numberOf;
  }

  bytes(): number {
    return this.store.bytes() + this.#index.bytes() + this.rowOf.byteLength + this.#numberOf.byteLength;
  }

  snapshot(writer: StateWriter): void {
    this.dense();
    this.store.snapshot(writer.section('rows'), 0);
    this.#index.snapshot(writer.section('keys'));
    writer.lane('numberOf', this.#numberOf, this.store.used);
  }

  restore(reader: StateReader): void {
    this.store.restore(reader.section('rows'));
    this.#index.restore(reader.section('keys'));
    const numbers = reader.lane('numberOf') as Int32Array;
    this.live = numbers.length;
    this.#numberOf = grown(numbers, this.store.capacity);
    this.rowOf = grown(new Int32Array(0), this.size);
    for (let row = 0; row < numbers.length; row++) this.rowOf[numbers[row]] = row + 1;
  }
}
