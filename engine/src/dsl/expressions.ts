import type { Temporal } from 'temporal-polyfill';
import type { DurationText } from '../columns/duration.js';
import type { ColumnType } from './types.js';

declare const VALUE: unique symbol;
declare const AGGREGATE: unique symbol;

/** NULL, if either may be. */
type OrNull<A, B = never> = null extends A | B ? null : never;

/** What every expression has. `T` is the type of its value, with `null` where it can be NULL. */
export interface Expr<T> {
  readonly [VALUE]: T;
  /** Whether the value is NULL; never NULL itself. */
  isNull(): BoolExpr;
  isNotNull(): BoolExpr;
  /** The value as another type; NULL where that type cannot hold it: `t.size.cast(float64)`. */
  cast<U>(type: ColumnType<U>): ExprOf<U | null>;
}

/** Comparisons: NULL where either side is. Literals stand for themselves; times may be ISO text. */
interface Comparable<T, Literal> extends Expr<T> {
  eq(other: Literal): BoolExpr<boolean | OrNull<T>>;
  eq<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  ne(other: Literal): BoolExpr<boolean | OrNull<T>>;
  ne<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  lt(other: Literal): BoolExpr<boolean | OrNull<T>>;
  lt<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  le(other: Literal): BoolExpr<boolean | OrNull<T>>;
  le<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  gt(other: Literal): BoolExpr<boolean | OrNull<T>>;
  gt<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  ge(other: Literal): BoolExpr<boolean | OrNull<T>>;
  ge<U extends T | null>(other: Expr<U>): BoolExpr<boolean | OrNull<T, U>>;
  /** `low ≤ value ≤ high`. */
  between(low: Expr<T> | Literal, high: Expr<T> | Literal): BoolExpr<boolean | OrNull<T>>;
  /** Whether the value equals one of these. */
  isIn(values: readonly Literal[]): BoolExpr<boolean | OrNull<T>>;
}

/** A number. Integers stay integers in `add`, `sub`, `mul`, `mod`, `neg`, `abs` and are exact; overflow is an error. */
export interface NumExpr<T extends number | null = number> extends Comparable<T, number> {
  add(other: number): NumExpr<T>;
  add<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  sub(other: number): NumExpr<T>;
  sub<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  mul(other: number): NumExpr<T>;
  mul<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  /** Always float64, as in mathematics: `7 / 2` is 3.5. */
  div(other: number): NumExpr<T>;
  div<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  /** The remainder, with the sign of the dividend; by integer zero it is NULL. */
  mod(other: NumExpr<number | null> | number): NumExpr<number | null>;
  pow(other: number): NumExpr<T>;
  pow<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  neg(): NumExpr<T>;
  abs(): NumExpr<T>;
  /** To so many decimal digits (0), halves away from zero. */
  round(digits?: number): NumExpr<T>;
  floor(): NumExpr<T>;
  ceil(): NumExpr<T>;
  sqrt(): NumExpr<T>;
  /** The natural logarithm. */
  ln(): NumExpr<T>;
  exp(): NumExpr<T>;
  isNaN(): BoolExpr<boolean | OrNull<T>>;
  coalesce(other: number): NumExpr<NonNullable<T>>;
  coalesce<U extends number | null>(other: NumExpr<U>): NumExpr<NonNullable<T> | OrNull<U>>;
}

/** A truth value, in three-valued logic: `and` of false and NULL is false. */
export interface BoolExpr<T extends boolean | null = boolean> extends Expr<T> {
  and<U extends boolean | null>(...others: BoolExpr<U>[]): BoolExpr<boolean | OrNull<T, U>>;
  or<U extends boolean | null>(...others: BoolExpr<U>[]): BoolExpr<boolean | OrNull<T, U>>;
  not(): BoolExpr<T>;
  eq(other: BoolExpr<boolean | null> | boolean): BoolExpr<boolean | OrNull<T>>;
  ne(other: BoolExpr<boolean | null> | boolean): BoolExpr<boolean | OrNull<T>>;
  coalesce(other: BoolExpr | boolean): BoolExpr;
  /** One value or the other: SQL's CASE. NULL counts as false. */
  ifElse<U>(then: Expr<U> | U, otherwise: Expr<U> | U): ExprOf<U>;
}

/** Text, in code points. */
export interface StrExpr<T extends string | null = string> extends Comparable<T, string> {
  upper(): StrExpr<T>;
  lower(): StrExpr<T>;
  /** Without white space at both ends. */
  trim(): StrExpr<T>;
  /** In code points. */
  length(): NumExpr<number | OrNull<T>>;
  concat(other: string): StrExpr<T>;
  concat<U extends string | null>(other: StrExpr<U>): StrExpr<string | OrNull<T, U>>;
  contains(text: string): BoolExpr<boolean | OrNull<T>>;
  startsWith(text: string): BoolExpr<boolean | OrNull<T>>;
  endsWith(text: string): BoolExpr<boolean | OrNull<T>>;
  /** From code point `start` (1 is the first, as in SQL), so many of them, or to the end. */
  substring(start: number, count?: number): StrExpr<T>;
  coalesce(other: string): StrExpr<NonNullable<T>>;
  coalesce<U extends string | null>(other: StrExpr<U>): StrExpr<NonNullable<T> | OrNull<U>>;
}

/** How a point in time may be written: ISO text, a Date or an Instant. */
export type TimeLiteral = string | Date | Temporal.Instant;

/** A point in time (UTC). */
export interface TimeExpr<T extends Temporal.Instant | null = Temporal.Instant> extends Comparable<
  T,
  TimeLiteral
> {
  /** The start of the span of that length that holds the time; spans start at 1970-01-01 UTC: `t.ts.truncate('1 min')`. */
  truncate(span: DurationText): TimeExpr<T>;
  /** In UTC; `dayOfWeek` is 1 for Monday, `microsecond` and `millisecond` are of the second. */
  extract(part: TimePart): NumExpr<number | OrNull<T>>;
  coalesce(other: TimeLiteral): TimeExpr<NonNullable<T>>;
  coalesce<U extends Temporal.Instant | null>(other: TimeExpr<U>): TimeExpr<NonNullable<T> | OrNull<U>>;
}

export type DatePart = 'year' | 'month' | 'day' | 'dayOfWeek' | 'dayOfYear';
export type TimePart = DatePart | 'hour' | 'minute' | 'second' | 'millisecond' | 'microsecond';

/** How a day may be written: ISO text or a PlainDate. */
export type DateLiteral = string | Temporal.PlainDate;

/** A day. */
export interface DateExpr<T extends Temporal.PlainDate | null = Temporal.PlainDate> extends Comparable<
  T,
  DateLiteral
> {
  extract(part: DatePart): NumExpr<number | OrNull<T>>;
  coalesce(other: DateLiteral): DateExpr<NonNullable<T>>;
  coalesce<U extends Temporal.PlainDate | null>(other: DateExpr<U>): DateExpr<NonNullable<T> | OrNull<U>>;
}

/** A column of which the compiler knows nothing yet: it has every method, and the engine checks when the query is bound. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the loose arm is any by design
export type AnyExpr = NumExpr<any> & StrExpr<any> & BoolExpr<any> & TimeExpr<any> & DateExpr<any>;

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
