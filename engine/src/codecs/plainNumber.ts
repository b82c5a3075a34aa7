const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** Nine digits fit an int32 in any case, and are put together faster in one. */
const SHORT = 9;
/** Fifteen digits are exact in a float64, and so is a power of ten behind them: their quotient is correctly rounded. */
const EXACT = 15;

/**
 * Reads a decimal number of at most fifteen digits, without an exponent, straight into a lane: handed over as a value it would cost a number on the
 * heap. Returns the position behind it; -1 where no such number is there.
 */
export function plainFloat(bytes: Uint8Array, from: number, lane: Float64Array, row: number): number {
  let p = from;
  const negative = bytes[p] === 45;
  if (negative) p++;
  let first = p;
  let point = -1;
  let short = 0;
  for (; ; p++) {
    const digit = bytes[p] - 48;
    if (digit >= 0 && digit <= 9) {
      short = (Math.imul(short, 10) + digit) | 0;
    } else if (digit === -2 && point < 0) {
      point = p;
      // The point is counted as a digit no more.
      first++;
    } else break;
  }
  const digits = p - first;
  if (digits === 0 || digits > EXACT || (bytes[p] | 32) === 101) return -1;
  let value = digits <= SHORT ? short : longDigits(bytes, negative ? from + 1 : from, p);
  if (point >= 0) value /= POWERS_OF_TEN[p - point - 1];
  lane[row] = negative ? -value : value;
  return p;
}

/** As `plainFloat`, for an integer that is a safe number: microseconds since 1970 have sixteen digits. */
export function plainInteger(bytes: Uint8Array, from: number, lane: Float64Array, row: number): number {
  let p = from;
  const negative = bytes[p] === 45;
  if (negative) p++;
  const first = p;
  let value = 0;
  let digit = bytes[p] - 48;
  const middle = p + 8;
  while (digit >= 0 && digit <= 9 && p < middle) {
    value = (Math.imul(value, 10) + digit) | 0;
    digit = bytes[++p] - 48;
  }
  if (p === first) return -1;
  if (digit >= 0 && digit <= 9) {
    let rest = 0;
    while (digit >= 0 && digit <= 9 && p < middle + 9) {
      rest = (Math.imul(rest, 10) + digit) | 0;
      digit = bytes[++p] - 48;
    }
    if (p > middle + 8) return -1;
    value = value * POWERS_OF_TEN[p - middle] + rest;
    if (value > Number.MAX_SAFE_INTEGER) return -1;
  }
  // Not -0, which no integer is.
  lane[row] = negative ? 0 - value : value;
  return p;
}

/** The digits of `bytes[from, to)` as one number, whatever is between them. */
function longDigits(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let p = from; p < to; p++) if (bytes[p] !== 46) value = value * 10 + (bytes[p] - 48);
  return value;
}
