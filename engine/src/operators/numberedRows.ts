import type { Column } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Stored rows by key, or by value, so that one that is taken back is found by its position; the latest of a number first. */
export class NumberedRows {
  readonly #index: GroupIndex;
  /** How many positions have numbers. */
  #used = 0;
  readonly #census = new GroupCensus(holds => {
    for (let row = 0; row < this.#used; row++) holds[this.#numberOf[row]] = 1;
  });
  /** Of each number, the position of its latest row, plus one; and of each row, that of an earlier one of the number. */
  #rowOf: Int32Array = new Int32Array(0);
  #earlier = new Int32Array(0);
  #numberOf = new Int32Array(0);

  constructor(types: readonly DataType[]) {
    this.#index = new GroupIndex(types);
  }

  /** The numbers of a batch's rows, valid until the next call. */
  assign(columns: readonly Column[], count: number): Int32Array {
    const numbers = this.#index.assign(columns, count);
    if (this.#rowOf.length < this.#index.size) this.#rowOf = grown(this.#rowOf, this.#index.size);
    return numbers;
  }

  /** Makes room for so many positions. */
  fit(capacity: number): void {
    if (this.#numberOf.length >= capacity) return;
    this.#numberOf = grown(this.#numberOf, capacity);
    this.#earlier = grown(this.#earlier, capacity);
  }

  numberOf(position: number): number {
    return this.#numberOf[position];
  }

  /** A row of a number has come. */
  add(number: number, position: number): void {
    this.#earlier[position] = this.#rowOf[number] - 1;
    this.#rowOf[number] = position + 1;
    this.#numberOf[position] = number;
  }

  /** Takes out the latest row of a number: its position, or -1 where there is none. */
  takeLatest(number: number): number {
    const position = this.#rowOf[number] - 1;
    if (position >= 0) this.#rowOf[number] = this.#earlier[position] + 1;
    return position;
  }

  /** Takes out a row. */
  forget(position: number): void {
    const number = this.#numberOf[position];
    let later = -1;
    let at = this.#rowOf[number] - 1;
    while (at >= 0 && at !== position) {
      later = at;
      at = this.#earlier[at];
    }
    if (at < 0) return;
    if (later < 0) this.#rowOf[number] = this.#earlier[at] + 1;
    else this.#earlier[later] = this.#earlier[at];
  }

  /** Rows lie elsewhere: those of the positions `kept` by their places, which `places` gives by position, and no others. */
  move(kept: Int32Array, count: number, places: Int32Array): void {
    for (let k = 0; k < count; k++) {
      const row = kept[k];
      this.#numberOf[k] = this.#numberOf[row];
      this.#earlier[k] = this.#earlier[row] < 0 ? -1 : places[this.#earlier[row]];
    }
    for (let number = 0; number < this.#rowOf.length; number++)
      if (this.#rowOf[number] > 0) this.#rowOf[number] = places[this.#rowOf[number] - 1] + 1;
    this.#used = count;
    this.#renumber();
  }

  #renumber(): void {
    const renumbering = this.#census.take(this.#index);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    const rowOf = new Int32Array(Math.max(1024, kept.length));
    kept.forEach((number, k) => (rowOf[k] = this.#rowOf[number]));
    this.#rowOf = rowOf;
    for (let row = 0; row < this.#used; row++) this.#numberOf[row] = numberOf[this.#numberOf[row]];
  }

  bytes(): number {
    return this.#index.bytes() + this.#rowOf.byteLength + this.#numberOf.byteLength * 2;
  }

  /** Writes the numbers of the first rows, so many. */
  snapshot(writer: StateWriter, rows: number): void {
    this.#index.snapshot(writer.section('numbers'));
    writer.lane('rowOf', this.#rowOf);
    writer.lane('numberOf', this.#numberOf, rows);
    writer.lane('earlier', this.#earlier, rows);
  }

  restore(reader: StateReader): void {
    this.#index.restore(reader.section('numbers'));
    this.#rowOf = reader.lane('rowOf') as Int32Array;
    const numbers = reader.lane('numberOf') as Int32Array;
    this.fit(numbers.length);
    this.#numberOf.set(numbers);
    this.#earlier.set(reader.lane('earlier') as Int32Array);
  }
}
