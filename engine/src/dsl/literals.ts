import { Temporal } from 'temporal-polyfill';
import { BOOLEAN, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { MillraceError } from '../columns/error.js';
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
  throw new MillraceError(
    'MR1302',
    `a value of this kind is no expression: ${tagOf(value)}.`,
    'Write an expression of columns (t.price.mul(2)), a number, text, a boolean, a Date or a Temporal.Instant.',
  );
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
