import type { Aggregate, BoolExpr, Expr, NumExpr } from './expressions.js';
import { AggregateValue } from './exprValue.js';
import { toExpr } from './literals.js';

/** Options of every aggregate. */
export interface AggregateOptions {
  /** Limits the rows that it sees to those for which the condition is true. */
  readonly where?: BoolExpr<boolean | null>;
  /** Whether equal values count once (false). */
  readonly distinct?: boolean;
}

function aggregate<T>(fn: string, args: readonly unknown[], options?: AggregateOptions): Aggregate<T> {
  const where = options?.where === undefined ? null : toExpr(options.where);
  return new AggregateValue(
    fn,
    args.map(toExpr),
    where,
    options?.distinct ?? false,
    {},
  ) as unknown as Aggregate<T>;
}

/** The number of rows; with an expression, of rows where it is not NULL. Never NULL. `count()` */
export function count(
  expr?: Expr<unknown> | AggregateOptions,
  options?: AggregateOptions,
): Aggregate<number> {
  if (expr !== undefined && !('isNull' in expr)) return aggregate('count', [], expr as AggregateOptions);
  return aggregate('count', expr === undefined ? [] : [expr], options);
}

/** The sum: exact for integers (leaving int64 is an error), compensated for floats. NULL where there is no value. */
export function sum<T extends number | null>(expr: NumExpr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('sum', [expr], options);
}

/** The mean as float64. NULL where there is no value. */
export function avg<T extends number | null>(expr: NumExpr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('avg', [expr], options);
}

/** The least value; NULL where there is none. NaN is the greatest number. */
export function min<T>(expr: Expr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('min', [expr], options);
}

/** The greatest value; NULL where there is none. NaN is the greatest number. */
export function max<T>(expr: Expr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('max', [expr], options);
}

/** The value of the earliest row: by event time, then the source's sequence, then arrival. NULLs are skipped. */
export function first<T>(expr: Expr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('first', [expr], options);
}

/** The value of the latest row: by event time, then the source's sequence, then arrival. NULLs are skipped. */
export function last<T>(expr: Expr<T>, options?: AggregateOptions): Aggregate<T> {
  return aggregate('last', [expr], options);
}

/**
 * The volume-weighted average price, Σ(price × size) / Σ size, over rows where neither is NULL; NULL where there is none.
 *
 * @example vwap(t.price, t.size)
 */
export function vwap<P extends number | null, S extends number | null>(
  price: NumExpr<P>,
  size: NumExpr<S>,
  options?: AggregateOptions,
): Aggregate<number | (null extends P | S ? null : never)> {
  return aggregate('vwap', [price, size], options);
}
