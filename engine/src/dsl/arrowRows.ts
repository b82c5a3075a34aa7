import './inspectTemporal.js';
import { tableFromIPC } from '@uwdata/flechette';
import type { Column as ArrowColumn } from '@uwdata/flechette';
import { Temporal } from 'temporal-polyfill';
import { formatDecimal } from '../columns/decimal.js';
import { MillraceError } from '../columns/error.js';
import type { Field, TimeUnit } from '../columns/types.js';
import { Decimal } from './decimal.js';

/** How row values are given. */
export interface RowOptions {
  /** int64 as `number` (values beyond ±(2^53 − 1) are an error) or as `bigint`. */
  readonly int64?: 'number' | 'bigint';
  /** Timestamps as `Temporal.Instant`, or as `Date` (which cuts off what is finer than a millisecond). */
  readonly time?: 'instant' | 'date';
  /** Decimals as `Decimal` (of the package decimal.js), or as text with all their places. */
  readonly decimal?: 'decimal' | 'text';
  /** Nested values parsed, or as JSON text, in which numbers keep all their digits. */
  readonly json?: 'value' | 'text';
}

/** A value as the options give it. */
type ValueAs<Value, Options extends RowOptions> = Value extends Temporal.Instant
  ? Options extends { readonly time: 'date' }
    ? Date
    : Value
  : Value extends Decimal
    ? Options extends { readonly decimal: 'text' }
      ? string
      : Value
    : Value;

/** A row as the options give it: with `time: 'date'` its timestamps are Dates, with `decimal: 'text'` its decimals text. */
export type RowAs<Row, Options extends RowOptions> = Options extends
  { readonly time: 'date' } | { readonly decimal: 'text' }
  ? { [K in keyof Row]: ValueAs<Row[K], Options> }
  : Row;

/**
 * The rows of an Arrow IPC stream as objects. Columns that begin with `__` are the engine's own and left out.
 *
 * @throws MillraceError `MR1401` for an int64 that a number cannot hold
 */
export function rowsOfArrow<Row>(arrow: Uint8Array, fields: readonly Field[], options: RowOptions): Row[] {
  const columns = columnsOfArrow(arrow, fields, options);
  const length = columns.length === 0 ? 0 : columns[0].values.length;
  const rows: Row[] = new Array<Row>(length);
  for (let i = 0; i < length; i++) {
    const row: Record<string, unknown> = {};
    for (const { name, values } of columns) {
      if (name === '__proto__') define(row, name, values[i]);
      else row[name] = values[i];
    }
    rows[i] = row as Row;
  }
  return rows;
}

/** A column of this name is a value as any other: assigning it would change what the row inherits. */
function define(row: object, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The columns of an Arrow IPC stream as arrays of row values, in the order of `fields`. */
export function columnsOfArrow(
  arrow: Uint8Array,
  fields: readonly Field[],
  options: RowOptions,
): { readonly name: string; readonly values: unknown[] }[] {
  // Columns are views of the bytes and need them aligned; those that come from another process lie anywhere.
  const bytes = arrow.byteOffset % 8 === 0 ? arrow : new Uint8Array(arrow);
  const table = tableFromIPC(bytes, { useBigInt: true, useDate: false, useProxy: false });
  return fields.map(field => {
    const at = table.names.indexOf(field.name);
    if (at === -1) throw new MillraceError('MR9001', `the engine's answer has no column '${field.name}'.`);
    return { name: field.name, values: valuesOf(table.getChildAt(at), field, options) };
  });
}

function valuesOf(column: ArrowColumn<unknown>, field: Field, options: RowOptions): unknown[] {
  const convert = converter(field, options);
  const out: unknown[] = [];
  for (const batch of column.data) {
    const raw = rawValues(batch, field);
    for (let i = 0; i < batch.length; i++) {
      if (batch.nullCount > 0 && batch.at(i) === null) out.push(null);
      else out.push(convert(raw === null ? batch.at(i) : raw[i]));
    }
  }
  return out;
}

/** The buffer of ticks or days of a batch: `at` would turn these into inexact milliseconds, and decimals into floats. */
function rawValues(
  batch: { readonly values?: unknown },
  field: Field,
): BigInt64Array | BigUint64Array | Int32Array | null {
  // Decimals come in 128 bits each: every other word is the sign of the one before.
  if (field.type.kind === 'decimal') return (batch.values as BigUint64Array).filter((_, i) => i % 2 === 0);
  if (batch.values instanceof BigInt64Array) return batch.values;
  return field.type.kind === 'date' && batch.values instanceof Int32Array ? batch.values : null;
}

function converter(field: Field, options: RowOptions): (value: unknown) => unknown {
  switch (field.type.kind) {
    case 'int64':
      return options.int64 === 'bigint'
        ? value => BigInt(value as bigint)
        : value => safeNumber(value as bigint | number, field.name);
    case 'timestamp': {
      const { unit } = field.type;
      return options.time === 'date'
        ? value => new Date(Number(nanosecondsOf(BigInt(value as bigint), unit) / 1_000_000n))
        : value => Temporal.Instant.fromEpochNanoseconds(nanosecondsOf(BigInt(value as bigint), unit));
    }
    case 'date': {
      const epoch = Temporal.PlainDate.from('1970-01-01');
      return value => epoch.add({ days: value as number });
    }
    case 'duration': {
      const { unit } = field.type;
      return value => durationOf(nanosecondsOf(BigInt(value as bigint), unit));
    }
    case 'decimal': {
      const { scale } = field.type;
      const textOf = (value: unknown): string => formatDecimal(BigInt.asIntN(64, value as bigint), scale);
      return options.decimal === 'text' ? textOf : value => new Decimal(textOf(value));
    }
    case 'json':
      return options.json === 'text' ? value => value : value => JSON.parse(value as string) as unknown;
    default:
      return value => value;
  }
}

/** A duration in hours and what is shorter. */
function durationOf(nanoseconds: bigint): Temporal.Duration {
  const part = (unit: bigint, of = 1n << 62n): number => Number((nanoseconds / unit) % of);
  return Temporal.Duration.from({
    hours: part(3_600_000_000_000n),
    minutes: part(60_000_000_000n, 60n),
    seconds: part(1_000_000_000n, 60n),
    milliseconds: part(1_000_000n, 1000n),
    microseconds: part(1_000n, 1000n),
    nanoseconds: part(1n, 1000n),
  });
}

function nanosecondsOf(ticks: bigint, unit: TimeUnit): bigint {
  return ticks * { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n }[unit];
}

function safeNumber(value: bigint | number, column: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new MillraceError(
    'MR1401',
    `column '${column}' holds ${value}, which a number cannot hold exactly.`,
    "Ask for bigints: rows({ int64: 'bigint' }).",
  );
}
