import { ColumnBuilder } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import { readVector } from '../arrowVector.js';
import type { ArrowVector } from '../arrowVector.js';
import { PHYSICAL } from './columnType.js';
import type { ParquetType } from './columnType.js';
import { DeltaReader, joinedBytes } from './delta.js';
import { DeltaTexts, DeltaValues, ReversedValues } from './madeValues.js';
import { bytesOf, PIECE, vectorOf } from './pageMemory.js';
import type { PageValues } from './pageMemory.js';
import { HybridReader } from './hybrid.js';

/** Values as they are, from `start` to `end` of `bytes`, where `start` is a multiple of 8. */
export function plainValues(
  of: ParquetType,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): PageValues {
  if (of.physical === PHYSICAL.bytes) return new TextValues(bytes, start, end);
  if (of.physical === PHYSICAL.fixed) return new ReversedValues(of, bytes, start, end);
  const count =
    of.physical === PHYSICAL.boolean ? (end - start) * 8 : Math.floor((end - start) / bytesOf(of));
  return new FixedValues(of, bytes.buffer, bytes.byteOffset + start, count);
}

/** Values whose bytes lie apart, from `start` to `end`: of numbers, whatever their width. */
export function splitValues(of: ParquetType, bytes: Uint8Array, start: number, end: number): PageValues {
  const width = of.physical === PHYSICAL.fixed ? of.width : bytesOf(of);
  const joined = joinedBytes(bytes, start, end, width);
  return plainValues(of, joined, 0, joined.length);
}

/** Values as differences, from `start` to `end`: integers, or texts behind the differences of all of their lengths. */
export function deltaValues(
  of: ParquetType,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): PageValues {
  // Where there are only NULLs there may be nothing at all.
  if (start >= end) return plainValues(of, bytes, 0, 0);
  if (of.physical === PHYSICAL.bytes) return new DeltaTexts(bytes, start, end);
  return new DeltaValues(of, new DeltaReader(bytes, start, end, of.physical === PHYSICAL.int32 ? 32 : 64));
}

class FixedValues implements PageValues {
  readonly #vector: ArrowVector;
  #at = 0;

  constructor(
    of: ParquetType,
    memory: ArrayBuffer,
    values: number,
    private readonly count: number,
  ) {
    this.#vector = vectorOf(of, memory, values, count);
  }

  read(count: number, column: ColumnBuilder, row: number): void {
    const from = this.#at;
    this.skip(count);
    readVector(this.#vector, from, count, column, row);
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.count) throw new RangeError('a page has fewer values than it says');
  }
}

/** Texts, each behind its length. */
class TextValues implements PageValues {
  readonly #view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(count: number, column: ColumnBuilder, row: number): void {
    const { bytes, end } = this;
    const { ints } = column;
    const interner = column.interner as ByteInterner;
    let at = this.at;
    for (let i = 0; i < count; i++) {
      const from = at + 4;
      at = from <= end ? from + this.#view.getUint32(at, true) : Infinity;
      if (at > end) throw new RangeError('a text lies outside of its page');
      ints[row + i] = interner.intern(bytes, from, at);
    }
    this.at = at;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) {
      const from = this.at + 4;
      this.at = from <= this.end ? from + this.#view.getUint32(this.at, true) : Infinity;
      if (this.at > this.end) throw new RangeError('a text lies outside of its page');
    }
  }
}

/** A column's values that its pages name by number: read once a group of rows, into columns that the batches' texts are numbered by too. */
export function readDictionary(
  of: ParquetType,
  values: PageValues,
  count: number,
  like: ColumnBuilder,
): ColumnBuilder {
  const dictionary = new ColumnBuilder((of.type as ArrowVector['type']).type, count, like.interner);
  values.read(count, dictionary, 0);
  return dictionary;
}

const indexes = new Int32Array(PIECE);

/** Values by their numbers in a dictionary. */
export class IndexedValues implements PageValues {
  readonly #indexes = new HybridReader();

  /** The numbers begin at `start` of `bytes`, behind the byte that says how many bits they have. */
  constructor(
    private readonly dictionary: ColumnBuilder,
    private readonly size: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    width = start < end ? bytes[start++] : 0,
  ) {
    this.#indexes.begin(bytes, start, end, width);
  }

  read(count: number, column: ColumnBuilder, row: number): void {
    for (let done = 0; done < count; done += PIECE) {
      const length = Math.min(PIECE, count - done);
      this.#indexes.read(indexes, length);
      if (!this.#gather(column, row + done, length))
        throw new RangeError('a value lies outside of its dictionary');
    }
  }

  #gather(column: ColumnBuilder, row: number, count: number): boolean {
    const { dictionary, size } = this;
    if (dictionary.isWide || column.isWide) return this.#gatherWide(column, row, count);
    if (dictionary.ints.length > 0) return gatherInts(dictionary.ints, size, column.ints, row, count);
    if (dictionary.floats.length > 0) return gatherFloats(dictionary.floats, size, column.floats, row, count);
    for (let i = 0; i < count; i++) {
      if (indexes[i] >>> 0 >= size) return false;
      column.bytes[row + i] = dictionary.bytes[indexes[i]];
    }
    return true;
  }

  #gatherWide(column: ColumnBuilder, row: number, count: number): boolean {
    const { floats, wide, isWide } = this.dictionary;
    for (let i = 0; i < count; i++) {
      const index = indexes[i];
      if (index >>> 0 >= this.size) return false;
      column.setBigint(row + i, isWide ? (wide as BigInt64Array)[index] : BigInt(floats[index]));
    }
    return true;
  }

  skip(count: number): void {
    for (let done = 0; done < count; done += PIECE)
      this.#indexes.read(indexes, Math.min(PIECE, count - done));
  }
}

function gatherInts(from: Int32Array, size: number, to: Int32Array, row: number, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const index = indexes[i];
    if (index >>> 0 >= size) return false;
    to[row + i] = from[index];
  }
  return true;
}

function gatherFloats(
  from: Float64Array,
  size: number,
  to: Float64Array,
  row: number,
  count: number,
): boolean {
  for (let i = 0; i < count; i++) {
    const index = indexes[i];
    if (index >>> 0 >= size) return false;
    to[row + i] = from[index];
  }
  return true;
}
