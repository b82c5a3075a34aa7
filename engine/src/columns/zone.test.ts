import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { localToUtc, utcOffsetAt, zoneOf } from './zone.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 1);
const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);

/** Zones with every oddity: half-hour daylight saving, 45 minutes, a skipped day, two hours, none, a rule that ends. */
const ZONES = [
  'UTC',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/London',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Asia/Tehran',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Antarctica/Troll',
];

const seconds = fc.integer({
  min: Date.UTC(1900, 0, 1) / 1000,
  max: Date.UTC(2100, 0, 1) / 1000,
});

describe('a zone', () => {
  it.each(ZONES)('%s has the offsets and local times that Temporal has', id => {
    const zone = zoneOf(id);
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999 }), (second, micros) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(second * 1000).add({ microseconds: micros });
        const offset = instant.toZonedDateTimeISO(id).offsetNanoseconds / 1000;
        expect(utcOffsetAt(zone, second * 1e6 + micros)).toBe(offset);
        const local = Temporal.PlainDateTime.from('1970-01-01')
          .add({ seconds: second })
          .add({ microseconds: micros });
        const expected = local.toZonedDateTime(id, { disambiguation: 'compatible' }).toInstant();
        expect(localToUtc(zone, second * 1e6 + micros)).toBe(Number(expected.epochNanoseconds / 1000n));
      }),
      { seed: SEED, numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it.each(['America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Antarctica/Troll'])(
    '%s is right around each of its transitions',
    id => {
      const zone = zoneOf(id);
      let at: Temporal.ZonedDateTime | null = Temporal.ZonedDateTime.from(`2005-01-01T00:00[${id}]`);
      for (let count = 0; count < 30; count++) {
        at = at?.getTimeZoneTransition('next') ?? null;
        if (at === null) break;
        for (const minutes of [-1500, -121, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 120, 1500]) {
          const near: Temporal.ZonedDateTime = at.add({ minutes });
          const us = near.epochMilliseconds * 1000;
          expect(utcOffsetAt(zone, us)).toBe(near.offsetNanoseconds / 1000);
          const local = near.toPlainDateTime();
          const expected = local.toZonedDateTime(id, { disambiguation: 'compatible' });
          expect(localToUtc(zone, us + near.offsetNanoseconds / 1000)).toBe(
            expected.epochMilliseconds * 1000,
          );
        }
      }
    },
  );

  it('may be a fixed offset', () => {
    expect(utcOffsetAt(zoneOf('-05:30'), 0)).toBe(-5.5 * 3600e6);
    expect(localToUtc(zoneOf('+0100'), 0)).toBe(-3600e6);
  });

  it('has to exist, and the nearest names are shown', () => {
    expect(() => zoneOf('America/New_Yrok')).toThrow(/MR1004.*'America\/New_York'/);
  });
});
