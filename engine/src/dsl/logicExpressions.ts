import type { Expr, OrNull } from './expressionBase.js';
import type { ExprOf } from './expressions.js';

/** A truth value, in three-valued logic: `and` of false and NULL is false. */
export interface BoolExpr<T extends boolean | null = boolean> extends Expr<T> {
  and<U extends boolean | null>(...others: BoolExpr<U>[]): BoolExpr<boolean | OrNull<T, U>>;
  or<U extends boolean | null>(...others: BoolExpr<U>[]): BoolExpr<boolean | OrNull<T, U>>;
  /** Exactly one of the two. */
  xor<U extends boolean | null = never>(other: BoolExpr<U> | boolean): BoolExpr<boolean | OrNull<T, U>>;
  not(): BoolExpr<T>;
  eq<U extends boolean | null = never>(other: BoolExpr<U> | boolean): BoolExpr<boolean | OrNull<T, U>>;
  ne<U extends boolean | null = never>(other: BoolExpr<U> | boolean): BoolExpr<boolean | OrNull<T, U>>;
  eqMissing(other: BoolExpr<boolean | null> | boolean | null): BoolExpr;
  isDistinctFrom(other: BoolExpr<boolean | null> | boolean | null): BoolExpr;
  coalesce<U extends boolean | null = boolean>(other: BoolExpr<U> | boolean): BoolExpr<boolean | OrNull<U>>;
  /** One value or the other: SQL's CASE. NULL counts as false. See `when` for more than two. */
  ifElse<U, V = U>(then: Expr<U> | U, otherwise: Expr<V> | V): ExprOf<U | V>;
}
