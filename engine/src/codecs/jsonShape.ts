import type { BatchBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Schema } from '../columns/schema.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import { skipSpace } from './jsonSkipper.js';
import { plainFloat, plainInteger } from './plainNumber.js';
import type { ByteScanner } from './scanner.js';

/** How many values of an object are remembered; one with more has no shape. */
export const MOST_VALUES = 1024;

/** A longer object is not remembered either. */
const MOST_BYTES = 1 << 16;

const enum Kind {
  /** A value that no column takes, or whose column nobody looks at. */
  Skip,
  String,
  Float64,
  Int64,
  Timestamp,
  /** What is read with less hurry. */
  Other,
}

/** Reads the value at a position into a column (-1: passes over it); returns the position behind it, or -1. */
export type ReadJsonValue = (
  bytes: Uint8Array,
  at: number,
  to: number,
  column: number,
  out: BatchBuilder,
) => number;

/**
 * What one object had between its values: keys, punctuation and white space, byte for byte. Nearly all objects of a feed have the same there, so their
 * values are read without a look at any key.
 */
export class JsonShape {
  #count = -1;
  /** For each value the column, its kind, and the bytes before it; at last the bytes behind the last value. */
  readonly #columns = new Int32Array(MOST_VALUES);
  readonly #kinds = new Uint8Array(MOST_VALUES);
  readonly #between: Uint8Array[] = [];
  readonly #lengths = new Int32Array(MOST_VALUES + 1);
  /** The same bytes as two words that overlap: the first eight and the last eight of eight and more, the first four and the last four of fewer. */
  readonly #words = new Float64Array(2 * (MOST_VALUES + 1));
  readonly #units: TimeUnit[];
  readonly #kindOf: readonly Kind[];
  #missing: number[] = [];
  #misses = 0;

  constructor(
    schema: Schema,
    private readonly scanner: ByteScanner,
    private readonly other: ReadJsonValue,
  ) {
    this.#kindOf = schema.fields.map(({ type }) => kindOf(type));
    this.#units = schema.fields.map(({ type }) => (type.kind === 'timestamp' ? type.unit : 's'));
  }

  /**
   * Takes note of an object that was read otherwise: `count` values of `columns` in `bytes[starts, ends)`, the object in `bytes[from, to)`, and the
   * columns that it did not have. An object that alternates with another is noted ever more seldom.
   */
  learn(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    columns: Int32Array,
    starts: Int32Array,
    ends: Int32Array,
    missing: number[],
    out: BatchBuilder,
  ): void {
    const misses = ++this.#misses;
    if (count > MOST_VALUES || to - from > MOST_BYTES || (misses & (misses - 1)) !== 0) return;
    this.#count = count;
    this.#missing = missing;
    this.#columns.set(columns.subarray(0, count));
    for (let i = 0; i <= count; i++) {
      const between = bytes.slice(i === 0 ? from : ends[i - 1], i === count ? to : starts[i]);
      this.#between[i] = between;
      if (i < count) this.#kinds[i] = this.#kind(columns[i], out);
      const { length } = between;
      this.#lengths[i] = length;
      const view = new DataView(between.buffer);
      if (length < 4) continue;
      this.#words[2 * i] = length < 8 ? view.getInt32(0, true) : view.getFloat64(0, true);
      this.#words[2 * i + 1] =
        length < 8 ? view.getInt32(length - 4, true) : view.getFloat64(length - 8, true);
    }
  }

  /** Plain texts that nobody looks at are passed over as values without a column are: any is a text. */
  #kind(column: number, out: BatchBuilder): Kind {
    if (column < 0) return Kind.Skip;
    const kind = this.#kindOf[column];
    return kind === Kind.String && !out.columns[column].isRead ? Kind.Skip : kind;
  }

  /** Reads the object at `from` if it has this shape, as row `out.length`; returns the position behind it, or -1. */
  read(bytes: Uint8Array, from: number, to: number, out: BatchBuilder): number {
    const count = this.#count;
    if (count < 0) return -1;
    const kinds = this.#kinds;
    const indexes = this.#columns;
    const columns = out.columns;
    const row = out.length;
    let p = from;
    for (let i = 0; i < count; i++) {
      p = this.#pass(bytes, p, i);
      if (p < 0) return -1;
      const kind = kinds[i];
      const column = columns[kind === Kind.Skip ? 0 : indexes[i]];
      let end = -1;
      if (kind <= Kind.String) {
        if (bytes[p] === 34) {
          end = p + 1;
          let byte = bytes[end];
          while (byte !== 34 && byte !== 92 && byte >= 32) byte = bytes[++end];
          if (byte !== 34) end = -1;
          else if (kind === Kind.String) {
            column.ints[row] = (column.interner as ByteInterner).intern(bytes, p + 1, end);
          }
          if (end >= 0) end++;
        }
      } else if (kind !== Kind.Other && !column.isWide) {
        const lane = column.floats;
        if (kind === Kind.Float64) end = plainFloat(bytes, p, lane, row);
        else if (kind === Kind.Int64 || bytes[p] !== 34) end = plainInteger(bytes, p, lane, row);
        else {
          end = this.scanner.plainTimestamp(p + 1, this.#units[indexes[i]], lane, row);
          end = end >= 0 && bytes[end] === 34 ? end + 1 : -1;
        }
      }
      if (end < 0) {
        end = this.other(bytes, skipSpace(bytes, p), to, indexes[i], out);
        if (end < 0) return -1;
      } else if (kind !== Kind.Skip && column.hasNull) column.valid[row] = 1;
      p = end;
    }
    p = this.#pass(bytes, p, count);
    if (p >= 0) for (const missing of this.#missing) columns[missing].setNull(row);
    return p;
  }

  /** The position behind the bytes that are expected before value `i`, or -1 where others are there. */
  #pass(bytes: Uint8Array, from: number, i: number): number {
    const length = this.#lengths[i];
    const { view } = this.scanner;
    const words = this.#words;
    const to = from + length;
    let at = from;
    if (length >= 4 && to <= view.byteLength) {
      if (length >= 8) {
        // As float64, which text of sixteen bytes and fewer is compared by at once: it is never NaN.
        if (view.getFloat64(from, true) !== words[2 * i]) return -1;
        if (view.getFloat64(to - 8, true) !== words[2 * i + 1]) return -1;
        if (length <= 16) return to;
        at = from + 8;
      } else {
        if (view.getInt32(from, true) !== words[2 * i]) return -1;
        return view.getInt32(to - 4, true) === words[2 * i + 1] ? to : -1;
      }
    }
    const between = this.#between[i];
    while (at < to && bytes[at] === between[at - from]) at++;
    return at === to ? to : -1;
  }
}

function kindOf(type: DataType): Kind {
  if (type.kind === 'string') return Kind.String;
  if (type.kind === 'float64') return Kind.Float64;
  if (type.kind === 'int64') return Kind.Int64;
  return type.kind === 'timestamp' ? Kind.Timestamp : Kind.Other;
}
