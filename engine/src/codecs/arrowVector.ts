import type { ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import { decimalToNumber } from '../columns/decimal.js';
import type { DataType } from '../columns/types.js';
import { jsonOf, jsonOfText } from './arrowNested.js';
import { viewedText } from './arrowText.js';

/** How an Arrow array stores its values. */
export type ArrowLayout =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'largeUtf8'
  | 'utf8View'
  | 'dateMillisecond'
  | 'struct'
  | 'list'
  | 'largeList'
  | 'fixedList'
  | 'map'
  | 'decimal32'
  | 'decimal64'
  | 'decimal128'
  | 'decimal256';

/** A type of Arrow and what it becomes. */
export interface ArrowType {
  readonly layout: ArrowLayout;
  readonly type: DataType;
  /** The digits behind a decimal's point; the items of a list of fixed size. */
  readonly scale: number;
  /** The types of a nested type's parts, and a struct's names. */
  readonly children: readonly ArrowType[];
  readonly names: readonly string[];
  /** The layout of a dictionary's indexes, where the array is dictionary-encoded. */
  readonly indexes: ArrowLayout | null;
  /** What a user should know of the conversion, or null. */
  readonly note: string | null;
}

/** One Arrow array: its buffers as the Arrow columnar format lays them out. Bit and value positions start at `offset`. */
export interface ArrowVector {
  readonly type: ArrowType;
  readonly offset: number;
  /** The validity bitmap, or null where there is no NULL. */
  readonly validity: Uint8Array | null;
  /** The memory that all buffers lie in. */
  readonly memory: ArrayBufferLike;
  /** The byte at which the values (or a string array's characters) begin. */
  readonly values: number;
  /** The byte at which a string array's offsets begin. */
  readonly offsets: number;
  /** The bytes at which the buffers begin that an array of views has its longer texts in. */
  readonly pieces: readonly number[];
  readonly dictionary: ArrowVector | null;
  /** The arrays of a nested array's parts. */
  readonly children: readonly ArrowVector[];
  /** How many values a dictionary has. */
  readonly length: number;
}

/** For a dictionary that was met before, the codes of its values in the column's own dictionary. */
const remaps = new WeakMap<object, Int32Array>();

/** Copies `count` values of the vector from position `from` into the column from row `row` on. */
export function readVector(
  vector: ArrowVector,
  from: number,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  const start = vector.offset + from;
  if (column.hasNull) column.valid.fill(1, row, row + count);
  if (column.type.kind === 'json') readJson(vector, from, count, column, row);
  else if (vector.type.indexes !== null) readDictionary(vector, start, count, column, row);
  else readValues(vector, start, count, column, row);
  const { validity } = vector;
  if (validity === null) return;
  for (let i = 0; i < count; i++) {
    const at = start + i;
    if ((validity[at >> 3] & (1 << (at & 7))) === 0) column.setNull(row + i);
  }
}

/** Nested values, and texts that hold JSON, one by one. */
function readJson(
  vector: ArrowVector,
  from: number,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  const textOf = vector.type.children.length > 0 ? jsonOf : jsonOfText;
  for (let i = 0; i < count; i++) {
    if (!isNullAt(vector, from + i)) column.setString(row + i, textOf(vector, from + i));
  }
}

function isNullAt({ validity, offset }: ArrowVector, position: number): boolean {
  const at = offset + position;
  return validity !== null && (validity[at >> 3] & (1 << (at & 7))) === 0;
}

function readValues(
  vector: ArrowVector,
  start: number,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  const { memory, values } = vector;
  const layout = vector.type.layout;
  switch (layout) {
    case 'float64':
      column.floats.set(new Float64Array(memory, values + start * 8, count), row);
      return;
    case 'int64':
    case 'uint64':
      readInt64(
        new Int32Array(memory, values + start * 8, count * 2),
        layout === 'uint64',
        count,
        column,
        row,
      );
      return;
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      readText(vector, start, count, column.interner as ByteInterner, column.ints, row);
      return;
    case 'bool': {
      const bits = new Uint8Array(memory, values);
      for (let i = 0; i < count; i++)
        column.bytes[row + i] = (bits[(start + i) >> 3] >> ((start + i) & 7)) & 1;
      return;
    }
    case 'dateMillisecond': {
      const words = new BigInt64Array(memory, values + start * 8, count);
      for (let i = 0; i < count; i++) column.ints[row + i] = Math.floor(Number(words[i]) / 86_400_000);
      return;
    }
    case 'decimal32':
    case 'decimal64':
    case 'decimal128':
    case 'decimal256':
      readDecimals(vector, start, count, column, row);
      return;
    default: {
      const lane = column.ints.length > 0 ? column.ints : column.floats;
      lane.set(narrow(layout, memory, values, start, count), row);
    }
  }
}

const DECIMAL_BYTES: Partial<Record<ArrowLayout, number>> = {
  decimal32: 4,
  decimal64: 8,
  decimal128: 16,
  decimal256: 32,
};

/** Decimals of any width, in two's complement: unscaled values, or floats where these are too long for an int64. */
function readDecimals(
  vector: ArrowVector,
  start: number,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  const { memory, values } = vector;
  const { layout, scale } = vector.type;
  const width = DECIMAL_BYTES[layout] as number;
  const words = new Int32Array(memory, values + start * width, (count * width) / 4);
  const per = width / 4;
  const isExact = column.type.kind === 'decimal';
  for (let i = 0; i < count; i++) {
    const at = i * per;
    const high = per === 1 ? words[at] >> 31 : words[at + 1];
    // Short ones, as nearly all are, need no bigint: their high word is next to nothing.
    if (isExact && high < 0x200000 && high >= -0x1fffff) {
      column.setInteger(row + i, high * 0x100000000 + (words[at] >>> 0));
      continue;
    }
    const unscaled = wideInteger(words, at, per);
    if (isExact) column.setBigint(row + i, BigInt.asIntN(64, unscaled));
    else column.floats[row + i] = decimalToNumber(unscaled, scale);
  }
}

/** A two's-complement integer of some 32-bit words, the lowest first. */
function wideInteger(words: Int32Array, at: number, per: number): bigint {
  let value = BigInt(words[at + per - 1]);
  for (let k = per - 2; k >= 0; k--) value = (value << 32n) | BigInt(words[at + k] >>> 0);
  return value;
}

function narrow(layout: ArrowLayout, memory: ArrayBufferLike, values: number, start: number, count: number) {
  switch (layout) {
    case 'int8':
      return new Int8Array(memory, values + start, count);
    case 'uint8':
      return new Uint8Array(memory, values + start, count);
    case 'int16':
      return new Int16Array(memory, values + start * 2, count);
    case 'uint16':
      return new Uint16Array(memory, values + start * 2, count);
    case 'uint32':
      return new Uint32Array(memory, values + start * 4, count);
    case 'float32':
      return new Float32Array(memory, values + start * 4, count);
    default:
      return new Int32Array(memory, values + start * 4, count);
  }
}

/** Reads 64-bit words as pairs of 32 bits: eighteen times faster than by BigInt. */
function readInt64(
  words: Int32Array,
  unsigned: boolean,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  if (!column.isWide) {
    const floats = column.floats;
    let i = 0;
    for (; i < count; i++) {
      const high = words[2 * i + 1];
      if (high >= 0x200000 || high < -0x1fffff || (unsigned && high < 0)) break;
      floats[row + i] = high * 0x100000000 + (words[2 * i] >>> 0);
    }
    if (i === count) return;
  }
  for (let i = 0; i < count; i++) {
    const high = unsigned ? words[2 * i + 1] >>> 0 : words[2 * i + 1];
    column.setBigint(row + i, BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(words[2 * i] >>> 0)));
  }
}

