import type { BoolExpr } from './logicExpressions.js';
import type { ExprOf } from './expressions.js';
import type { ColumnType } from './types.js';

declare const VALUE: unique symbol;

/** NULL, if a value of the type may be. */
export type NullOf<T> = null extends T ? null : never;

/** NULL, if either may be. An intersection, so that an expression that is never NULL goes where one that may be is taken;
 * `B` is that of an argument, and not read from what is expected. */
export type OrNull<A, B = never> = (A & null) | (null extends NoInfer<B> ? null : never);

/** What every expression has. `T` is the type of its value, with `null` where it can be NULL. */
export interface Expr<T> {
  readonly [VALUE]: T;
  /** Whether the value is NULL; never NULL itself. */
  isNull(): BoolExpr;
  isNotNull(): BoolExpr;
  /**
   * The value as another type; a value that it cannot hold is an error that shows it.
   *
   * @example t.size.cast(float64)
   */
  cast<U>(type: ColumnType<U>): ExprOf<NonNullable<U> | OrNull<T>>;
  /** The value as another type; NULL where that type cannot hold it: `t.text.tryCast(float64)`. */
  tryCast<U>(type: ColumnType<U>): ExprOf<U | null>;
}

/** Comparisons: NULL where either side is. Literals stand for themselves; times may be ISO text. `Also` are other values it compares with. */
export interface Comparable<T, Literal, Also = never> extends Expr<T> {
  eq<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  ne<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  lt<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  le<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  gt<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  ge<U extends T | Also | null = never>(other: Expr<U> | Literal): BoolExpr<boolean | OrNull<T, U>>;
  /** Equality under which NULL equals NULL: never NULL itself. */
  eqMissing(other: Expr<T | null> | Literal | null): BoolExpr;
  /** Whether the two differ, where NULL equals NULL: never NULL itself. */
  isDistinctFrom(other: Expr<T | null> | Literal | null): BoolExpr;
  /** `low ≤ value ≤ high`. */
  between<U extends T | Also | null = never>(
    low: Expr<U> | Literal,
    high: Expr<U> | Literal,
  ): BoolExpr<boolean | OrNull<T, U>>;
  /** Whether the value equals one of these. */
  isIn(values: readonly Literal[]): BoolExpr<boolean | OrNull<T>>;
}
