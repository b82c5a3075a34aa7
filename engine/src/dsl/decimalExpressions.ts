import type { Decimal } from './decimal.js';
import type { Comparable, OrNull } from './expressionBase.js';
import type { NumExpr } from './numberExpressions.js';

/** How a decimal may be written: text, a number (as its digits say), a bigint or a Decimal. */
export type DecimalLiteral = string | number | bigint | Decimal;

type DecimalOperand<U extends Decimal | null> = DecExpr<U> | DecimalLiteral;

/**
 * A decimal: exact in `add`, `sub`, `mul`, `mod`, `neg`, `abs` and rounding, also with integers and literals; more than 18 digits are an
 * error. With a column of float64 it becomes a float64: cast it first, `t.price.cast(float64)`.
 */
export interface DecExpr<T extends Decimal | null = Decimal> extends Comparable<T, DecimalLiteral, number> {
  add<U extends Decimal | null = never>(other: DecimalOperand<U>): DecExpr<Decimal | OrNull<T, U>>;
  /** With integers. */
  add<U extends number | null>(other: NumExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  sub<U extends Decimal | null = never>(other: DecimalOperand<U>): DecExpr<Decimal | OrNull<T, U>>;
  sub<U extends number | null>(other: NumExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  /** With the places of both: `decimal(10, 2)` times `decimal(6, 4)` has 6. */
  mul<U extends Decimal | null = never>(other: DecimalOperand<U>): DecExpr<Decimal | OrNull<T, U>>;
  mul<U extends number | null>(other: NumExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  /** Always float64. */
  div<U extends Decimal | null = never>(other: DecExpr<U> | number): NumExpr<number | OrNull<T, U>>;
  div<U extends number | null>(other: NumExpr<U>): NumExpr<number | OrNull<T, U>>;
  /** The remainder, with the sign of the dividend; by zero it is NULL. */
  mod(other: DecimalOperand<Decimal | null> | NumExpr<number | null>): DecExpr<Decimal | null>;
  neg(): DecExpr<T>;
  abs(): DecExpr<T>;
  /** To so many places (0), halves away from zero. */
  round(digits?: number): DecExpr<T>;
  floor(): DecExpr<T>;
  ceil(): DecExpr<T>;
  /** The other where this is NULL. */
  coalesce<U extends Decimal | null = Decimal>(other: DecimalOperand<U>): DecExpr<Decimal | OrNull<U>>;
}
