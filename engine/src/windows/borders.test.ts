import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { zonedBorders } from './borders.js';

const MINUTE = 60e6;
const DAY = 1440 * MINUTE;
const at = (text: string): number => Number(Temporal.Instant.from(text).epochMilliseconds) * 1000;
const iso = (us: number): string => Temporal.Instant.fromEpochMilliseconds(us / 1000).toString();
const offsets = new Map<string, number>();

/** What a zone's clocks show, as Temporal has it. */
function local(zone: string, us: number): number {
  const key = `${zone} ${us}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(us / 1000).toZonedDateTimeISO(zone);
    offset = zoned.offsetNanoseconds / 1000;
    offsets.set(key, offset);
  }
  return us + offset;
}

/** Borders of the strikes of a zone's clocks, minute by minute. */
function strikes(zone: string, from: number, to: number, us: number): string[] {
  const found: string[] = [];
  for (let time = from + MINUTE; time <= to; time += MINUTE) {
    const now = local(zone, time);
    const expected = local(zone, time - MINUTE) + MINUTE;
    const last = Math.floor(now / us) * us;
    if (last === now || (now > expected && last >= expected)) found.push(iso(time));
  }
  return found;
}

function bordersBetween(borders: ReturnType<typeof zonedBorders>, from: number, to: number): string[] {
  const found: string[] = [];
  for (let border = borders.next(from); border <= to; border = borders.next(border)) {
    expect(borders.floor(border)).toBe(border);
    expect(borders.floor(border + 1)).toBe(border);
    expect(borders.next(border - 1)).toBe(border);
    found.push(iso(border));
  }
  return found;
}

const CHANGES: readonly (readonly [zone: string, around: string])[] = [
  ['America/New_York', '2024-03-10T07:00Z'],
  ['America/New_York', '2024-11-03T06:00Z'],
  ['Australia/Lord_Howe', '2024-04-06T15:00Z'],
  ['Australia/Lord_Howe', '2024-10-05T15:30Z'],
  ['America/St_Johns', '2006-10-29T02:31Z'],
  ['Asia/Beirut', '2022-03-26T22:00Z'],
  ['Asia/Kolkata', '2024-01-01T00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
];

describe.each(CHANGES)('%s around %s', (zone, around) => {
  const [from, to] = [at(around) - 1.25 * DAY, at(around) + 1.25 * DAY];

  test.each([10, 30, 60, 120, 240, 720])(
    'borders lie where clocks strike a multiple of %i minutes',
    minutes => {
      const us = minutes * MINUTE;
      expect(bordersBetween(zonedBorders({ us }, zone, 0), from, to)).toEqual(strikes(zone, from, to, us));
    },
  );

  test('days begin when dates do', () => {
    const days: string[] = [];
    for (let time = from + MINUTE; time <= to; time += MINUTE) {
      const date = (us: number) => Math.floor(local(zone, us) / DAY);
      // Clocks that are set back over midnight begin a date twice: the first time counts.
      if (date(time) <= date(time - MINUTE)) continue;
      const begun = new Temporal.PlainDate(1970, 1, 1).add({ days: date(time) }).toZonedDateTime(zone);
      if (begun.epochMilliseconds * 1000 === time) days.push(iso(time));
    }
    expect(bordersBetween(zonedBorders({ us: DAY }, zone, 0), from, to)).toEqual(days);
  });
});

test('weeks begin on Mondays, months, quarters and years on their first', () => {
  const zone = 'America/New_York';
  const [from, to] = [at('2023-12-20T00:00Z'), at('2025-01-20T00:00Z')];
  const days = (borders: ReturnType<typeof zonedBorders>) =>
    bordersBetween(borders, from, to).map(text => Temporal.Instant.from(text).toZonedDateTimeISO(zone));
  for (const monday of days(zonedBorders({ us: 7 * DAY }, zone, 0)))
    expect([monday.dayOfWeek, monday.hour]).toEqual([1, 0]);
  const starts = (months: number) =>
    days(zonedBorders({ months }, zone, 0)).map(each => each.toPlainDate().toString());
  expect(starts(3)).toEqual(['2024-01-01', '2024-04-01', '2024-07-01', '2024-10-01', '2025-01-01']);
  expect(starts(12)).toEqual(['2024-01-01', '2025-01-01']);
  expect(starts(1)).toHaveLength(13);
});

test('an offset moves local borders', () => {
  const borders = zonedBorders({ us: DAY }, 'America/New_York', 570 * MINUTE);
  expect(bordersBetween(borders, at('2024-03-09T00:00Z'), at('2024-03-12T00:00Z'))).toEqual([
    '2024-03-09T14:30:00Z',
    '2024-03-10T13:30:00Z',
    '2024-03-11T13:30:00Z',
  ]);
});
