import type { Decimal } from './decimal.js';
import type { Temporal } from 'temporal-polyfill';
import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  STRING,
  decimalType,
  durationType,
  timestampType,
} from '../columns/types.js';
import type { DataType, Field, TimeUnit } from '../columns/types.js';

declare const VALUE: unique symbol;

/** A column's type as a user declares it; `T` is the type of its values in rows. */
export interface ColumnType<T> {
  readonly [VALUE]?: T;
  readonly type: DataType;
  readonly isNullable: boolean;
  /** The same type, with NULL allowed. */
  nullable(): ColumnType<T | null>;
}

function columnType<T>(type: DataType, isNullable = false): ColumnType<T> {
  return Object.freeze({ type, isNullable, nullable: () => columnType<T | null>(type, true) });
}

/** true or false */
export const boolean: ColumnType<boolean> = columnType(BOOLEAN);
/** 32-bit integers. */
export const int32: ColumnType<number> = columnType(INT32);
/** 64-bit integers, exact; `rows()` gives them as numbers and refuses those beyond ±(2^53 − 1). */
export const int64: ColumnType<number> = columnType(INT64);
/** 64-bit floating-point numbers. */
export const float64: ColumnType<number> = columnType(FLOAT64);
/** UTF-8 text. */
export const string: ColumnType<string> = columnType(STRING);
/** Days. */
export const date: ColumnType<Temporal.PlainDate> = columnType(DATE);
/** Points in time, UTC, counted in the unit: `timestamp('us')`. */
export function timestamp(unit: TimeUnit = 'us'): ColumnType<Temporal.Instant> {
  return columnType(timestampType(unit));
}
/**
 * Exact decimal numbers of at most `precision` digits (1 to 18), `scale` of them behind the point: `decimal(12, 4)`. `rows()` gives
 * them as `Decimal`.
 */
export function decimal(precision: number, scale: number): ColumnType<Decimal> {
  return columnType(decimalType(precision, scale));
}
/** Spans of time, counted in the unit: `duration('ms')`. `rows()` gives them as `Temporal.Duration`. */
export function duration(unit: TimeUnit = 'us'): ColumnType<Temporal.Duration> {
  return columnType(durationType(unit));
}
/** Nested values (objects, arrays) as JSON. `rows()` gives them parsed. */
export function json(): ColumnType<Json> {
  return columnType(JSON_TYPE);
}
/** A JSON value. JSON's null is NULL where it is the whole value. */
export type Json =
  boolean | number | string | readonly (Json | null)[] | { readonly [key: string]: Json | null };

/** A declared schema: what `schema({…})` makes, and sources take. */
export interface RowSchema<Row> {
  readonly [VALUE]?: Row;
  readonly fields: readonly Field[];
}

/** The row type of a schema: `type Trade = RowOf<typeof Trade>`. */
export type RowOf<S extends RowSchema<unknown>> = S extends RowSchema<infer Row> ? Row : never;

/**
 * Declares the columns of a source, in order.
 *
 * @example
 * const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64.nullable() });
 */
export function schema<Columns extends Record<string, ColumnType<unknown>>>(
  columns: Columns,
): RowSchema<{ -readonly [K in keyof Columns]: Columns[K] extends ColumnType<infer T> ? T : never }> {
  const fields = Object.entries(columns).map(([name, column]) => ({
    name,
    type: column.type,
    nullable: column.isNullable,
  }));
  return Object.freeze({ fields: Object.freeze(fields) });
}

/** A row whose columns are not known to the compiler: of a file whose cell has not run yet. */
// The loose row is any by design: every column is an expression with every method.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyRow = Record<string, any>;

/** The name of a column of a row type, which says nothing about the row type itself. */
export type NameIn<Row> = keyof NoInfer<Row> & string;
