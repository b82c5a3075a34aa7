import type { Batch } from '../columns/batch.js';
import { hasNull, wideValue, type Column, type Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { isInt64Like, type DataType } from '../columns/types.js';
import { laneFor } from '../columns/values.js';

/** A column that an operator fills by position; grown by doubling and used again for the next batch. */
export class OutputColumn {
  data: Lane;
  valid: Uint8Array;
  dictionary: Dictionary | null = null;
  #made: Dictionary | null = null;
  #fast: Lane;

  constructor(
    readonly type: DataType,
    readonly nullable: boolean,
    capacity: number,
  ) {
    this.data = this.#fast = laneFor(type, capacity);
    this.valid = new Uint8Array(nullable ? capacity : 0);
  }

  /** Makes room for so many rows, keeping the first `used`. */
  grow(capacity: number, used: number): void {
    const data = laneFor(this.type, capacity, this.isWide);
    (data as Float64Array).set((this.data as Float64Array).subarray(0, used));
    this.data = data;
    if (!this.isWide) this.#fast = data;
    if (!this.nullable) return;
    const valid = new Uint8Array(capacity);
    valid.set(this.valid.subarray(0, used));
    this.valid = valid;
  }

  get isWide(): boolean {
    return this.data instanceof BigInt64Array;
  }

  /** Goes on in BigInts, keeping the first `used` values. */
  widen(used: number): void {
    if (this.isWide || !isInt64Like(this.type)) return;
    const wide = new BigInt64Array(this.data.length);
    for (let i = 0; i < used; i++) wide[i] = wideValue(this.data[i]);
    this.data = wide;
  }

  /** The dictionary of this batch for strings that are made anew: none of them outlives the batch here. */
  makeDictionary(): Dictionary {
    this.dictionary = this.#made ??= new Dictionary();
    return this.#made;
  }

  /** Begins a new batch: back to the fast lane. */
  reset(): void {
    this.#made = null;
    if (!this.isWide) return;
    if (this.#fast.length < this.data.length) this.#fast = laneFor(this.type, this.data.length);
    this.data = this.#fast;
  }

  /** The first `length` rows as a column; without a validity where none of them is NULL, so that who reads it need not look. */
  column(length: number): Column {
    return {
      type: this.type,
      data: this.data,
      valid: this.nullable && hasNull(this.valid, length) ? this.valid : null,
      dictionary: this.dictionary,
    };
  }
}

/** The rows that an operator sends: columns by position, row kinds and marks. Lent to the receiver, then used again. */
export class OutputBuffer {
  length = 0;
  kinds: Uint8Array;
  marks: Float64Array;
  readonly columns: readonly OutputColumn[];
  #capacity = 1024;

  constructor(readonly schema: Schema) {
    this.kinds = new Uint8Array(this.#capacity);
    this.marks = new Float64Array(this.#capacity);
    this.columns = schema.fields.map(field => new OutputColumn(field.type, field.nullable, this.#capacity));
  }

  /** Makes room for `count` more rows, and returns where they begin; `length` counts them already. */
  reserve(count: number): number {
    const from = this.length;
    const needed = from + count;
    if (needed > this.#capacity) {
      while (this.#capacity < needed) this.#capacity *= 2;
      const kinds = new Uint8Array(this.#capacity);
      kinds.set(this.kinds.subarray(0, from));
      this.kinds = kinds;
      const marks = new Float64Array(this.#capacity);
      marks.set(this.marks.subarray(0, from));
      this.marks = marks;
      for (const column of this.columns) column.grow(this.#capacity, from);
    }
    this.length = needed;
    return from;
  }

  reset(): void {
    this.length = 0;
    for (const column of this.columns) column.reset();
  }

  /** What was filled, as a batch. */
  batch(watermark: EventTime, changes: boolean): Batch {
    return {
      schema: this.schema,
      length: this.length,
      columns: this.columns.map(column => column.column(this.length)),
      kinds: changes ? this.kinds : null,
      marks: this.marks,
      watermark,
    };
  }
}
