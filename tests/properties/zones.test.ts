import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { compileColumn } from '../../engine/src/codegen/column.js';
import { civilFromDays } from '../../engine/src/columns/civil.js';
import { floorInZone, parseSpan } from '../../engine/src/columns/span.js';
import { STRING, timestampType } from '../../engine/src/columns/types.js';
import { columnOf, valueAt } from '../../engine/src/columns/values.js';
import { zoneOf } from '../../engine/src/columns/zone.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import { bind } from '../../engine/src/functions/bind.js';
import { forRandom, type Random } from './random.js';

const ZONES = [
  ...['UTC', 'America/New_York', 'America/St_Johns', 'Europe/London', 'Europe/Berlin', 'Asia/Kathmandu'],
  ...[
    'Asia/Tehran',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Pacific/Chatham',
    'Antarctica/Troll',
  ],
];
const FROM = Date.UTC(1900, 0, 2) / 1000;
const TO = Date.UTC(2100, 0, 1) / 1000;

/** A time anywhere, or near a change of the clocks. */
function someTime(random: Random, id: string): Temporal.ZonedDateTime {
  const second = Math.floor(FROM + random.next() * (TO - FROM));
  const zone = zoneOf(id);
  zone.offsetAt(second);
  const change = random.pick([zone.stretch.from, zone.stretch.to]);
  const near = random.chance(0.4) && change > FROM ? change + random.below(180_000) - 90_000 : second;
  return Temporal.Instant.fromEpochMilliseconds(near * 1000).toZonedDateTimeISO(id);
}

/** The local date and time at which the span starts, found in the calendar. */
function startOf(local: Temporal.PlainDateTime, span: string): Temporal.PlainDateTime {
  const midnight = local.with({
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    microsecond: 0,
    nanosecond: 0,
  });
  switch (span) {
    case '15 min':
      return local.with({ minute: Math.floor(local.minute / 15) * 15, second: 0 });
    case '1 h':
      return local.with({ minute: 0, second: 0 });
    case '4 h':
      return midnight.with({ hour: Math.floor(local.hour / 4) * 4 });
    case '1 d':
      return midnight;
    case '1 week':
      return midnight.subtract({ days: local.dayOfWeek - 1 });
    case '1 month':
      return midnight.with({ day: 1 });
    case '1 quarter':
      return midnight.with({ day: 1, month: Math.floor((local.month - 1) / 3) * 3 + 1 });
    default:
      return midnight.with({ day: 1, month: 1 });
  }
}

const SPANS = ['15 min', '1 h', '4 h', '1 d', '1 week', '1 month', '1 quarter', '1 year'];

test('times are truncated by the clocks of a zone, over gaps and folds', async () => {
  await forRandom(random => {
    const id = random.pick(ZONES);
    const zone = zoneOf(id);
    for (let count = 0; count < 2; count++) {
      const time = someTime(random, id);
      const span = random.pick(SPANS);
      const seconds = time.epochMilliseconds / 1000;
      const found = floorInZone(seconds, parseSpan(span), zone);
      const local = startOf(time.toPlainDateTime(), span);
      // Clocks that were put back show the start twice: it is the one of the time's own offset, if that is still in force there.
      const earlier = local.toZonedDateTime(id, { disambiguation: 'earlier' }).epochMilliseconds / 1000;
      const later = local.toZonedDateTime(id, { disambiguation: 'later' }).epochMilliseconds / 1000;
      const shown = local.toZonedDateTime(id).toPlainDateTime().equals(local);
      const sameOffset =
        seconds -
        (Date.parse(`${time.toPlainDateTime().toString()}Z`) - Date.parse(`${local.toString()}Z`)) / 1000;
      const expected = !shown ? later : sameOffset === earlier || sameOffset === later ? sameOffset : earlier;
      const text = `${time.toString()} by ${span}`;
      expect(found, text).toBe(Math.min(expected, seconds));
      expect(found, text).toBeLessThanOrEqual(seconds);
      // What starts a span is its own start.
      if (shown) expect(floorInZone(found, parseSpan(span), zone), text).toBe(found);
    }
  });
});

const TIME = timestampType('us');
const SCHEMA = { fields: [{ name: 'ts', type: TIME, nullable: false }] };
const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });

test('parts, days and times of day are those that the clocks of a zone show', async () => {
  await forRandom(random => {
    const id = random.pick(ZONES);
    const times = Array.from({ length: 20 }, () =>
      someTime(random, id).add({ microseconds: random.below(1e6) }),
    );
    const ts = columnOf(
      TIME,
      times.map(time => time.epochNanoseconds / 1000n),
    );
    const local = call('toLocal', { kind: 'column', name: 'ts' }, text(id));
    const values = (expr: Expr) => {
      const column = compileColumn(bind(expr, SCHEMA), SCHEMA).run({ columns: [ts], length: times.length });
      return times.map((_, row) => valueAt(column, row));
    };
    const part = (name: string) => values(call('extract', local, text(name)));
    expect(part('year')).toEqual(times.map(time => time.year));
    expect(part('week')).toEqual(times.map(time => time.weekOfYear));
    expect(part('dayOfWeek')).toEqual(times.map(time => time.dayOfWeek));
    expect(part('dayOfYear')).toEqual(times.map(time => time.dayOfYear));
    expect(part('hour')).toEqual(times.map(time => time.hour));
    expect(part('minute')).toEqual(times.map(time => time.minute));
    expect(part('second')).toEqual(times.map(time => time.second));
    expect(values(call('cast', local, text('date'))).map(days => civilFromDays(Number(days)))).toEqual(
      times.map(({ year, month, day }) => ({ year, month, day })),
    );
    expect(values(call('utcOffset', { kind: 'column', name: 'ts' }, text(id)))).toEqual(
      times.map(time => BigInt(time.offsetNanoseconds) / 1_000_000_000n),
    );
    const midnight = Temporal.PlainTime.from('00:00');
    expect(values(call('timeOfDay', local))).toEqual(
      times.map(time => BigInt(Math.round(midnight.until(time.toPlainTime()).total('microseconds')))),
    );
    // Text goes both ways, where it says the offset. Offsets with seconds, of long ago, have no such text.
    const pattern = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX";
    const written = call('formatTime', { kind: 'column', name: 'ts' }, text(pattern), text(id));
    const read = values(call('parseTime', written, text(pattern)));
    times.forEach((time, row) => {
      if (time.offsetNanoseconds % 60e9 === 0) expect(read[row]).toBe(time.epochNanoseconds / 1000n);
    });
  });
});
