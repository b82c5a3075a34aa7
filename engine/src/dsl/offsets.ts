import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';

/** Bounds around an event time in microseconds: `['-2 s', '+1 s']`. */
export function parseOffsets([low, high]: readonly [DurationText, DurationText]): {
  readonly lowUs: number;
  readonly highUs: number;
} {
  return { lowUs: parseOffset(low), highUs: parseOffset(high) };
}

function parseOffset(text: DurationText): number {
  const [, sign, duration] = /^\s*([+-]?)(.*)$/su.exec(text)!;
  const us = parseDuration(duration, "an offset such as '-2 s' or '+1 min'");
  return sign === '-' && us !== 0 ? -us : us;
}
