import { describe, expect, it } from 'vitest';
import { checkedZone, spanText, typedTime, zonedTime, zoneLabel } from './zones.js';

const us = (iso: string): number => Date.parse(iso) * 1000;
const NOON = us('2026-03-10T12:00:00Z');
const typed = (text: string, zone = 'America/New_York'): string | null => {
  const time = typedTime(text, zone, NOON);
  return time === null ? null : new Date(time / 1000).toISOString();
};

describe('zones', () => {
  it('reads what is typed in the zone, ISO times with an offset as they are, and nothing else', () => {
    expect(typed('10:30')).toBe('2026-03-10T14:30:00.000Z');
    expect(typed(' 9:30:15.5 ')).toBe('2026-03-10T13:30:15.500Z');
    expect(typed('2026-01-05 09:30')).toBe('2026-01-05T14:30:00.000Z');
    expect(typed('2026-01-05T09:30:00')).toBe('2026-01-05T14:30:00.000Z');
    expect(typed('2026-01-05')).toBe('2026-01-05T05:00:00.000Z');
    expect(typed('2026-01-05T14:30:00Z')).toBe('2026-01-05T14:30:00.000Z');
    expect(typed('2026-01-05 14:30:00+01:00')).toBe('2026-01-05T13:30:00.000Z');
    expect(typed('10:30', 'Asia/Tokyo')).toBe('2026-03-10T01:30:00.000Z');
    for (const none of [
      '',
      'noon',
      '25:00',
      '10:61',
      '10',
      '10:30 Uhr',
      '2026-13-40',
      '5 10:30',
      '9'.repeat(50),
    ])
      expect(typed(none)).toBeNull();
  });

  it('takes the first of two hours that are alike, and an hour that there is not as one that follows', () => {
    expect(typed('2026-11-01 01:30')).toBe('2026-11-01T05:30:00.000Z');
    expect(typed('2026-03-08 02:30')).toBe('2026-03-08T07:30:00.000Z');
    expect(typed('2026-03-08 03:00')).toBe('2026-03-08T07:00:00.000Z');
    expect(typed('2026-11-01 00:59')).toBe('2026-11-01T04:59:00.000Z');
    expect(typed('2026-11-01 02:00')).toBe('2026-11-01T07:00:00.000Z');
  });

  it('shows times that it reads back, in any zone', () => {
    for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'])
      for (let day = 0; day < 366; day += 3) {
        const time = us('2026-01-01T00:00:00Z') + day * 86_400e6 + 5 * 3600e6;
        expect(typedTime(zonedTime(time, zone), zone, 0)).toBe(time);
      }
  });

  it('knows zones by their names', () => {
    expect(checkedZone('europe/paris')).toBe('Europe/Paris');
    expect(checkedZone('Etc/UTC')).toBe('UTC');
    expect(checkedZone('Mars/Olympus')).toBeNull();
    expect(checkedZone('x'.repeat(1e6))).toBeNull();
    expect(zoneLabel('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
  });

  it('says how long a span is', () => {
    expect([400, 250_000, 4_200_000, 59_990_000, 90e6, 63_000e6, 2 * 86_400e6].map(spanText)).toEqual([
      '400 µs',
      '250 ms',
      '4.2 s',
      '60 s',
      '1 min 30 s',
      '17 h 30 min',
      '2 d',
    ]);
  });
});
