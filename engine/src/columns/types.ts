/** The unit of a timestamp column: one tick of its int64. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * The type of a column. Plain data: it travels in plans, recordings and frames.
 *
 * - `int32`, `int64` are exact; `timestamp` is an int64 count of `unit` since 1970-01-01 UTC; `date` is an int32
 *   count of days since 1970-01-01.
 * - `string` is UTF-8, dictionary-encoded in memory.
 */
export type DataType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'float64' }
  | { readonly kind: 'string' }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit }
  | { readonly kind: 'date' };

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

/** The timestamp type of a unit. */
export function timestampType(unit: TimeUnit): DataType {
  return Object.freeze({ kind: 'timestamp', unit });
}

/** Whether two types are the same, units included. */
export function sameType(a: DataType, b: DataType): boolean {
  return a.kind === b.kind && (a.kind !== 'timestamp' || a.unit === (b as { unit: TimeUnit }).unit);
}

/** The type as a user writes and reads it, e.g. `timestamp('us')`. */
export function typeName(type: DataType): string {
  return type.kind === 'timestamp' ? `timestamp('${type.unit}')` : type.kind;
}

/** Whether values of the type add, multiply and compare as numbers. */
export function isNumeric(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64' || type.kind === 'float64';
}

/** Whether the type is an int64 in plans, files and frames (so that its lane may be wide, see `column.ts`). */
export function isInt64Like(type: DataType): boolean {
  return type.kind === 'int64' || type.kind === 'timestamp';
}
