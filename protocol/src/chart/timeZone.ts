/** Milliseconds in which no zone changes its offset twice, and at whose ends all changes of today's zones are. */
const SPAN = 900_000;

/** Spans whose offset is remembered. */
const MOST_KNOWN = 5000;

/**
 * What leads from epoch milliseconds to the milliseconds of the wall clock in a zone, as if that were UTC: Vega draws UTC, and so the axes have the zone's
 * hours and days. Where clocks are set back an hour is there twice, and its rows are drawn over each other.
 *
 * @throws RangeError where there is no such zone.
 * @example wallClock('America/New_York')(Date.UTC(2026, 0, 5, 14, 30)) // 09:30, as UTC
 */
export function wallClock(timeZone: string): (ms: number) => number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    era: 'short',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const known = new Map<number, number>();
  const offset = (ms: number): number => {
    const span = Math.floor(ms / SPAN);
    const found = known.get(span);
    if (found !== undefined) return found;
    if (known.size >= MOST_KNOWN) known.clear();
    const start = span * SPAN;
    const made = Number.isNaN(new Date(start).getTime()) ? 0 : wallOf(parts, start) - start;
    known.set(span, made);
    return made;
  };
  return ms => ms + offset(ms);
}

function wallOf(format: Intl.DateTimeFormat, ms: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = value;
  const year = Number(part.year) * 1;
  const date = new Date(0);
  date.setUTCFullYear(part.era?.startsWith('B') ? 1 - year : year, Number(part.month) - 1, Number(part.day));
  date.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
  return date.getTime();
}
