import { parseDecimal } from '../columns/decimal.js';
import { parseDurationTicks } from '../columns/durationTicks.js';
import { parseDate, parseTimestamp } from '../columns/iso.js';
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
import type { DataType, TimeUnit } from '../columns/types.js';
import type { Expr } from './ast.js';
import { valueToLiteral } from './literal.js';

const TYPES: ReadonlyMap<string, DataType> = new Map([
  ...['BOOLEAN', 'BOOL'].map((name): [string, DataType] => [name, BOOLEAN]),
  ...['INT', 'INTEGER', 'INT32'].map((name): [string, DataType] => [name, INT32]),
  ...['BIGINT', 'INT64'].map((name): [string, DataType] => [name, INT64]),
  ...['DOUBLE', 'FLOAT', 'REAL', 'FLOAT64'].map((name): [string, DataType] => [name, FLOAT64]),
  ...['STRING', 'VARCHAR', 'CHAR', 'TEXT'].map((name): [string, DataType] => [name, STRING]),
  ['DATE', DATE],
  ['JSON', JSON_TYPE],
]);

const BY_DIGITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** Names of types, for errors. */
export const TYPE_NAMES = [...TYPES.keys(), 'TIMESTAMP', 'DECIMAL', 'DURATION'];

/** The type of a name and what stands in its parentheses, in SQL's words or the engine's; null where it is none. */
export function typeOf(name: string, args: readonly string[]): DataType | null {
  const upper = name.toUpperCase();
  if (upper === 'TIMESTAMP' || upper === 'DURATION') {
    const unit =
      args.length === 0 ? 'us' : (BY_DIGITS[Number(args[0]) / 3] ?? BY_DIGITS.find(each => each === args[0]));
    if (unit === undefined || args.length > 1) return null;
    return upper === 'TIMESTAMP' ? timestampType(unit) : durationType(unit);
  }
  if (upper === 'DECIMAL' || upper === 'NUMERIC') {
    return args.length === 0 || args.length > 2 ? null : decimalType(Number(args[0]), Number(args[1] ?? 0));
  }
  return TYPES.get(upper) ?? null;
}

/** The literal that a text stands for as a type: `TIMESTAMP '2024-03-08 09:30:00'`; null where it is none. */
export function typedLiteral(type: DataType, text: string): Expr | null {
  const value = valueOf(type, text);
  return value === null ? null : { kind: 'literal', type, value: valueToLiteral(value, type) };
}

function valueOf(type: DataType, text: string) {
  switch (type.kind) {
    case 'string':
    case 'json':
      return text;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : null;
    case 'int32':
    case 'float64': {
      const value = Number(text);
      return text.trim() === '' || (Number.isNaN(value) && text !== 'NaN') ? null : value;
    }
    case 'int64':
      return /^\s*[+-]?\d+\s*$/.test(text) ? BigInt(text) : null;
    case 'timestamp':
      return parseTimestamp(text, type.unit);
    case 'date':
      return parseDate(text);
    case 'decimal':
      return parseDecimal(text, type);
    case 'duration':
      return parseDurationTicks(text, type.unit);
  }
}

/** A number as it was written: whole ones are int32 or int64, all others float64. Null beyond int64. */
export function numberOf(text: string, negative: boolean): Expr | null {
  const signed = negative ? `-${text}` : text;
  if (/[.eE]/.test(text)) {
    return { kind: 'literal', type: FLOAT64, value: valueToLiteral(Number(signed), FLOAT64) };
  }
  const value = BigInt(signed);
  if (value >= -(2n ** 31n) && value < 2n ** 31n)
    return { kind: 'literal', type: INT32, value: Number(value) };
  if (value < -(2n ** 63n) || value >= 2n ** 63n) return null;
  return { kind: 'literal', type: INT64, value: String(value) };
}

/** How a span is written: `INTERVAL '90' SECOND`, `INTERVAL '1 h 30 min'`. Months are not a length of time. */
export type Interval = { readonly months: number } | { readonly expr: Expr };

const MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The span of a text and a unit after it, or of a text alone; null where it is none. */
export function intervalOf(text: string, unit: string | null): Interval | null {
  const written = /^\s*(-?\d+)\s*([a-z]+?)s?\s*$/i.exec(unit === null ? text : `${text} ${unit}`);
  const months = written === null ? undefined : MONTHS[written[2].toUpperCase()];
  if (months !== undefined) return { months: Number(written![1]) * months };
  const all = unit === null ? text : `${text} ${unit.toLowerCase()}`;
  for (const each of BY_DIGITS) {
    const ticks = parseDurationTicks(all, each);
    if (ticks !== null) return { expr: { kind: 'literal', type: durationType(each), value: String(ticks) } };
  }
  return null;
}
