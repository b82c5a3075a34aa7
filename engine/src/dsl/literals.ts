import { Temporal } from 'temporal-polyfill';
import { decimalDigits } from '../columns/decimal.js';
import { parseNanoseconds } from '../columns/durationTicks.js';
import { TICKS_PER_SECOND } from '../columns/iso.js';
import {
  BOOLEAN,
  decimalType,
  durationType,
  FLOAT64,
  INT32,
  INT64,
  MAX_PRECISION,
  STRING,
  timestampType,
} from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { MillraceError } from '../columns/error.js';
import { Decimal } from './decimal.js';
import { ExprValue } from './exprValue.js';

/** Anything a user may write where an expression is taken, as plan data. Error `MR1302` for what is neither. */
export function toExpr(value: unknown): Expr {
  if (value instanceof ExprValue) return value.expr;
  if (value === null || value === undefined) return { kind: 'literal', type: STRING, value: null };
  switch (typeof value) {
    case 'boolean':
      return { kind: 'literal', type: BOOLEAN, value };
    case 'number':
      return numberLiteral(value);
    case 'bigint':
      return { kind: 'literal', type: INT64, value: String(value) };
    case 'string':
      return { kind: 'literal', type: STRING, value };
    default:
      return timeLiteral(value);
  }
}

function numberLiteral(value: number): Expr {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return value >= -(2 ** 31) && value < 2 ** 31
      ? { kind: 'literal', type: INT32, value }
      : { kind: 'literal', type: INT64, value: String(value) };
  }
  // JSON has no NaN, no infinities and no -0: plans carry these as text.
  const text = Object.is(value, -0) ? '-0' : String(value);
  return { kind: 'literal', type: FLOAT64, value: Number.isFinite(value) && text !== '-0' ? value : text };
}

function timeLiteral(value: unknown): Expr {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      throw new MillraceError('MR1302', 'an invalid Date cannot be compared with.', 'Check how it was made.');
    }
    return { kind: 'literal', type: timestampType('ms'), value: String(value.getTime()) };
  }
  if (value instanceof Temporal.Instant || tagOf(value) === 'Temporal.Instant') {
    const nanoseconds = (value as Temporal.Instant).epochNanoseconds;
    return nanoseconds % 1000n === 0n
      ? { kind: 'literal', type: timestampType('us'), value: String(nanoseconds / 1000n) }
      : { kind: 'literal', type: timestampType('ns'), value: String(nanoseconds) };
  }
  if (value instanceof Temporal.PlainDate || tagOf(value) === 'Temporal.PlainDate') {
    return { kind: 'literal', type: STRING, value: String(value) };
  }
  if (value instanceof Temporal.Duration || tagOf(value) === 'Temporal.Duration') {
    return durationLiteral(String(value));
  }
  if (Decimal.isDecimal(value)) return decimalLiteral(value.toFixed());
  throw new MillraceError(
    'MR1302',
    `a value of this kind is no expression: ${tagOf(value)}.`,
    'Write an expression of columns (t.price.mul(2)), a number, text, a boolean, a Date, or an Instant or Duration of Temporal.',
  );
}

/** In the coarsest unit that holds it. */
function durationLiteral(text: string): Expr {
  const nanoseconds = parseNanoseconds(text);
  if (nanoseconds === null) {
    throw new MillraceError(
      'MR1302',
      `the duration ${text} has no fixed length.`,
      'Durations are weeks, days of 24 hours, and what is shorter; add months with addMonths().',
    );
  }
  for (const unit of ['s', 'ms', 'us'] as const) {
    const perTick = TICKS_PER_SECOND.ns / TICKS_PER_SECOND[unit];
    if (nanoseconds % perTick === 0n)
      return { kind: 'literal', type: durationType(unit), value: String(nanoseconds / perTick) };
  }
  return { kind: 'literal', type: durationType('ns'), value: String(nanoseconds) };
}

/** With the digits that it has. */
function decimalLiteral(text: string): Expr {
  const digits = decimalDigits(text);
  const count = digits === null ? 0 : String(digits.unscaled).replace('-', '').length;
  if (digits === null || Math.max(count, digits.scale) > MAX_PRECISION) {
    throw new MillraceError(
      'MR1302',
      `the decimal ${text} has more than ${MAX_PRECISION} digits, or is no number.`,
      'Round it first, or write it as a number.',
    );
  }
  const type = decimalType(Math.max(count, digits.scale), digits.scale);
  return { kind: 'literal', type, value: String(digits.unscaled) };
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
