import { OverflowError } from '../aggregate/errors.js';

/** The value itself where it is an int64; an error elsewhere. */
export function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw new OverflowError(
    'MR3110',
    `a difference of integers left the range of int64: ${value}.`,
    `Cast the column first: diff(t.x.cast(float64)).`,
  );
}
