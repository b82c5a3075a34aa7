import { isWide } from './column.js';
import type { Column, Lane } from './column.js';
import { Dictionary } from './dictionary.js';
import { hasDictionary, isInt64Like } from './types.js';
import type { DataType } from './types.js';

/**
 * One value out of a column, exact: bigint for int64, timestamp, duration (ticks) and decimal (unscaled), number for int32, float64 and date (days), JSON as canonical text, NULL as null.
 * For tests, the interpreter and the edges; never inside a hot loop.
 */
export type Value = boolean | number | bigint | string | null;

/** The value of a row. */
export function valueAt(column: Column, row: number): Value {
  if (column.valid !== null && column.valid[row] === 0) return null;
  const raw = column.data[row];
  switch (column.type.kind) {
    case 'boolean':
      return raw !== 0;
    case 'string':
    case 'json':
      return column.dictionary!.at(raw as number);
    case 'int64':
    case 'timestamp':
    case 'decimal':
    case 'duration':
      return isWide(column) ? raw : BigInt(raw);
    default:
      return raw;
  }
}

/**
 * A column of values. int64, timestamp, decimal and duration go to the fast lane where all of them are safe integers, else to the wide one. Strings are
 * interned into `dictionary`, a new one by default.
 */
export function columnOf(
  type: DataType,
  values: readonly Value[],
  dictionary: Dictionary | null = null,
): Column {
  const length = values.length;
  const valid = values.includes(null) ? new Uint8Array(length) : null;
  const strings = hasDictionary(type) ? (dictionary ?? new Dictionary()) : null;
  const data = laneFor(type, length, isInt64Like(type) && !values.every(isSafe));
  for (let row = 0; row < length; row++) {
    const value = values[row];
    if (value === null) continue;
    if (valid !== null) valid[row] = 1;
    if (data instanceof BigInt64Array) data[row] = BigInt(value);
    else data[row] = strings === null ? Number(value) : strings.intern(value as string);
  }
  return { type, data, valid, dictionary: strings };
}

/** A new lane of a type. */
export function laneFor(type: DataType, length: number, wide = false): Lane {
  switch (type.kind) {
    case 'boolean':
      return new Uint8Array(length);
    case 'int32':
    case 'date':
    case 'string':
    case 'json':
      return new Int32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int64':
    case 'timestamp':
    case 'decimal':
    case 'duration':
      return wide ? new BigInt64Array(length) : new Float64Array(length);
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function isSafe(value: Value): boolean {
  if (value === null) return true;
  const exact = BigInt(value);
  return exact <= MAX_SAFE && exact >= -MAX_SAFE;
}
