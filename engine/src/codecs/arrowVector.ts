import type { ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import { decimalToNumber } from '../columns/decimal.js';
import {
  BOOLEAN,
  DATE,
  decimalType,
  durationType,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  MAX_PRECISION,
  STRING,
  timestampType,
} from '../columns/types.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import { jsonOf, jsonOfText } from './arrowNested.js';

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
  readonly dictionary: ArrowVector | null;
  /** The arrays of a nested array's parts. */
  readonly children: readonly ArrowVector[];
  /** How many values a dictionary has. */
  readonly length: number;
}

const WIDTHS: Partial<Record<ArrowLayout, DataType>> = {
  int8: INT32,
  int16: INT32,
  int32: INT32,
  int64: INT64,
  uint8: INT32,
  uint16: INT32,
  uint32: INT64,
  uint64: INT64,
  float32: FLOAT64,
  float64: FLOAT64,
};

const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** A part of a nested Arrow type. */
export interface ArrowFieldDescription {
  readonly name: string;
  readonly type: ArrowTypeDescription;
}

/** The part of an Arrow type that is looked at, as the reader of Arrow schemas gives it. */
export interface ArrowTypeDescription {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly signed?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly dictionary?: ArrowTypeDescription;
  readonly children?: readonly ArrowFieldDescription[];
  readonly indices?: ArrowTypeDescription;
  readonly stride?: number;
}

const SIMPLE = { scale: 0, indexes: null, children: [], names: [] };

/** What an Arrow type becomes (lists, structs and maps JSON), or null where it becomes nothing (bytes, times of day, …). */
export function arrowType(description: ArrowTypeDescription): ArrowType | null {
  const plain = (layout: ArrowLayout, type: DataType, note: string | null = null): ArrowType => ({
    layout,
    type,
    ...SIMPLE,
    note,
  });
  switch (description.typeId) {
    case -1: {
      const values = description.dictionary === undefined ? null : arrowType(description.dictionary);
      const indexes = description.indices === undefined ? null : arrowType(description.indices);
      const isText = values?.layout === 'utf8' || values?.layout === 'largeUtf8';
      return values !== null && indexes !== null && isText ? { ...values, indexes: indexes.layout } : null;
    }
    case 2: {
      const layout = `${description.signed === true ? 'int' : 'uint'}${description.bitWidth}` as ArrowLayout;
      return plain(layout, WIDTHS[layout] as DataType);
    }
    case 3:
      if (description.precision === 0) return null;
      return plain(description.precision === 1 ? 'float32' : 'float64', FLOAT64);
    case 5:
      return plain('utf8', STRING);
    case 20:
      return plain('largeUtf8', STRING);
    case 6:
      return plain('bool', BOOLEAN);
    case 7:
      return decimalArrowType(description);
    case 8:
      return plain(description.unit === 0 ? 'int32' : 'dateMillisecond', DATE);
    case 10:
      return plain('int64', timestampType(TIME_UNITS[description.unit as number]));
    case 12:
      return nestedArrowType('list', description);
    case 13:
      return nestedArrowType('struct', description);
    case 16:
      return nestedArrowType('fixedList', description);
    case 17:
      return nestedArrowType('map', description);
    case 21:
      return nestedArrowType('largeList', description);
    case 18:
      return plain('int64', durationType(TIME_UNITS[description.unit as number]));
    default:
      return null;
  }
}

/** A list, a struct or a map becomes JSON if all of its parts become something. */
function nestedArrowType(layout: ArrowLayout, description: ArrowTypeDescription): ArrowType | null {
  const fields = description.children ?? [];
  const children = fields.map(field => arrowType(field.type)).filter(type => type !== null);
  if (children.length < fields.length) return null;
  const names = fields.map(field => field.name);
  return { layout, type: JSON_TYPE, ...SIMPLE, scale: description.stride ?? 0, children, names, note: null };
}

/** Decimals are exact up to 18 digits; longer ones are float64, as a note says. */
function decimalArrowType({ bitWidth, precision = 99, scale = 0 }: ArrowTypeDescription): ArrowType {
  const isExact = precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
  return {
    layout: `decimal${bitWidth ?? 128}` as ArrowLayout,
    type: isExact ? decimalType(precision, scale) : FLOAT64,
    ...SIMPLE,
    scale,
    note: isExact
      ? null
      : `decimal(${precision}, ${scale}) read as float64, since decimals have at most ${MAX_PRECISION} digits here`,
  };
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
  if (vector.type.layout === 'largeUtf8') {
    const offsets = new BigInt64Array(vector.memory, vector.offsets + start * 8, count + 1);
    for (let i = 0; i < count; i++) {
      codes[row + i] = interner.intern(text, values + Number(offsets[i]), values + Number(offsets[i + 1]));
    }
    return;
  }
  const offsets = new Int32Array(vector.memory, vector.offsets + start * 4, count + 1);
  for (let i = 0; i < count; i++)
    codes[row + i] = interner.intern(text, values + offsets[i], values + offsets[i + 1]);
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
}
