import type { Batch } from './batch.js';
import { ByteInterner } from './byteInterner.js';
import type { Column, Lane } from './column.js';
import type { Schema } from './schema.js';
import type { EventTime } from './time.js';
import { hasDictionary, isInt64Like } from './types.js';
import type { DataType } from './types.js';

const NO_BYTES = new Uint8Array(0);
const NO_INTS = new Int32Array(0);
const NO_FLOATS = new Float64Array(0);
/** Dictionaries with more or longer strings are large. */
const MOST_STRINGS = 1 << 18;
const MOST_CHARACTERS = 1 << 25;

/**
 * Fills one column row by row. Rows are set, not appended: a row that turns out bad is overwritten by the next one.
 * The lane of the column's type is the one of `bytes`, `ints` and `floats` that is not empty, so that a reader can write
 * to it without a test of its class; `ints` holds dictionary codes for strings.
 */
export class ColumnBuilder {
  bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  ints: Int32Array<ArrayBuffer> = NO_INTS;
  floats: Float64Array<ArrayBuffer> = NO_FLOATS;
  /** Whether this batch holds a value outside ±(2^53 − 1), so that its values are in `wide`. */
  isWide = false;
  wide: BigInt64Array<ArrayBuffer> | null = null;
  /** Whether this batch holds a NULL, so that `valid` counts. */
  hasNull = false;
  valid: Uint8Array<ArrayBuffer> = NO_BYTES;

  constructor(
    readonly type: DataType,
    capacity: number,
    /** The interner of a string column; readers of one source share it. */
    readonly interner: ByteInterner | null = hasDictionary(type) ? new ByteInterner() : null,
    /** Whether anybody looks at the column: if not, a reader may leave its values out. Its lane is there all the same. */
    readonly isRead = true,
  ) {
    this.resize(capacity);
  }

  /** Makes room for so many rows; what was set is lost. */
  resize(capacity: number): void {
    switch (this.type.kind) {
      case 'boolean':
        this.bytes = new Uint8Array(capacity);
        break;
      case 'int32':
      case 'date':
      case 'string':
      case 'json':
        this.ints = new Int32Array(capacity);
        break;
      default:
        this.floats = new Float64Array(capacity);
    }
    if (this.wide !== null) this.wide = new BigInt64Array(capacity);
    if (this.valid.length > 0) this.valid = new Uint8Array(capacity);
    this.reset();
  }

  /** Forgets the batch that was built; its buffers are used again. */
  reset(): void {
    this.isWide = false;
    this.hasNull = false;
  }

  /** Sets a number, a boolean as 0 or 1, or a date's days. Integers must be safe. */
  setNumber(row: number, value: number): void {
    if (this.hasNull) this.valid[row] = 1;
    if (this.isWide) (this.wide as BigInt64Array)[row] = BigInt(value);
    else if (this.floats.length > 0) this.floats[row] = value;
    else if (this.ints.length > 0) this.ints[row] = value;
    else this.bytes[row] = value;
  }

  /** As `setNumber`, for values that mostly go to a fast int64 lane. */
  setInteger(row: number, value: number): void {
    if (this.floats.length > 0 && !this.isWide && !this.hasNull) this.floats[row] = value;
    else this.setNumber(row, value);
  }

  /** Sets an int64, timestamp, decimal (unscaled) or duration of any size. */
  setBigint(row: number, value: bigint): void {
    if (this.hasNull) this.valid[row] = 1;
    if (!this.isWide) {
      const number = Number(value);
      if (Number.isSafeInteger(number)) {
        this.floats[row] = number;
        return;
      }
      this.#widen(row);
    }
    (this.wide as BigInt64Array)[row] = value;
  }

  /** Sets a string. */
  setString(row: number, value: string): void {
    if (this.hasNull) this.valid[row] = 1;
    this.ints[row] = (this.interner as ByteInterner).dictionary.intern(value);
  }

