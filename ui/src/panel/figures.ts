import { fixed, whole } from '../format.js';

/** Bytes as people say them: `820 bytes`, `12.4 kB`, `1.2 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${whole(Math.round(bytes))} bytes`;
  const unit = bytes < 1e6 ? 0 : bytes < 1e9 ? 1 : 2;
  const value = bytes / 1000 ** (unit + 1);
  return `${fixed(value, value < 100 ? 1 : 0, 0)} ${['kB', 'MB', 'GB'][unit]}`;
}

/** Rows a second: exact where they are few. */
export function rateText(perSecond: number): string {
  if (perSecond >= 1e6) return `${fixed(perSecond / 1e6, 1)} M`;
  if (perSecond >= 10_000) return `${fixed(perSecond / 1000, 0)} k`;
  return perSecond > 0 && perSecond < 10 ? fixed(perSecond, 1, 0) : whole(Math.round(perSecond));
}

const UNITS: readonly (readonly [us: number, word: string])[] = [
  [31_557_600e6, 'y'],
  [86_400e6, 'd'],
  [3600e6, 'h'],
  [60e6, 'min'],
  [1e6, 's'],
  [1e3, 'ms'],
];

/** A span of time in its two greatest units: `2 h 5 min`, `850 ms`, `1.4 s`. */
export function spanText(us: number): string {
  const at = UNITS.findIndex(([unit]) => us >= unit);
  if (at < 0) return us < 1 ? '0 s' : `${Math.round(us)} µs`;
  const [unit, word] = UNITS[at];
  if (unit <= 1e6) return `${fixed(us / unit, us < 10 * unit && unit === 1e6 ? 1 : 0, 0)} ${word}`;
  const [below, belowWord] = UNITS[at + 1];
  const rest = Math.floor((us % unit) / below);
  return `${Math.floor(us / unit)} ${word}${rest === 0 ? '' : ` ${rest} ${belowWord}`}`;
}

/** A part of a whole: `62%`, `<1%`. */
export function shareText(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
}

/** A count with its word: `1 row`, `1,204 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
