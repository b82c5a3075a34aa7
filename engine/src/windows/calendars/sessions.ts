import type { EventTime } from '../../columns/time.js';
import { localToUtc, zoneOf, type Zone } from '../../columns/zone.js';
import { nearestNames } from '../../columns/nearestNames.js';
import { WindowError } from '../define.js';
import type { CalendarTable } from './table.js';
import { CALENDAR_TABLES } from './tables.js';

const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;

/** The sessions of an exchange, in order: `parts` of trading time, two in a session with a break. Times are event time. */
export interface Sessions {
  readonly table: CalendarTable;
  /** The first moment that is known, and that after the last. */
  readonly from: EventTime;
  readonly to: EventTime;
  /** When parts begin and end. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** The session that a part belongs to. */
  readonly sessionOf: Int32Array;
  /** The local dates of sessions, in days from 1970-01-01, and their first parts; the last entry of `firstParts` is the number of parts. */
  readonly days: Int32Array;
  readonly firstParts: Int32Array;
}

const known = new Map<string, Sessions>();

/**
 * The sessions of an exchange.
 *
 * @throws WindowError `MR3216` for a calendar that there is none of
 */
export function sessionsOf(name: string): Sessions {
  let sessions = known.get(name);
  if (sessions === undefined) {
    const table = CALENDAR_TABLES.find(each => each.name === name);
    if (table === undefined) {
      const names = CALENDAR_TABLES.map(each => each.name);
      throw new WindowError(
        'MR3216',
        `there is no calendar '${name}'.`,
        `Did you mean ${nearestNames(name, names)[0]}? These exist: ${names.join(', ')}.`,
      );
    }
    sessions = readTable(table);
    known.set(name, sessions);
  }
  return sessions;
}

function readTable(table: CalendarTable): Sessions {
  const zone = zoneOf(table.timeZone);
  const closed = new Set(readDays(table.closed));
  const special = new Map(
    table.special.flatMap(([open, close, breakStart, breakEnd, days]) =>
      readDays(days).map(day => [day, [open, close, breakStart, breakEnd] as const] as const),
    ),
  );
  const starts: number[] = [];
  const ends: number[] = [];
  const sessionOf: number[] = [];
  const days: number[] = [];
  const firstParts: number[] = [];
  let rule = 0;
  for (let day = table.first; day <= table.last; day++) {
    // 1970-01-01 was a Thursday.
    if (!table.weekdays.includes((day + 3) % 7) || closed.has(day)) continue;
    while (rule + 1 < table.hours.length && table.hours[rule + 1][0] <= day) rule++;
    const [, ...regular] = table.hours[rule];
    const [open, close, breakStart, breakEnd] = special.get(day) ?? regular;
    const at = (minutes: number): EventTime => momentOf(zone, day, minutes);
    firstParts.push(starts.length);
    const whole = breakStart === null || breakEnd === null;
    const parts = whole
      ? [[open, close]]
      : [
          [open, breakStart],
          [breakEnd, close],
        ];
    for (const [from, to] of parts) {
      starts.push(at(from));
      ends.push(at(to));
      sessionOf.push(days.length);
    }
    days.push(day);
  }
  firstParts.push(starts.length);
  return {
    table,
    from: momentOf(zone, table.first, 0),
    to: momentOf(zone, table.last + 1, 0),
    starts: Float64Array.from(starts),
    ends: Float64Array.from(ends),
    sessionOf: Int32Array.from(sessionOf),
    days: Int32Array.from(days),
    firstParts: Int32Array.from(firstParts),
  };
}

function momentOf(zone: Zone, day: number, minutes: number): EventTime {
  return localToUtc(zone, day * DAY_US + minutes * MINUTE_US);
}

function readDays(text: string): number[] {
  let day = 0;
  return text === '' ? [] : text.split(' ').map(gap => (day += parseInt(gap, 36)));
}
