import type { Decimal } from 'decimal.js';
import type { CallOptions } from '../expr/ast.js';
import type { NullOf } from './expressionBase.js';
import type { Aggregate, BoolExpr, DecExpr, Expr, NumExpr } from './expressions.js';
import { AggregateValue } from './exprValue.js';
import { toExpr } from './literals.js';

/** Options of every aggregate. */
export interface AggregateOptions {
  /** Limits the rows that it sees to those for which the condition is true. */
  readonly where?: BoolExpr<boolean | null>;
  /** Whether equal values count once (false). */
  readonly distinct?: boolean;
}

/** What aggregates of numbers take: integers, float64 and decimals. */
export type Numeric = NumExpr<number | null> | DecExpr<Decimal | null>;

/** NULL where a condition leaves no row. */
export type NullWhere<O> = O extends { readonly where: unknown } ? null : never;

/** NULL where an argument may be. */
export type NullIn<E> = E extends Expr<infer T> ? NullOf<T> : never;

/** One call of an aggregate. */
export function aggregateCall<T>(
  fn: string,
  args: readonly unknown[],
  given: AggregateOptions = {},
  options: CallOptions = {},
): Aggregate<T> {
  const { where, distinct = false } = given;
  const condition = where === undefined ? null : toExpr(where);
  return new AggregateValue(fn, args.map(toExpr), condition, distinct, options) as unknown as Aggregate<T>;
}
