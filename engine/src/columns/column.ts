import type { Dictionary } from './dictionary.js';
import type { DataType } from './types.js';

/**
 * The lane of a column: the typed array that holds its values.
 *
 * | type | lane |
 * |---|---|
 * | boolean | Uint8Array, 0 or 1 |
 * | int32, date | Int32Array |
 * | float64 | Float64Array |
 * | string, json | Int32Array of dictionary codes |
 * | int64, timestamp, decimal (unscaled), duration | Float64Array where every value of this batch is within ±(2^53 − 1) (the fast lane), else BigInt64Array (the wide lane) |
 *
 * Generated loops are written for fast lanes and guarded: a wide lane, or a sum that leaves the safe range, goes to the
 * exact twin. So plans and columns are exact for every int64, and nobody pays for a BigInt who has none.
 */
export type Lane = Uint8Array | Int32Array | Float64Array | BigInt64Array;

/** One column of a batch. `valid` holds 1 for a value and 0 for NULL, a byte a row; null means no NULL at all. */
export interface Column {
  readonly type: DataType;
  readonly data: Lane;
  readonly valid: Uint8Array | null;
  /** The dictionary of a string or JSON column, else null. */
  readonly dictionary: Dictionary | null;
}

/** Whether the column is in the wide (BigInt64Array) lane. */
export function isWide(column: Column): boolean {
  return column.data instanceof BigInt64Array;
}

/** Whether one of the first `count` rows is NULL, by their validities. */
export function hasNull(valid: Uint8Array, count: number): boolean {
  const at = valid.indexOf(0);
  return at >= 0 && at < count;
}

/** A value of a fast lane in the wide one. Where it is NULL its lane may hold anything, which may be no integer. */
export function wideValue(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value) : 0n;
}
