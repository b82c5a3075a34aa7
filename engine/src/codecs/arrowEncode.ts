import {
  batchType,
  bool,
  Column as ArrowColumn,
  dateDay,
  decimal,
  dictionary as dictionaryType,
  duration,
  field as arrowField,
  float64,
  int32,
  int64,
  Table,
  tableToIPC,
  timestamp,
  utf8,
  type DataType as ArrowType,
} from '@uwdata/flechette';
import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { Field } from '../columns/types.js';
import { jsonMetadata } from './arrowJson.js';

/** Arrow's numbers for the units of time. */
const UNITS = { s: 0, ms: 1, us: 2, ns: 3 } as const;
const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/**
 * Encodes the first `length` rows of columns as an Arrow IPC stream: strings and JSON as dictionaries of what is used, timestamps in UTC
 * in their own unit, decimals of 128 bits. Lanes are copied only where Arrow's form differs.
 */
export function encodeArrow(
  fields: readonly Field[],
  columns: readonly Column[],
  length: number,
): Uint8Array {
  return tableToIPC(arrowTable(fields, columns, length, false), { format: 'stream' }) as Uint8Array;
}

/**
 * The rows as a table of the Arrow library. With `plainText` strings stand by themselves: an Arrow file cannot have another dictionary for each batch.
 *
 * @param batches how many times over
 */
export function arrowTable(
  fields: readonly Field[],
  columns: readonly Column[],
  length: number,
  plainText: boolean,
  batches = 1,
): Table {
  const once = columns.map(column => encodeColumn(column, length, plainText));
  const children =
    batches === 1
      ? once
      : once.map(({ data }) => new ArrowColumn(Array.from({ length: batches }, () => data[0]) as never));
  const schema = {
    version: 4,
    endianness: 0,
    fields: fields.map((field, k) =>
      arrowField(field.name, children[k].type as ArrowType, field.nullable, jsonMetadata(field.type)),
    ),
    metadata: null,
  };
  return new Table(schema as never, children as never);
}

function encodeColumn(column: Column, length: number, plainText: boolean): ArrowColumn<unknown> {
  const validity = column.valid === null ? null : packBits(column.valid, length);
  const nullCount = validity === null ? 0 : countZeros(column.valid as Uint8Array, length);
  const make: Make = (type, values, extra = {}) => {
    const Batch = batchType(type, {}) as new (options: object) => {
      setDictionary?(dictionary: unknown): unknown;
    };
    const batch = new Batch({
      length,
      nullCount,
      type,
      validity: nullCount > 0 ? validity : NO_BYTES,
      values,
      ...extra,
    });
    return new ArrowColumn([batch] as never);
  };
  const { data, type } = column;
  switch (type.kind) {
    case 'boolean':
      return make(bool(), packBits(data as Uint8Array, length));
    case 'int32':
      return make(int32(), data.subarray(0, length));
    case 'date':
      return make(dateDay(), data.subarray(0, length));
    case 'float64':
      return make(float64(), data.subarray(0, length));
    case 'int64':
      return make(int64(), toInt64(data, length));
    case 'timestamp':
      return make(timestamp(UNITS[type.unit], 'UTC'), toInt64(data, length));
    case 'duration':
      return make(duration(UNITS[type.unit]), toInt64(data, length));
    case 'decimal':
      return make(decimal(type.precision, type.scale, 128), toInt128(data, length));
    case 'string':
    case 'json':
      return plainText ? encodePlain(column, length, make) : encodeStrings(column, length, make);
  }
}

type Make = (type: ArrowType, values: ArrayBufferView, extra?: object) => ArrowColumn<unknown>;

/** Strings one behind the other. */
function encodePlain({ data, valid, dictionary }: Column, length: number, make: Make): ArrowColumn<unknown> {
  const texts = Array.from({ length }, (_, row) =>
    valid !== null && valid[row] === 0 ? '' : (dictionary as Dictionary).at(data[row] as number),
  );
  const { values, offsets } = textBytes(texts);
  return make(utf8(), values, { offsets });
}

/** Strings as a dictionary that holds what these rows use, in order of appearance. */
function encodeStrings(column: Column, length: number, make: Make): ArrowColumn<unknown> {
  const dictionary = column.dictionary as Dictionary;
  const keys = new Int32Array(length);
  const used: string[] = [];
  const keyOf = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    if (column.valid !== null && column.valid[i] === 0) continue;
    const code = column.data[i] as number;
    let key = keyOf.get(code);
    if (key === undefined) {
      key = used.push(dictionary.at(code)) - 1;
      keyOf.set(code, key);
    }
    keys[i] = key;
  }
  if (used.length === 0) used.push('');
  const texts = encodeTexts(used);
  const encoded = make(dictionaryType(texts.type as never, int32()) as ArrowType, keys);
  (encoded.data[0] as unknown as { setDictionary(dictionary: unknown): void }).setDictionary(texts);
  return encoded;
}

function encodeTexts(texts: readonly string[]): ArrowColumn<unknown> {
  const { values, offsets } = textBytes(texts);
  const type = utf8();
  const Batch = batchType(type, {}) as new (options: object) => object;
  const batch = new Batch({ length: texts.length, nullCount: 0, type, validity: NO_BYTES, values, offsets });
  return new ArrowColumn([batch] as never);
}

function textBytes(texts: readonly string[]): { values: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(texts.length + 1);
  const parts = texts.map((text, i) => {
    const bytes = encoder.encode(text);
    offsets[i + 1] = offsets[i] + bytes.length;
    return bytes;
  });
  const values = new Uint8Array(offsets[texts.length]);
  parts.forEach((bytes, i) => values.set(bytes, offsets[i]));
  return { values, offsets };
}

/** An int64 lane; whole float64 values are written through 32-bit halves, which is far quicker than BigInt(). */
function toInt64(lane: Column['data'], length: number): BigInt64Array {
  if (lane instanceof BigInt64Array) return lane.subarray(0, length);
  const out = new BigInt64Array(length);
  const halves = new Int32Array(out.buffer);
  for (let i = 0; i < length; i++) {
    const value = lane[i];
    const high = Math.floor(value / 4294967296);
    halves[2 * i] = value - high * 4294967296;
    halves[2 * i + 1] = high;
  }
  return out;
}

/** Two's complement in 128 bits, the low half first, as Arrow's decimals are. */
function toInt128(lane: Column['data'], length: number): BigUint64Array {
  const out = new BigUint64Array(length * 2);
  const low = toInt64(lane, length);
  for (let i = 0; i < length; i++) {
    out[2 * i] = low[i] as unknown as bigint;
    out[2 * i + 1] = low[i] < 0n ? 0xffffffffffffffffn : 0n;
  }
  return out;
}

function packBits(bytes: Uint8Array, length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (bytes[i] !== 0) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}

function countZeros(bytes: Uint8Array, length: number): number {
  let zeros = 0;
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros++;
  return zeros;
}
