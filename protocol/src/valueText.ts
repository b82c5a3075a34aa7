/** Text of values that come in a frame as whole numbers and mean more by their column's type: decimals and durations. */

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
};

/** The unit of a timestamp's or duration's type, `duration('ms')` being `ms`. */
export function unitOfType(type: string): string {
  return /'(s|ms|us|ns)'/.exec(type)?.[1] ?? 'us';
}

/** The places of a decimal's type: 4 of `decimal(12, 4)`. */
export function scaleOfType(type: string): number {
  return Number(/, ?(\d+)\)/.exec(type)?.[1] ?? 0);
}

/**
 * A decimal with all its places, exact, from its unscaled value.
 *
 * @example decimalText(125, 'decimal(12, 4)') // '0.0125'
 */
export function decimalText(unscaled: number | bigint, type: string): string {
  const scale = scaleOfType(type);
  const exact = BigInt(unscaled);
  const digits = String(exact < 0n ? -exact : exact).padStart(scale + 1, '0');
  const sign = exact < 0n ? '-' : '';
  const whole = digits.slice(0, digits.length - scale);
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`;
}

const PARTS: readonly (readonly [string, bigint])[] = [
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['min', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['µs', 1_000n],
  ['ns', 1n],
];

/**
 * A duration from its ticks, exact.
 *
 * @example durationText(5400, "duration('s')") // '1 h 30 min'
 */
export function durationText(ticks: number | bigint, type: string): string {
  const exact = BigInt(ticks);
  if (exact === 0n) return '0 s';
  let rest = (exact < 0n ? -exact : exact) * NANOSECONDS[unitOfType(type)];
  const parts: string[] = [];
  for (const [name, size] of PARTS) {
    if (rest >= size) parts.push(`${rest / size} ${name}`);
    rest %= size;
  }
  return `${exact < 0n ? '-' : ''}${parts.join(' ')}`;
}
