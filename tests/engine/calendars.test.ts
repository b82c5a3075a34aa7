import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatDate, formatTimestamp } from '../../engine/src/columns/iso.js';
import { CALENDARS_VERSION, CALENDAR_TABLES } from '../../engine/src/windows/calendars/tables.js';
import { sessionsOf } from '../../engine/src/windows/calendars/sessions.js';

/** Sessions as exchange_calendars prints them: date, the date of the session before, opening, close, and the break, in UTC. */
const { version, samples } = JSON.parse(
  readFileSync(new URL('golden/calendars.json', import.meta.url), 'utf8'),
) as { version: string; samples: Record<string, string[]> };

const minute = (us: number): string => `${formatTimestamp(BigInt(us), 'us').slice(0, 16)}Z`;

/** A session of a table in the same form. */
function written(name: string, session: number): string {
  const { days, starts, ends, firstParts } = sessionsOf(name);
  const first = firstParts[session];
  const last = firstParts[session + 1] - 1;
  const times = [starts[first], ends[last], ...(last > first ? [ends[first], starts[last]] : [])];
  const before = session > 0 ? formatDate(days[session - 1]) : 'none';
  return [formatDate(days[session]), before, ...times.map(minute)].join(' ');
}

test.each(CALENDAR_TABLES.map(({ name }) => name))(
  '%s has the sessions that exchange_calendars has',
  name => {
    expect(CALENDARS_VERSION).toBe(version);
    const { days } = sessionsOf(name);
    const at = new Map([...days].map((day, session) => [formatDate(day), session]));
    const wanted = samples[name];
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.map(line => written(name, at.get(line.slice(0, 10)) ?? 0))).toEqual(wanted);
  },
);

test('the markets were closed when they were', () => {
  const dates = (name: string) => new Set([...sessionsOf(name).days].map(formatDate));
  const nyse = dates('XNYS');
  for (const date of ['2001-09-11', '2001-09-14', '2012-10-29', '2012-10-30', '2024-12-25', '2025-01-09'])
    expect(nyse.has(date), date).toBe(false);
  for (const date of ['2001-09-10', '2001-09-17', '2012-10-31', '2024-12-24'])
    expect(nyse.has(date), date).toBe(true);
});
