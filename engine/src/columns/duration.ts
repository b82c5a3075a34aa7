import { MillraceError } from './error.js';

/** A span of time as users write it: a number and a unit, e.g. `'1 min'`, `'250 ms'`, `'1.5 h'`, `'1 h 30 min'`. */
export type DurationText = string;

const MICROSECONDS: Record<string, number> = {
  us: 1,
  µs: 1,
  microsecond: 1,
  ms: 1e3,
  millisecond: 1e3,
  s: 1e6,
  sec: 1e6,
  second: 1e6,
  m: 60e6,
  min: 60e6,
  minute: 60e6,
  h: 3600e6,
  hour: 3600e6,
  d: 86400e6,
  day: 86400e6,
  w: 604800e6,
  week: 604800e6,
};

/** The microseconds of a duration. Error `MR1002` for text that is none, and for parts of a microsecond. */
export function parseDuration(text: DurationText, what = 'a duration'): number {
  const part = /\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*/gy;
  let total = 0;
  let end = 0;
  while (end < text.length) {
    const match = part.exec(text);
    const unit =
      match === null ? undefined : (MICROSECONDS[match[2]] ?? MICROSECONDS[match[2].replace(/s$/, '')]);
    if (match === null || unit === undefined) throw invalid(text, what);
    total += Number(match[1]) * unit;
    end = part.lastIndex;
  }
  if (end === 0 || !Number.isSafeInteger(Math.round(total)) || Math.abs(total - Math.round(total)) > 1e-6) {
    throw invalid(text, what);
  }
  return Math.round(total);
}

function invalid(text: string, what: string): MillraceError {
  return new MillraceError(
    'MR1002',
    `'${text}' is not ${what}.`,
    "Write a number and a unit of µs, ms, s, min, h, d or w: '1 min', '250 ms'.",
  );
}

/** Microseconds as a duration that `parseDuration` reads back: the largest unit that divides it. */
export function formatDuration(microseconds: number): string {
  for (const unit of ['d', 'h', 'min', 's', 'ms']) {
    if (microseconds !== 0 && microseconds % MICROSECONDS[unit] === 0)
      return `${microseconds / MICROSECONDS[unit]} ${unit}`;
  }
  return `${microseconds} µs`;
}
