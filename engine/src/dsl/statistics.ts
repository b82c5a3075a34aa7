import type { Temporal } from 'temporal-polyfill';
import {
  aggregateCall,
  type AggregateOptions,
  type NullIn,
  type Numeric,
  type NullWhere,
} from './aggregateCall.js';
import type { Aggregate, DurationExpr, Expr } from './expressions.js';

/** The mean as float64, of durations as a duration. NULL where there is no value. */
export function avg<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>>;
export function avg<
  E extends DurationExpr<Temporal.Duration | null>,
  const O extends AggregateOptions = Record<never, never>,
>(expr: E, options?: O): Aggregate<Temporal.Duration | NullIn<E> | NullWhere<O>>;
export function avg(expr: Expr<unknown>, options?: AggregateOptions): Aggregate<unknown> {
  return aggregateCall('avg', [expr], options);
}

/** The standard deviation of a sample: the squared distances from the mean are divided by n - 1. NULL for fewer than two values. */
export function stddev(expr: Numeric, options?: AggregateOptions): Aggregate<number | null> {
  return aggregateCall('stddev', [expr], options);
}

/** The standard deviation of a population: the squared distances from the mean are divided by n. NULL where there is no value. */
export function stddevPop<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('stddevPop', [expr], options);
}

/** The variance of a sample, with n - 1. NULL for fewer than two values. */
export function variance(expr: Numeric, options?: AggregateOptions): Aggregate<number | null> {
  return aggregateCall('variance', [expr], options);
}

/** The variance of a population, with n. NULL where there is no value. */
export function variancePop<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('variancePop', [expr], options);
}

/** The covariance of a sample, with n - 1, over rows where neither is NULL. NULL for fewer than two. `covar(t.price, t.size)` */
export function covar(x: Numeric, y: Numeric, options?: AggregateOptions): Aggregate<number | null> {
  return aggregateCall('covar', [x, y], options);
}

/** The covariance of a population, with n, over rows where neither is NULL. */
export function covarPop<
  X extends Numeric,
  Y extends Numeric,
  const O extends AggregateOptions = Record<never, never>,
>(x: X, y: Y, options?: O): Aggregate<number | NullIn<X> | NullIn<Y> | NullWhere<O>> {
  return aggregateCall('covarPop', [x, y], options);
}

/**
 * Pearson's correlation, from -1 to 1, over rows where neither is NULL; the same of a sample and of a population. NaN where either never
 * changes.
 *
 * @example corr(t.price, t.size)
 */
export function corr<
  X extends Numeric,
  Y extends Numeric,
  const O extends AggregateOptions = Record<never, never>,
>(x: X, y: Y, options?: O): Aggregate<number | NullIn<X> | NullIn<Y> | NullWhere<O>> {
  return aggregateCall('corr', [x, y], options);
}

/** The value in the middle, or the mean of the two in the middle. Exact: all values are kept. NULL where there is none. */
export function median<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('median', [expr], options);
}

/**
 * The value that a fraction q of the values does not exceed, between two of them in proportion (definition 7 of Hyndman and Fan 1996,
 * SQL's PERCENTILE_CONT). Exact: all values are kept; `approxQuantile` keeps a few hundred numbers.
 *
 * @example quantile(t.price, 0.95)
 */
export function quantile<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  q: number,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('quantile', [expr], options, { q });
}

/**
 * About the value that a fraction q of the values does not exceed: a t-digest (Dunning and Ertl 2019), exact up to 1,000 values, then off by
 * less than 0.5% of the ranks in the middle and far less at the ends. Over tables whose rows change all values are kept, and it is exact.
 *
 * @example approxQuantile(t.price, 0.999)
 */
export function approxQuantile<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  expr: E,
  q: number,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('approxQuantile', [expr], options, { q });
}

/** The exact number of distinct values; NULL is none. All of them are kept. `countDistinct(t.symbol)` */
export function countDistinct(expr: Expr<unknown>, options?: AggregateOptions): Aggregate<number> {
  return aggregateCall('countDistinct', [expr], options);
}

/**
 * About the number of distinct values: a HyperLogLog of 16 KB (Flajolet and others 2007; Ertl 2017), within 1% or so, exact up to
 * 1,024. Over tables whose rows change it is the same of the rows that are left, and a hash of each value is kept.
 */
export function approxCountDistinct(expr: Expr<unknown>, options?: AggregateOptions): Aggregate<number> {
  return aggregateCall('approxCountDistinct', [expr], options);
}

/** The most frequent value; of equally frequent ones the smallest. NULL where there is none. */
export function mode<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('mode', [expr], options);
}
