import { IntegerOverflowError } from '../../expr/error.js';
import type { EmitScope } from '../../expr/function.js';

export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;

/** Whether an int64 holds the value. */
export function fitsInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64;
}

/** The value, if an int64 holds it. */
export function checkInt64(value: bigint, operation: string): bigint {
  if (value < MIN_INT64 || value > MAX_INT64) throw new IntegerOverflowError(operation);
  return value;
}

/** The value as a date's days, if an int32 holds it. */
export function checkDays(value: bigint, operation: string): number {
  if (BigInt.asIntN(32, value) !== value) throw new IntegerOverflowError(operation);
  return Number(value);
}

/** A date's days: stops the loop where an int32 cannot hold them. */
export function guardDays(text: string, scope: EmitScope): string {
  const result = scope.local(text);
  scope.statement(`if (${result} !== (${result} | 0)) ${scope.bail}`);
  return result;
}

/** An integer result in the fast lane: stops the loop where it leaves ±(2^53 − 1). Adding 0 keeps -0 out of integers. */
export function guardSafe(text: string, scope: EmitScope): string {
  const result = scope.fresh('n');
  scope.statement(`const ${result} = ${text} + 0;`);
  scope.statement(`if (Math.abs(${result}) > ${Number.MAX_SAFE_INTEGER}) ${scope.bail}`);
  return result;
}