  setNull(row: number): void {
    if (!this.hasNull) {
      if (this.valid.length === 0) this.valid = new Uint8Array(this.#capacity());
      this.valid.fill(1);
      this.hasNull = true;
    }
    this.valid[row] = 0;
    if (this.isWide) (this.wide as BigInt64Array)[row] = 0n;
    else if (this.floats.length > 0) this.floats[row] = 0;
    else if (this.ints.length > 0) this.ints[row] = 0;
    else this.bytes[row] = 0;
  }

  /** Copies the value of one row to another. */
  move(from: number, to: number): void {
    if (this.hasNull) this.valid[to] = this.valid[from];
    if (this.isWide) (this.wide as BigInt64Array)[to] = (this.wide as BigInt64Array)[from];
    else if (this.floats.length > 0) this.floats[to] = this.floats[from];
    else if (this.ints.length > 0) this.ints[to] = this.ints[from];
    else this.bytes[to] = this.bytes[from];
  }

  /** The column as it has been set. */
  column(): Column {
    return {
      type: this.type,
      data: this.#lane(),
      valid: this.hasNull ? this.valid : null,
      dictionary: this.interner?.dictionary ?? null,
    };
  }

  #lane(): Lane {
    if (this.isWide) return this.wide as BigInt64Array;
    if (this.type.kind === 'boolean') return this.bytes;
    return isInt64Like(this.type) || this.type.kind === 'float64' ? this.floats : this.ints;
  }

  #capacity(): number {
    return Math.max(this.bytes.length, this.ints.length, this.floats.length);
  }

  #widen(rows: number): void {
    const wide = (this.wide ??= new BigInt64Array(this.floats.length));
    for (let i = 0; i < rows; i++) wide[i] = BigInt(this.floats[i]);
    this.isWide = true;
  }
}

/** Fills batches row by row: set a row's columns at `length`, then raise `length`. The buffers are used again for the next batch. */
export class BatchBuilder {
  length = 0;
  readonly columns: readonly ColumnBuilder[];
  #capacity: number;
  #limit: number;

  constructor(
    readonly schema: Schema,
    capacity: number,
    /** The interners of the string columns, by position; readers of one source share them. */
    interners: readonly (ByteInterner | null)[] = makeInterners(schema),
    /** The columns that anybody looks at; null: all. */
    read: ReadonlySet<string> | null = null,
  ) {
    this.#capacity = Math.max(capacity, 1);
    this.#limit = this.#capacity;
    this.columns = schema.fields.map(
      (field, i) =>
        new ColumnBuilder(
          field.type,
          this.#capacity,
          interners[i] ?? undefined,
          read === null || read.has(field.name),
        ),
    );
  }

  /** Whether a dictionary has become so large that another builder should go on: a feed without end may have columns whose every value is new. */
  get isLarge(): boolean {
    return this.columns.some(
      ({ interner }) =>
        interner !== null &&
        (interner.dictionary.size > MOST_STRINGS || interner.dictionary.characters > MOST_CHARACTERS),
    );
  }

  /** How many rows this batch may have. */
  get limit(): number {
    return this.#limit;
  }

  /** Begins a batch of at most `rows` rows. */
  begin(rows: number): void {
    this.length = 0;
    this.#limit = rows;
    if (rows > this.#capacity) {
      this.#capacity = rows;
      for (const column of this.columns) column.resize(rows);
    } else {
      for (const column of this.columns) column.reset();
    }
  }

  /** The rows that were set, as a batch that shares this builder's buffers. */
  batch(marks: Float64Array | null, watermark: EventTime): Batch {
    return {
      schema: this.schema,
      length: this.length,
      columns: this.columns.map(column => column.column()),
      kinds: null,
      marks,
      watermark,
    };
  }
}

/** One interner a string column, null for the others. */
export function makeInterners(schema: Schema): (ByteInterner | null)[] {
  return schema.fields.map(field => (hasDictionary(field.type) ? new ByteInterner() : null));
}
