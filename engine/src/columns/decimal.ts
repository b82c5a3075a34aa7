import type { DecimalType } from './types.js';

/**
 * Decimals as the engine holds them: an integer that counts units of 10^-scale (the unscaled value), with at most `precision`
 * digits. 12.50 as a decimal(6, 2) is 1250.
 */

const TEXT = /^\s*([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d{1,4}))?\s*$/i;

/** 10^n as a bigint. */
export function powerOfTen(n: number): bigint {
  return POWERS[n] ?? 10n ** BigInt(n);
}

const POWERS: readonly bigint[] = Array.from({ length: 39 }, (_, n) => 10n ** BigInt(n));

/** Whether an unscaled value has no more digits than the precision. */
export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  const limit = powerOfTen(precision);
  return unscaled < limit && unscaled > -limit;
}

/** A number's digits: an unscaled value and how many of its digits are behind the point (never below 0). */
interface DecimalDigits {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** The digits of a number as text, an exponent allowed, without zeros at the end; null where the text is no number. */
export function decimalDigits(text: string): DecimalDigits | null {
  const match = TEXT.exec(text);
  if (match === null) return null;
  const fraction = match[3] ?? match[4] ?? '';
  const digits = (match[2] ?? '') + fraction;
  let scale = fraction.length - Number(match[5] ?? 0);
  const stripped = digits.replace(/^0+/, '').replace(/0+$/, zeros => {
    scale -= zeros.length;
    return '';
  });
  if (stripped === '') return { unscaled: 0n, scale: 0 };
  // Far beyond any decimal: nothing has to be computed of it.
  if (scale < -40) return null;
  const unscaled = BigInt(stripped) * powerOfTen(Math.max(0, -scale));
  return { unscaled: match[1] === '-' ? -unscaled : unscaled, scale: Math.max(0, scale) };
}

/**
 * The unscaled value of a decimal's text, exact: null where the text is no number, or has more digits before or behind the point than
 * the type (zeros at the end do not count).
 */
export function parseDecimal(text: string, type: DecimalType): bigint | null {
  const digits = decimalDigits(text);
  if (digits === null || digits.scale > type.scale) return null;
  const unscaled = digits.unscaled * powerOfTen(type.scale - digits.scale);
  return fitsPrecision(unscaled, type.precision) ? unscaled : null;
}

/** A decimal as text, with all places of its scale: `-12.50`. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The unscaled value at another scale; digits that fall away round half away from zero, as SQL's casts do. */
export function rescaleDecimal(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * powerOfTen(to - from);
  const unit = powerOfTen(from - to);
  const half = unit / 2n;
  return unscaled < 0n ? (unscaled - half) / unit : (unscaled + half) / unit;
}

/** The float64 nearest to a decimal. */
export function decimalToNumber(unscaled: bigint, scale: number): number {
  const fast = Number(unscaled);
  // Both are exact, so that the quotient is rounded once: 10^22 is the last power of ten that a float64 holds.
  return Number.isSafeInteger(fast) ? fast / 10 ** scale : Number(`${unscaled}e-${scale}`);
}
