import type { Decimal } from './decimal.js';
import type { Temporal } from 'temporal-polyfill';
import type { DecExpr } from './decimalExpressions.js';
import type { DurationExpr } from './durationExpressions.js';
import type { Expr, OrNull } from './expressionBase.js';
import type { JsonExpr } from './jsonExpressions.js';
import type { BoolExpr } from './logicExpressions.js';
import type { NumExpr } from './numberExpressions.js';
import type { StrExpr } from './textExpressions.js';
import type { DateExpr, TimeExpr } from './timeExpressions.js';
import type { Json } from './types.js';

export type * from './decimalExpressions.js';
export type * from './durationExpressions.js';
export type { Expr } from './expressionBase.js';
export type * from './jsonExpressions.js';
export type * from './logicExpressions.js';
export type * from './numberExpressions.js';
export type * from './textExpressions.js';
export type * from './timeExpressions.js';

declare const AGGREGATE: unique symbol;

/** A column of which the compiler knows nothing yet: it has every method, and the engine checks when the query is bound. */
/* eslint-disable @typescript-eslint/no-explicit-any -- the loose arm is any by design */
export type AnyExpr = NumExpr<any> &
  StrExpr<any> &
  BoolExpr<any> &
  TimeExpr<any> &
  DateExpr<any> &
  DecExpr<any> &
  DurationExpr<any> &
  JsonExpr<any>;
/* eslint-enable @typescript-eslint/no-explicit-any */

/** The expression of a column whose values have the type. */
export type ExprOf<T> = 0 extends 1 & T
  ? AnyExpr
  : [NonNullable<T>] extends [never]
    ? Expr<T>
    : [T] extends [number | null]
      ? NumExpr<Widen<T, number>>
      : [T] extends [string | null]
        ? StrExpr<Widen<T, string>>
        : [T] extends [boolean | null]
          ? BoolExpr<Widen<T, boolean>>
          : [T] extends [Temporal.Instant | null]
            ? TimeExpr<T>
            : [T] extends [Temporal.PlainDate | null]
              ? DateExpr<T>
              : [T] extends [Decimal | null]
                ? DecExpr<T>
                : [T] extends [Temporal.Duration | null]
                  ? DurationExpr<T>
                  : [T] extends [Json | null]
                    ? JsonExpr<T>
                    : Expr<T>;

/** A literal's type as its column's: `1` is a number. */
type Widen<T, Base> = Base | OrNull<T>;

/** The value type of an expression or a literal. */
export type ValueOf<E> =
  E extends Expr<infer T>
    ? T
    : E extends number
      ? number
      : E extends string
        ? string
        : E extends boolean
          ? boolean
          : never;

/** The columns of a row as expressions: what callbacks are given. */
export type ColumnsOf<Row> = { readonly [K in keyof Row]-?: ExprOf<Row[K]> } & {
  /** A column by a computed name. */
  col<K extends keyof Row & string>(name: K): ExprOf<Row[K]>;
};

/** One call of an aggregate function; `T` is the type of its result. */
export interface Aggregate<T> {
  readonly [AGGREGATE]: T;
}

/** The result type of an aggregate. */
export type ResultOf<A> = A extends Aggregate<infer T> ? T : never;
