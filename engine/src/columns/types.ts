import { MillraceError } from './error.js';

/** The unit of a timestamp or duration column: one tick of its int64. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * The type of a column. Plain data: it travels in plans, recordings and frames.
 *
 * - `int32`, `int64` are exact; `timestamp` is an int64 count of `unit` since 1970-01-01 UTC; `date` is an int32
 *   count of days since 1970-01-01.
 * - `decimal` is an int64 count of units of 10^-scale, of at most `precision` digits (1 to 18, see `decimalType`).
 * - `duration` is an int64 count of `unit`, of either sign.
 * - `string` is UTF-8, dictionary-encoded in memory; `json` is a nested value as canonical JSON text in the same form.
 */
export type DataType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'float64' }
  | { readonly kind: 'string' }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit }
  | { readonly kind: 'date' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'json' };

export type DataKind = DataType['kind'];

/** A named, typed column of a schema. `nullable` says whether it can hold NULL. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

export const BOOLEAN: DataType = Object.freeze({ kind: 'boolean' });
export const INT32: DataType = Object.freeze({ kind: 'int32' });
export const INT64: DataType = Object.freeze({ kind: 'int64' });
export const FLOAT64: DataType = Object.freeze({ kind: 'float64' });
export const STRING: DataType = Object.freeze({ kind: 'string' });
export const DATE: DataType = Object.freeze({ kind: 'date' });
export const JSON_TYPE: DataType = Object.freeze({ kind: 'json' });

/** A decimal's type. */
export type DecimalType = Extract<DataType, { kind: 'decimal' }>;

/** The most digits of a decimal: its unscaled value is then an int64. */
export const MAX_PRECISION = 18;

/** The timestamp type of a unit. */
export function timestampType(unit: TimeUnit): DataType {
  return Object.freeze({ kind: 'timestamp', unit });
}

/** The duration type of a unit. */
export function durationType(unit: TimeUnit): DataType {
  return Object.freeze({ kind: 'duration', unit });
}

/** The type of decimals of `precision` digits, `scale` of them behind the point. Error `MR1003` for digits that it cannot have. */
export function decimalType(precision: number, scale: number): DecimalType {
  if (!Number.isInteger(precision) || precision < 1) {
    throw new MillraceError(
      'MR1003',
      `decimal(${precision}, ${scale}) has a precision that is not a whole number from 1 to ${MAX_PRECISION}.`,
      'The precision counts all digits, before the point and behind it: 1234.50 is a decimal(6, 2).',
    );
  }
  if (precision > MAX_PRECISION) throw longDecimal(precision, scale);
  if (!Number.isInteger(scale) || scale < 0 || scale > precision) {
    throw new MillraceError(
      'MR1003',
      `decimal(${precision}, ${scale}) has a scale that is not a whole number from 0 to its precision ${precision}.`,
      'The scale counts the digits behind the point: 1234.50 is a decimal(6, 2).',
    );
  }
  return Object.freeze({ kind: 'decimal', precision, scale });
}

/** Flink and DuckDB have decimals of up to 38 digits: what to write here instead. */
function longDecimal(precision: number, scale: number): MillraceError {
  const places = scale >= 0 && scale < MAX_PRECISION ? scale : 8;
  return new MillraceError(
    'MR1003',
    `decimal(${precision}, ${scale}) has more than ${MAX_PRECISION} digits: a decimal is held as a whole number of 64 bits here.`,
    `Declare decimal(${MAX_PRECISION}, ${places}) where no value has more than ${MAX_PRECISION - places} digits before the point and ${places} behind it. ` +
      'Else string keeps every digit, as text, and float64 about 16 of them.',
  );
}

/** Whether two types are the same, units and digits included. */
export function sameType(a: DataType, b: DataType): boolean {
  return a.kind === b.kind && typeName(a) === typeName(b);
}

/** The type as a user writes and reads it, e.g. `timestamp('us')`. */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'timestamp':
    case 'duration':
      return `${type.kind}('${type.unit}')`;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    default:
      return type.kind;
  }
}

/** Whether values of the type add, multiply and compare as numbers: integers, float64 and decimals. */
export function isNumeric(type: DataType): boolean {
  return isInteger(type) || type.kind === 'float64' || type.kind === 'decimal';
}

/** Whether the type is one of whole numbers. */
export function isInteger(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64';
}

/** Whether the type is an int64 in plans, files and frames (so that its lane may be wide, see `column.ts`). */
export function isInt64Like(type: DataType): boolean {
  switch (type.kind) {
    case 'int64':
    case 'timestamp':
    case 'decimal':
    case 'duration':
      return true;
    default:
      return false;
  }
}

/** Whether the type's lane holds codes of a dictionary: text, and JSON as text. */
export function hasDictionary(type: DataType): boolean {
  return type.kind === 'string' || type.kind === 'json';
}
