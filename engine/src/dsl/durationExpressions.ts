import type { Temporal } from 'temporal-polyfill';
import type { Comparable, OrNull } from './expressionBase.js';
import type { NumExpr } from './numberExpressions.js';

/** How a duration may be written: `'1 h 30 min'`, ISO 8601 (`'PT90M'`) or a Temporal.Duration without months and years. */
export type DurationLiteral = string | Temporal.Duration;

type DurationOperand<U extends Temporal.Duration | null> = DurationExpr<U> | DurationLiteral;

/** A span of time. A day is 24 hours. */
export interface DurationExpr<T extends Temporal.Duration | null = Temporal.Duration> extends Comparable<
  T,
  DurationLiteral
> {
  add<U extends Temporal.Duration | null = never>(
    other: DurationOperand<U>,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  sub<U extends Temporal.Duration | null = never>(
    other: DurationOperand<U>,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  /** So many times, a whole number. */
  mul<U extends number | null = never>(
    times: NumExpr<U> | number,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  /** How often the other goes into this one, as float64: `t.gap.div('1 s')` is its seconds. */
  div<U extends Temporal.Duration | null = never>(other: DurationOperand<U>): NumExpr<number | OrNull<T, U>>;
  neg(): DurationExpr<T>;
  abs(): DurationExpr<T>;
  /** The other where this is NULL. */
  coalesce<U extends Temporal.Duration | null = Temporal.Duration>(
    other: DurationOperand<U>,
  ): DurationExpr<Temporal.Duration | OrNull<U>>;
}
