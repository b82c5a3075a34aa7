import { MillraceError } from '../columns/error.js';
import { durationType } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { ExprValue } from './exprValue.js';

/** The microseconds after midnight of `'09:30'`, `'09:30:15'` or `'09:30:15.25'`. Error `MR1308` for text that is none. */
function microsecondsOfDay(text: unknown): number {
  const match = /^\s*(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*$/.exec(String(text));
  const [hour, minute, second] = [1, 2, 3].map(at => Number(match?.[at] ?? 0));
  if (match === null || hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) {
    throw new MillraceError(
      'MR1308',
      `'${String(text)}' is not a time of day.`,
      "Write hours and minutes: '09:30' or '09:30:15.25'.",
    );
  }
  return (hour * 3600 + minute * 60 + second) * 1e6 + Number((match[4] ?? '').padEnd(6, '0'));
}

function literal(microseconds: number): Expr {
  return { kind: 'literal', type: durationType('us'), value: String(microseconds) };
}

/** A duration after midnight that compares with text such as `'09:30'`. */
export class TimeOfDayValue extends ExprValue {
  between(from: string, to: string): ExprValue {
    const [low, high] = [from, to].map(microsecondsOfDay);
    if (low <= high) return this.#call('between', literal(low), literal(high));
    const late = this.#call('ge', literal(low)).expr;
    const early = this.#call('le', literal(high)).expr;
    return new ExprValue({ kind: 'call', fn: 'or', args: [late, early] });
  }

  /** A comparison with a time of day. */
  comparison(fn: string, other: unknown): ExprValue {
    return other instanceof ExprValue
      ? this.#call(fn, other.expr)
      : this.#call(fn, literal(microsecondsOfDay(other)));
  }

  #call(fn: string, ...others: readonly Expr[]): ExprValue {
    return new ExprValue({ kind: 'call', fn, args: [this.expr, ...others] });
  }
}

for (const fn of ['eq', 'ne', 'lt', 'le', 'gt', 'ge']) {
  Object.defineProperty(TimeOfDayValue.prototype, fn, {
    value(this: TimeOfDayValue, other: unknown) {
      return this.comparison(fn, other);
    },
  });
}
