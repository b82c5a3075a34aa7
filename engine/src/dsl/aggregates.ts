import type { Decimal } from 'decimal.js';
import type { Temporal } from 'temporal-polyfill';
import { aggregateCall, type AggregateOptions, type NullIn, type NullWhere } from './aggregateCall.js';
import type { NullOf } from './expressionBase.js';
import type {
  Aggregate,
  BoolExpr,
  DateExpr,
  DecExpr,
  DurationExpr,
  Expr,
  NumExpr,
  StrExpr,
  TimeExpr,
} from './expressions.js';
import type { Json } from './types.js';

export * from './marketAggregates.js';
export * from './statistics.js';

type Sum<E> = E extends Expr<infer T> ? T : never;

/**
 * The number of rows; with an expression, of rows where it is not NULL. Never NULL.
 *
 * @example count(), count(t.size), count({ where: t.size.gt(100) })
 */
export function count(
  expr?: Expr<unknown> | AggregateOptions,
  options?: AggregateOptions,
): Aggregate<number> {
  if (expr !== undefined && !('isNull' in expr)) return aggregateCall('count', [], expr as AggregateOptions);
  return aggregateCall('count', expr === undefined ? [] : [expr], options);
}

/** The number of rows for which the condition is true. Never NULL. `countIf(t.size.gt(100))` */
export function countIf(condition: BoolExpr<boolean | null>, options?: AggregateOptions): Aggregate<number> {
  return aggregateCall('countIf', [condition], options);
}

/**
 * The sum: exact for integers and decimals (leaving int64, or 18 digits, is an error), compensated for floats. NULL where there is no value.
 *
 * @example sum(t.size), sum(t.size, { distinct: true })
 */
export function sum<
  E extends NumExpr<number | null> | DecExpr<Decimal | null> | DurationExpr<Temporal.Duration | null>,
  const O extends AggregateOptions = Record<never, never>,
>(expr: E, options?: O): Aggregate<Sum<E> | NullWhere<O>> {
  return aggregateCall('sum', [expr], options);
}

/** The least value; NULL where there is none. NaN is the greatest number. `min(t.price)` */
export function min<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('min', [expr], options);
}

/** The greatest value; NULL where there is none. NaN is the greatest number. `max(t.price)` */
export function max<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('max', [expr], options);
}

/**
 * The value of the earliest row: by event time, then the source's sequence, then arrival. NULLs are skipped. Over a table whose rows change
 * arrival says nothing: of rows of one time and sequence, the smallest value is first.
 */
export function first<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('first', [expr], options);
}

/** The value of the latest row, in the order of `first`. NULLs are skipped. */
export function last<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('last', [expr], options);
}

/** What `minBy` and `maxBy` compare. */
type Measure =
  | NumExpr<number | null>
  | DecExpr<Decimal | null>
  | TimeExpr<Temporal.Instant | null>
  | DateExpr<Temporal.PlainDate | null>
  | DurationExpr<Temporal.Duration | null>
  | BoolExpr<boolean | null>;

/**
 * The value in the row where `by` is least; of several such rows the smallest value. Rows where either is NULL are left out.
 *
 * @example minBy(t.symbol, t.price)
 */
export function minBy<T, B extends Measure, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  by: B,
  options?: O,
): Aggregate<T | NullIn<B> | NullWhere<O>> {
  return aggregateCall('minBy', [expr, by], options);
}

/**
 * The value in the row where `by` is greatest; of several such rows the greatest value. Rows where either is NULL are left out.
 *
 * @example maxBy(t.price, t.size)
 */
export function maxBy<T, B extends Measure, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  by: B,
  options?: O,
): Aggregate<T | NullIn<B> | NullWhere<O>> {
  return aggregateCall('maxBy', [expr, by], options);
}

/** Whether the condition is true for any row; NULLs are left out. `any(t.price.gt(100))` */
export function any<T extends boolean | null, const O extends AggregateOptions = Record<never, never>>(
  condition: BoolExpr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('any', [condition], options);
}

/** Whether the condition is true for all rows; NULLs are left out. `all(t.size.gt(0))` */
export function all<T extends boolean | null, const O extends AggregateOptions = Record<never, never>>(
  condition: BoolExpr<T>,
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('all', [condition], options);
}

/**
 * The values as a JSON array in event order: times are ISO text, integers and decimals exact. With `distinct` each value once, where it came
 * first. The whole list is kept: for long ones say what you need of it instead.
 *
 * @example list(t.symbol, { distinct: true })
 */
export function list<T, const O extends AggregateOptions = Record<never, never>>(
  expr: Expr<T>,
  options?: O,
): Aggregate<Json | NullOf<T> | NullWhere<O>> {
  return aggregateCall('list', [expr], options);
}

/**
 * The texts one after the other in event order, with a separator between them: Flink's LISTAGG. With `distinct` each text once.
 *
 * @example listAgg(t.symbol, ' → ')
 */
export function listAgg<T extends string | null, const O extends AggregateOptions = Record<never, never>>(
  expr: StrExpr<T>,
  separator = ',',
  options?: O,
): Aggregate<T | NullWhere<O>> {
  return aggregateCall('listAgg', [expr], options, { separator });
}
