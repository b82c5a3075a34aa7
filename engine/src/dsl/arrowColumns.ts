import * as flechette from '@uwdata/flechette';
import { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import { parseDecimal } from '../columns/decimal.js';
import { parseDurationTicks } from '../columns/durationTicks.js';
import { canonicalJson } from '../columns/json.js';
import { parseDate, parseTimestamp, TICKS_PER_SECOND } from '../columns/iso.js';
import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT64,
  STRING,
  durationType,
  timestampType,
  typeName,
} from '../columns/types.js';
import type { DataType, Field, TimeUnit } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import { Decimal } from './decimal.js';

/** The type of a column of row values: that of its first value, widened by the others. */
export function inferColumn(name: string, values: readonly unknown[]): Field {
  let type: DataType | null = null;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const found = typeOfValue(name, value);
    if (type === null || (type.kind === 'int64' && found.kind === 'float64')) type = found;
    else if (type.kind !== found.kind && !(type.kind === 'float64' && found.kind === 'int64')) {
      throw new MillraceError(
        'MR1306',
        `column '${name}' holds both ${typeName(type)} and ${typeName(found)}.`,
        'Give a schema, or make the values of one type.',
      );
    }
  }
  return {
    name,
    type: type ?? STRING,
    nullable: values.some(value => value === null || value === undefined),
  };
}

function typeOfValue(name: string, value: unknown): DataType {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? INT64 : FLOAT64;
    case 'bigint':
      return INT64;
    case 'string':
      return STRING;
    case 'boolean':
      return BOOLEAN;
    default:
      if (value instanceof Date) return timestampType('ms');
      if (value instanceof Temporal.Instant) return timestampType('ns');
      if (value instanceof Temporal.PlainDate) return DATE;
      if (value instanceof Temporal.Duration) return durationType('ns');
      if (Decimal.isDecimal(value)) {
        throw new MillraceError(
          'MR1306',
          `column '${name}' holds decimals, and how many digits they may have is not known.`,
          `Say it: Table.of({ … }, { schema: schema({ ${name}: decimal(18, 4), … }) }).`,
        );
      }
      throw new MillraceError(
        'MR1306',
        `column '${name}' holds a value that no column can: ${Object.prototype.toString.call(value)}.`,
        'Columns hold numbers, bigints, text, booleans, Dates, Temporal.Instants and Temporal.PlainDates.',
      );
  }
}

const UNITS: Record<TimeUnit, 0 | 1 | 2 | 3> = { s: 0, ms: 1, us: 2, ns: 3 };

/** A column of row values as an Arrow column of the field's type. Ticks are written as integers, so that none is rounded. */
export function arrowColumn(field: Field, values: readonly unknown[]): flechette.Column<unknown> {
  const converted = values.map(value =>
    value === null || value === undefined ? null : toArrow(field, value),
  );
  const { type } = field;
  switch (type.kind) {
    case 'boolean':
      return flechette.columnFromArray(converted, flechette.bool());
    case 'int32':
      return flechette.columnFromArray(converted, flechette.int32());
    case 'float64':
      return flechette.columnFromArray(converted, flechette.float64());
    case 'string':
      return flechette.columnFromArray(converted, flechette.utf8());
    case 'int64':
      return flechette.columnFromArray(converted, flechette.int64(), { useBigInt: true });
    case 'timestamp':
      return retyped(
        flechette.columnFromArray(converted, flechette.int64(), { useBigInt: true }),
        flechette.timestamp(UNITS[type.unit], 'UTC'),
      );
    case 'date':
      return retyped(flechette.columnFromArray(converted, flechette.int32()), flechette.dateDay());
    case 'duration':
      return retyped(
        flechette.columnFromArray(converted, flechette.int64(), { useBigInt: true }),
        flechette.duration(UNITS[type.unit]),
      );
    case 'decimal':
      return retyped(
        flechette.columnFromArray(converted, flechette.int64(), { useBigInt: true }),
        flechette.decimal(type.precision, type.scale, 64),
      );
    case 'json':
      return flechette.columnFromArray(converted, flechette.utf8());
  }
}

/** The same buffers under another type of the same width: the library would round ticks through milliseconds. */
function retyped(column: flechette.Column<unknown>, type: flechette.DataType): flechette.Column<unknown> {
  for (const batch of column.data) Object.assign(batch, { type });
  return Object.assign(column, { type });
}

/** A row value as an exact one of the field's type. Error `MR1306` where it is none. */
export function exactValue(field: Field, value: unknown): Value {
  return toArrow(field, value) as Value;
}

function toArrow(field: Field, value: unknown): unknown {
  const { type } = field;
  switch (type.kind) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'float64':
      if (typeof value === 'number') return value;
      break;
    case 'int32':
      if (typeof value === 'number' && (value | 0) === value) return value;
      break;
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'int64':
      if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
      if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
      break;
    case 'timestamp': {
      const ticks = ticksOf(value, type.unit);
      if (ticks !== null) return ticks;
      break;
    }
    case 'decimal': {
      const text = typeof value === 'object' ? (value as object).toString() : String(value);
      const unscaled = parseDecimal(text, type);
      if (unscaled !== null) return unscaled;
      break;
    }
    case 'duration': {
      const text = value instanceof Temporal.Duration ? value.toString() : value;
      const ticks = typeof text === 'string' ? parseDurationTicks(text, type.unit) : null;
      if (ticks !== null) return ticks;
      break;
    }
    case 'json': {
      const text = JSON.stringify(value) as string | undefined;
      const canonical = text === undefined ? null : canonicalJson(text);
      if (canonical !== null) return canonical;
      break;
    }
    case 'date': {
      if (value instanceof Temporal.PlainDate) return parseDate(value.toString());
      const days = typeof value === 'string' ? parseDate(value) : null;
      if (days !== null) return days;
      break;
    }
  }
  throw new MillraceError(
    'MR1306',
    `column '${field.name}' is ${typeName(type)}, and ${String(value)} is not.`,
  );
}

function ticksOf(value: unknown, unit: TimeUnit): bigint | null {
  if (value instanceof Date) return floorDivide(BigInt(value.getTime()) * TICKS_PER_SECOND[unit], 1000n);
  if (value instanceof Temporal.Instant)
    return floorDivide(value.epochNanoseconds * TICKS_PER_SECOND[unit], 1_000_000_000n);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' ? parseTimestamp(value, unit) : null;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
