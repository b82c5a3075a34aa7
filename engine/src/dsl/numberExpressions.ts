import type { Comparable, OrNull } from './expressionBase.js';
import type { Decimal } from './decimal.js';
import type { DecExpr } from './decimalExpressions.js';
import type { BoolExpr } from './logicExpressions.js';

type NumberOperand<U extends number | null> = NumExpr<U> | number;

/** A number. Integers stay integers in `add`, `sub`, `mul`, `mod`, `neg`, `abs` and are exact; overflow is an error. */
export interface NumExpr<T extends number | null = number> extends Comparable<T, number, Decimal> {
  add<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  /** Of an integer and a decimal, a decimal. */
  add<U extends Decimal | null>(other: DecExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  sub<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  sub<U extends Decimal | null>(other: DecExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  mul<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  mul<U extends Decimal | null>(other: DecExpr<U>): DecExpr<Decimal | OrNull<T, U>>;
  /** Always float64, as in mathematics: `7 / 2` is 3.5. */
  div<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  div<U extends Decimal | null>(other: DecExpr<U>): NumExpr<number | OrNull<T, U>>;
  /** The quotient rounded down; of integers an integer, and NULL by zero. */
  floorDiv(other: NumberOperand<number | null>): NumExpr<number | null>;
  /** The remainder, with the sign of the dividend; by integer zero it is NULL. */
  mod(other: NumberOperand<number | null>): NumExpr<number | null>;
  pow<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  neg(): NumExpr<T>;
  abs(): NumExpr<T>;
  /** -1, 0 or 1. */
  sign(): NumExpr<T>;
  /** To so many decimal digits (0), halves away from zero. */
  round(digits?: number): NumExpr<T>;
  /** To the nearest multiple of a step, halves away from zero, as float64: `t.price.roundTo(0.25)`. */
  roundTo<U extends number | null = never>(step: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  floor(): NumExpr<T>;
  ceil(): NumExpr<T>;
  /** The whole number next to it towards zero. */
  trunc(): NumExpr<T>;
  /** At least `low` and at most `high`. */
  clip<U extends number | null = never>(
    low: NumberOperand<U>,
    high: NumberOperand<U>,
  ): NumExpr<number | OrNull<T, U>>;
  sqrt(): NumExpr<T>;
  cbrt(): NumExpr<T>;
  /** The natural logarithm. */
  ln(): NumExpr<T>;
  log10(): NumExpr<T>;
  log2(): NumExpr<T>;
  exp(): NumExpr<T>;
  /** Of an angle in radians. */
  sin(): NumExpr<T>;
  cos(): NumExpr<T>;
  tan(): NumExpr<T>;
  /** An angle in radians. */
  asin(): NumExpr<T>;
  acos(): NumExpr<T>;
  atan(): NumExpr<T>;
  /** The angle of the point (`x`, this). */
  atan2<U extends number | null = never>(x: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  sinh(): NumExpr<T>;
  cosh(): NumExpr<T>;
  tanh(): NumExpr<T>;
  /** Bit by bit, of integers in two's complement. */
  bitAnd<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  bitOr<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  bitXor<U extends number | null = never>(other: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  bitNot(): NumExpr<T>;
  /** By 0 to 63 bits; leaving int64 is an error. */
  shiftLeft<U extends number | null = never>(bits: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  shiftRight<U extends number | null = never>(bits: NumberOperand<U>): NumExpr<number | OrNull<T, U>>;
  isNaN(): BoolExpr<boolean | OrNull<T>>;
  /** Neither NaN nor infinite. */
  isFinite(): BoolExpr<boolean | OrNull<T>>;
  /** The other where this is NULL. */
  coalesce<U extends number | null = number>(other: NumberOperand<U>): NumExpr<number | OrNull<U>>;
  /** NULL where the two are equal. */
  nullIf(other: NumberOperand<number | null>): NumExpr<number | null>;
}
