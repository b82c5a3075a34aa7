import { TICKS_PER_SECOND } from './iso.js';
import type { TimeUnit } from './types.js';

/** Durations of a column: an int64 count of ticks of its unit, of either sign. */

const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ...names(1n, 'ns', 'nanosecond'),
  ...names(1_000n, 'us', '\u00b5s', '\u03bcs', 'microsecond'),
  ...names(1_000_000n, 'ms', 'millisecond'),
  ...names(1_000_000_000n, 's', 'sec', 'second'),
  ...names(60_000_000_000n, 'm', 'min', 'minute'),
  ...names(3_600_000_000_000n, 'h', 'hour'),
  ...names(86_400_000_000_000n, 'd', 'day'),
  ...names(604_800_000_000_000n, 'w', 'week'),
]);

/** Words have a plural; a letter has none (`ms` are not minutes). */
function names(nanoseconds: bigint, ...units: string[]): [string, bigint][] {
  return units.flatMap((unit): [string, bigint][] =>
    unit.length < 3
      ? [[unit, nanoseconds]]
      : [
          [unit, nanoseconds],
          [`${unit}s`, nanoseconds],
        ],
  );
}

const ISO = /^P(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/i;
const ISO_UNITS = ['w', 'd', 'h', 'min', 's'];
const NUMBER = /^(\d{1,19})(?:\.(\d{0,18}))?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The ticks of a duration's text, exact: numbers with units (`1 h 30 min`, `-250 ms`) or ISO 8601 (`PT1H30M`). Null where the text is none,
 * where it is no whole number of ticks, and beyond int64.
 */
export function parseDurationTicks(text: string, unit: TimeUnit): bigint | null {
  const nanoseconds = parseNanoseconds(text);
  const perTick = TICKS_PER_SECOND.ns / TICKS_PER_SECOND[unit];
  if (nanoseconds === null || nanoseconds % perTick !== 0n) return null;
  const ticks = nanoseconds / perTick;
  return ticks < MIN_INT64 || ticks > MAX_INT64 ? null : ticks;
}

/** The nanoseconds of a duration's text, or null where it is none or has parts of a nanosecond. */
export function parseNanoseconds(text: string): bigint | null {
  const trimmed = text.trim();
  if (trimmed.length > 200) return null;
  const isNegative = trimmed.startsWith('-');
  const unsigned = isNegative || trimmed.startsWith('+') ? trimmed.slice(1).trimStart() : trimmed;
  const parts = partsOf(unsigned);
  if (parts === null || parts.length === 0) return null;
  let total = 0n;
  for (const [number, unit] of parts) {
    const match = NUMBER.exec(number);
    const size = NANOSECONDS.get(unit);
    if (match === null || size === undefined) return null;
    const fraction = match[2] ?? '';
    const scale = 10n ** BigInt(fraction.length);
    const scaled = BigInt(match[1] + fraction) * size;
    if (scaled % scale !== 0n) return null;
    total += scaled / scale;
  }
  return isNegative ? -total : total;
}

/** The numbers of a duration's text with their units. */
function partsOf(text: string): [number: string, unit: string][] | null {
  const iso = ISO.exec(text);
  if (iso !== null)
    return iso
      .slice(1)
      .flatMap((number: string | undefined, i): [string, string][] =>
        number === undefined ? [] : [[number, ISO_UNITS[i]]],
      );
  const part = /\s*(\d+(?:\.\d+)?)\s*([a-z\u00b5\u03bc]+)\s*/gy;
  const parts: [string, string][] = [];
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return null;
    parts.push([match[1], match[2]]);
  }
  return parts;
}

const SHOWN: readonly (readonly [string, bigint])[] = [
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['min', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['µs', 1_000n],
  ['ns', 1n],
];

/** A duration as text that `parseDurationTicks` reads back: `1 h 30 min`, `-250 ms`, `0 s`. */
export function formatDurationTicks(ticks: bigint, unit: TimeUnit): string {
  if (ticks === 0n) return '0 s';
  let rest = (ticks < 0n ? -ticks : ticks) * (TICKS_PER_SECOND.ns / TICKS_PER_SECOND[unit]);
  const parts: string[] = [];
  for (const [name, size] of SHOWN) {
    if (rest >= size) parts.push(`${rest / size} ${name}`);
    rest %= size;
  }
  return `${ticks < 0n ? '-' : ''}${parts.join(' ')}`;
}
