import { isWide, wideValue, type Column, type Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import { hasDictionary, isInt64Like, type Field } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import { gatherLane } from '../codegen/gather.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { translate } from './valueIds.js';

const FIRST_CAPACITY = 1024;

/** One column of rows that wait. It goes wide with the first wide batch, and back once it is empty. */
class StoredColumn {
  data: Lane;
  valid: Uint8Array | null;
  dictionary: Dictionary | null = null;
  #gathered: Lane;
  #gatheredValid: Uint8Array | null;
  readonly #translations = new WeakMap<Dictionary, Int32Array>();

  constructor(readonly field: Field) {
    this.data = laneFor(field.type, FIRST_CAPACITY);
    this.valid = field.nullable ? new Uint8Array(FIRST_CAPACITY) : null;
    this.#gathered = laneFor(field.type, 0);
    this.#gatheredValid = field.nullable ? new Uint8Array(0) : null;
  }

  get wide(): boolean {
    return this.data instanceof BigInt64Array;
  }

  resize(capacity: number, used: number): void {
    const data = laneFor(this.field.type, capacity, this.wide);
    (data as Float64Array).set((this.data as Float64Array).subarray(0, used));
    this.data = data;
    if (this.valid === null) return;
    const valid = new Uint8Array(capacity);
    valid.set(this.valid.subarray(0, used));
    this.valid = valid;
  }

  /** Copies the rows [from, to) of a batch's column to `at`. */
  append(column: Column, from: number, to: number, at: number): void {
    if (this.valid !== null) {
      if (column.valid === null) this.valid.fill(1, at, at + to - from);
      else this.valid.set(column.valid.subarray(from, to), at);
    }
    if (isWide(column) && !this.wide) this.#widen(at);
    let { data } = column;
    if (column.dictionary !== null) {
      const own = (this.dictionary ??= column.dictionary);
      if (own !== column.dictionary) data = translate(column, to, own, this.#translations);
    }
    if (this.data instanceof BigInt64Array && !isWide(column)) {
      for (let i = from; i < to; i++) this.data[at + i - from] = wideValue(data[i]);
    } else {
      (this.data as Float64Array).set((data as Float64Array).subarray(from, to), at);
    }
  }

  #widen(used: number): void {
    const wide = new BigInt64Array(this.data.length);
    for (let i = 0; i < used; i++) wide[i] = wideValue(this.data[i]);
    this.data = wide;
  }

  narrow(): void {
    if (this.wide) this.data = laneFor(this.field.type, this.data.length);
  }

  column(data: Lane, valid: Uint8Array | null): Column {
    return { type: this.field.type, data, valid, dictionary: this.dictionary };
  }

  gather(positions: Int32Array, count: number): Column {
    if (this.#gathered.length < count || this.#gathered instanceof BigInt64Array !== this.wide)
      this.#gathered = laneFor(this.field.type, Math.max(count, this.#gathered.length), this.wide);
    gatherLane(this.data, positions, count, this.#gathered);
    if (this.valid === null) return this.column(this.#gathered, null);
    let valid = this.#gatheredValid as Uint8Array;
    if (valid.length < count) this.#gatheredValid = valid = new Uint8Array(this.#gathered.length);
    gatherLane(this.valid, positions, count, valid);
    return this.column(this.#gathered, valid);
  }

  /** Moves the rows of ascending positions to the front. */
  compact(positions: Int32Array, count: number): void {
    gatherLane(this.data, positions, count, this.data);
    if (this.valid !== null) gatherLane(this.valid, positions, count, this.valid);
  }

  bytes(): number {
    return this.data.byteLength + (this.valid?.byteLength ?? 0);
  }

  snapshot(writer: StateWriter, from: number, to: number): void {
    writer.lane('data', this.data.subarray(from, to));
    if (this.valid !== null) writer.lane('valid', this.valid.subarray(from, to));
    if (hasDictionary(this.field.type) && this.dictionary !== null)
      writer.dictionary('dictionary', this.dictionary);
  }

  restore(reader: StateReader, count: number): void {
    const data = reader.lane('data');
    if (isInt64Like(this.field.type) && data instanceof BigInt64Array) this.#widen(0);
    (this.data as Float64Array).set((data as Float64Array).subarray(0, count));
    if (this.valid !== null) this.valid.set(reader.lane('valid') as Uint8Array);
    if (reader.has('dictionary')) this.dictionary = reader.dictionary('dictionary');
  }
}

/** Rows that an operator keeps for a while, as columns, in the order in which they were appended. Positions change when it is compacted. */
export class RowStore {
  /** Rows appended and not compacted away. */
  used = 0;
  readonly columns: readonly StoredColumn[];
  #capacity = FIRST_CAPACITY;

  constructor(schema: Schema) {
    this.columns = schema.fields.map(field => new StoredColumn(field));
  }

  /** Appends the rows [from, to) of a batch's columns. */
  append(columns: readonly Column[], from: number, to: number): void {
    this.reserve(to - from);
    for (let k = 0; k < this.columns.length; k++) this.columns[k].append(columns[k], from, to, this.used);
    this.used += to - from;
  }

  /** Makes room for so many more rows. */
  reserve(count: number): void {
    if (this.used + count <= this.#capacity) return;
    while (this.#capacity < this.used + count) this.#capacity *= 2;
    for (const column of this.columns) column.resize(this.#capacity, this.used);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** The rows [from, to) without a copy: valid until rows are appended or compacted. */
  view(from: number, to: number): Column[] {
    return this.columns.map(column =>
      column.column(column.data.subarray(from, to), column.valid?.subarray(from, to) ?? null),
    );
  }

  /** The rows of some positions, in that order, in buffers that are used again. */
  gather(positions: Int32Array, count: number): Column[] {
    return this.columns.map(column => column.gather(positions, count));
  }

  /** Keeps the rows of ascending positions and forgets the others. */
  compact(positions: Int32Array, count: number): void {
    for (const column of this.columns) column.compact(positions, count);
    this.used = count;
    if (count === 0) for (const column of this.columns) column.narrow();
  }

  bytes(): number {
    return this.columns.reduce((total, column) => total + column.bytes(), 0);
  }

  /** Writes the rows [from, used). */
  snapshot(writer: StateWriter, from: number): void {
    writer.value('rows', this.used - from);
    this.columns.forEach((column, k) => column.snapshot(writer.section(`column ${k}`), from, this.used));
  }

  restore(reader: StateReader): void {
    const rows = reader.value('rows') as number;
    this.used = 0;
    this.reserve(rows);
    this.columns.forEach((column, k) => column.restore(reader.section(`column ${k}`), rows));
    this.used = rows;
  }
}
