import { civilFromDays, daysFromCivil } from './civil.js';
import { MillraceError } from './error.js';
import { parseDuration } from './duration.js';
import type { Zone } from './zone.js';

/** A length of time as the calendar has it: a number of microseconds, of days (as long as a zone makes them) or of months. */
export interface Span {
  readonly kind: 'microseconds' | 'days' | 'months';
  readonly count: number;
}

const CALENDAR: Readonly<Record<string, Span>> = {
  d: { kind: 'days', count: 1 },
  day: { kind: 'days', count: 1 },
  w: { kind: 'days', count: 7 },
  week: { kind: 'days', count: 7 },
  mo: { kind: 'months', count: 1 },
  month: { kind: 'months', count: 1 },
  q: { kind: 'months', count: 3 },
  quarter: { kind: 'months', count: 3 },
  y: { kind: 'months', count: 12 },
  year: { kind: 'months', count: 12 },
};

/** A span as users write it: a duration (`'15 min'`), or a number of days, weeks, months, quarters or years (`'1 month'`). Error `MR1002`. */
export function parseSpan(text: string): Span {
  const match = /^\s*(\d+)\s*([a-z]+?)s?\s*$/.exec(text);
  const unit = match !== null && Object.hasOwn(CALENDAR, match[2]) ? CALENDAR[match[2]] : null;
  const span: Span =
    unit === null
      ? { kind: 'microseconds', count: parseDuration(text, 'a span of time') }
      : { kind: unit.kind, count: unit.count * Number(match![1]) };
  if (span.count > 0 && Number.isSafeInteger(span.count)) return span;
  throw new MillraceError(
    'MR1002',
    `'${text}' is not a span of time of some length.`,
    "Write e.g. '1 h' or '1 month'.",
  );
}

/** The first day of the span of days or months that holds a day: weeks begin on Monday, quarters and years on the first of January. */
export function floorDays(days: number, span: Span): number {
  if (span.kind === 'months') {
    const { year, month } = civilFromDays(days);
    const months = Math.floor((year * 12 + month - 1) / span.count) * span.count;
    return daysFromCivil(Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, 1);
  }
  // 1970-01-01 was a Thursday: weeks are counted from the Monday before.
  const origin = span.count % 7 === 0 ? -3 : 0;
  return Math.floor((days - origin) / span.count) * span.count + origin;
}

/** The start of the span that holds a local second. */
function localStart(local: number, span: Span): number {
  if (span.kind !== 'microseconds') return floorDays(Math.floor(local / 86400), span) * 86400;
  const size = span.count / 1e6;
  return Math.floor(local / size) * size;
}

/**
 * The start of the span that holds a time, by a zone's clocks; all in whole seconds. Where the clocks are put back within the span, it is
 * the last start before the time; where they skip the start, the moment at which they do.
 */
export function floorInZone(seconds: number, span: Span, zone: Zone): number {
  const offset = zone.offsetAt(seconds);
  const start = localStart(seconds + offset, span);
  const near = start - offset;
  return zone.offsetAt(near) === offset ? near : Math.min(zone.toUtc(start), seconds);
}

/** The first local second after the span that starts at one. */
function nextStart(start: number, span: Span): number {
  if (span.kind === 'microseconds') return start + span.count / 1e6;
  if (span.kind === 'days') return start + span.count * 86400;
  // Any month begins within 31 days of the end of the one before.
  return floorDays(start / 86400 + span.count * 31, span) * 86400;
}

/** `floorInZone` that keeps the span it found last, as long as the zone's offset holds: times in order cost two comparisons. */
export function spanFloor(span: Span, zone: Zone): (seconds: number) => number {
  let from = Infinity;
  let to = -Infinity;
  let start = 0;
  return seconds => {
    if (seconds >= from && seconds < to) return start;
    start = floorInZone(seconds, span, zone);
    const offset = zone.offsetAt(seconds);
    const { stretch } = zone;
    const local = localStart(seconds + offset, span);
    // Beyond the times that zones know there is no stretch.
    if (seconds < stretch.from || seconds >= stretch.to) return start;
    from = Math.max(local - offset, stretch.from);
    to = Math.min(nextStart(local, span) - offset, stretch.to);
    return start;
  };
}
