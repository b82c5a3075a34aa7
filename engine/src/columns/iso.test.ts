import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilFromDays, daysFromCivil } from './civil.js';
import { formatDuration, parseDuration } from './duration.js';
import { formatDate, formatTimestamp, parseDate, parseTimestamp, TICKS_PER_SECOND } from './iso.js';
import type { TimeUnit } from './types.js';

const SEED =
  process.env.MILLRACE_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.MILLRACE_SEED);
const OPTIONS = { seed: SEED, numRuns: Number(process.env.MILLRACE_RUNS ?? 500) };

describe('calendar days', () => {
  it('are those of Date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), days => {
        const date = new Date(days * 86_400_000);
        const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        expect(civilFromDays(days)).toEqual(civil);
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days);
        expect(parseDate(formatDate(days))).toBe(days);
      }),
      OPTIONS,
    );
  });
});

describe('timestamps as text', () => {
  it('come back as they were, in every unit', () => {
    const units = fc.constantFrom<TimeUnit>('s', 'ms', 'us', 'ns');
    fc.assert(
      fc.property(units, fc.bigInt(-(2n ** 62n), 2n ** 62n), (unit, ticks) => {
        const seconds = ticks / TICKS_PER_SECOND[unit];
        fc.pre(seconds > -62_000_000_000n && seconds < 253_000_000_000n);
        expect(parseTimestamp(formatTimestamp(ticks, unit), unit)).toBe(ticks);
      }),
      OPTIONS,
    );
  });

  it.each([
    ['2024-03-08T09:30:00Z', 1_709_890_200_000n],
    ['2024-03-08 09:30:00.5', 1_709_890_200_500n],
    ['2024-03-08T09:30:00-05:00', 1_709_908_200_000n],
    ['2024-03-08T09:30+0530', 1_709_870_400_000n],
    ['2024-03-08', 1_709_856_000_000n],
    ['1969-12-31T23:59:59.9999', -1n],
  ])('%s is read', (text, ticks) => {
    expect(parseTimestamp(text, 'ms')).toBe(ticks);
  });

  it.each([
    '2024-02-30',
    '2024-13-01T00:00:00Z',
    '2024-03-08T25:00',
    '9:30',
    '',
    'now',
    '2024-03-08T09:30:00 UTC',
  ])('%j is no time', text => {
    expect(parseTimestamp(text, 'us')).toBeNull();
  });
});

describe('durations', () => {
  it.each([
    ['1 min', 60e6],
    ['250 ms', 250e3],
    ['1.5h', 5400e6],
    ['1 h 30 min', 5400e6],
    ['2 seconds', 2e6],
    ['10 µs', 10],
    ['0 s', 0],
  ])('%s', (text, microseconds) => {
    expect(parseDuration(text)).toBe(microseconds);
    expect(parseDuration(formatDuration(microseconds))).toBe(microseconds);
  });

  it.each(['', '1', 'min', '1 parsec', '-1 s', '0.5 us'])('%j is none', text => {
    expect(() => parseDuration(text)).toThrow(/^MR1002 /);
  });
});
