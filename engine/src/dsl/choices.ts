import type { Expr as PlanExpr } from '../expr/ast.js';
import type { OrNull } from './expressionBase.js';
import type { BoolExpr, Expr, ExprOf, StrExpr, ValueOf } from './expressions.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';

type Literal = number | string | boolean | null;

function made<T>(fn: string, args: readonly unknown[]): ExprOf<T> {
  return new ExprValue({ kind: 'call', fn, args: args.map(toExpr) }) as unknown as ExprOf<T>;
}

/** A choice whose condition waits for its value. */
export interface When<T> {
  /** The value where the condition is true (and none before it was). */
  then<U>(value: Expr<U> | U): Then<T | U>;
}

/** A choice that may have further conditions, and ends with `otherwise`. */
export interface Then<T> {
  when(condition: BoolExpr<boolean | null>): When<T>;
  /** The value where no condition is true; NULL counts as not true. */
  otherwise<U>(value: Expr<U> | U): ExprOf<T | U>;
}

interface Branch {
  readonly condition: PlanExpr;
  readonly value: PlanExpr;
}

function whenAfter<T>(branches: readonly Branch[], condition: unknown): When<T> {
  return {
    then: value => thenAfter([...branches, { condition: toExpr(condition), value: toExpr(value) }]),
  };
}

function thenAfter<T>(branches: readonly Branch[]): Then<T> {
  return {
    when: condition => whenAfter(branches, condition),
    otherwise: <U>(value: Expr<U> | U) =>
      new ExprValue(
        branches.reduceRight<PlanExpr>(
          (rest, { condition, value: chosen }) => ({
            kind: 'call',
            fn: 'ifElse',
            args: [condition, chosen, rest],
          }),
          toExpr(value),
        ),
      ) as unknown as ExprOf<T | U>,
  };
}

/**
 * The value of the first condition that is true: SQL's CASE.
 *
 * @example when(t.price.gt(100)).then('high').when(t.price.gt(10)).then('middle').otherwise('low')
 */
export function when(condition: BoolExpr<boolean | null>): When<never> {
  return whenAfter([], condition);
}

/** A value as an expression: `lit(1).div(t.price)`. A time or day may be a Date, an Instant or a PlainDate. */
export function lit<T>(value: T): ExprOf<T> {
  return new ExprValue(toExpr(value)) as unknown as ExprOf<T>;
}

/** NULL where any of them may be, for functions that NULL makes NULL. */
type AnyNull<E extends readonly unknown[]> = OrNull<ValueOf<E[number]>>;

/** The least of several values; NULL where any is NULL: `least(t.bid, t.last, 100)`. */
export function least<const E extends readonly (Expr<unknown> | Literal)[]>(
  ...values: E
): ExprOf<NonNullable<ValueOf<E[number]>> | AnyNull<E>> {
  return made('least', values);
}

/** The greatest of several values; NULL where any is NULL. NaN is greater than every number. */
export function greatest<const E extends readonly (Expr<unknown> | Literal)[]>(
  ...values: E
): ExprOf<NonNullable<ValueOf<E[number]>> | AnyNull<E>> {
  return made('greatest', values);
}

/** The first of several values that is not NULL: `coalesce(t.last, t.mid, 0)`. */
export function coalesce<const E extends readonly (Expr<unknown> | Literal)[]>(
  ...values: E
): ExprOf<
  | NonNullable<ValueOf<E[number]>>
  | (E extends readonly [...unknown[], infer Last] ? OrNull<ValueOf<Last>> : null)
> {
  return made('coalesce', values);
}

/** Texts joined by a separator, NULLs left out: `concatWs('-', t.base, t.quote)`. */
export function concatWs(separator: string, ...texts: readonly (StrExpr<string | null> | string)[]): StrExpr {
  return made<string>('concatWs', [separator, ...texts]);
}