function readText(
  vector: ArrowVector,
  start: number,
  count: number,
  interner: ByteInterner,
  codes: Int32Array,
  row: number,
): void {
  const text = new Uint8Array(vector.memory);
  const { values } = vector;
  if (vector.type.layout === 'utf8View') {
    for (let i = 0; i < count; i++) {
      const [from, to] = viewedText(vector, start + i);
      codes[row + i] = internWithin(interner, text, from, to);
    }
    return;
  }
  if (vector.type.layout === 'largeUtf8') {
    const offsets = new BigInt64Array(vector.memory, vector.offsets + start * 8, count + 1);
    for (let i = 0; i < count; i++) {
      const [from, to] = [values + Number(offsets[i]), values + Number(offsets[i + 1])];
      codes[row + i] = internWithin(interner, text, from, to);
    }
    return;
  }
  const offsets = new Int32Array(vector.memory, vector.offsets + start * 4, count + 1);
  let from = values + offsets[0];
  for (let i = 0; i < count; i++) {
    const to = values + offsets[i + 1];
    codes[row + i] = internWithin(interner, text, from, to);
    from = to;
  }
}

/** Offsets come from outside, and a wrong one must not be followed. */
function internWithin(interner: ByteInterner, text: Uint8Array, from: number, to: number): number {
  if (from >= 0 && to >= from && to <= text.length) return interner.intern(text, from, to);
  throw new RangeError('a text lies outside of its array');
}

function readDictionary(
  vector: ArrowVector,
  start: number,
  count: number,
  column: ColumnBuilder,
  row: number,
): void {
  const dictionary = vector.dictionary as ArrowVector;
  let codes = remaps.get(dictionary);
  if (codes === undefined) {
    codes = new Int32Array(dictionary.length);
    readText(dictionary, dictionary.offset, dictionary.length, column.interner as ByteInterner, codes, 0);
    remaps.set(dictionary, codes);
  }
  const indexes = narrow(vector.type.indexes as ArrowLayout, vector.memory, vector.values, start, count);
  for (let i = 0; i < count; i++) column.ints[row + i] = codes[indexes[i]] ?? 0;
  if (dictionary.validity === null) return;
  for (let i = 0; i < count; i++) if (isNullAt(dictionary, indexes[i])) column.setNull(row + i);
}
