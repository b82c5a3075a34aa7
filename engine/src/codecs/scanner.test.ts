import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTimestamp } from '../columns/iso.js';
import type { TimeUnit } from '../columns/types.js';
import { ByteScanner } from './scanner.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

function read(scanner: ByteScanner, text: string, unit: TimeUnit): bigint | null {
  scanner.bytes = new TextEncoder().encode(`${text}\n`);
  const value = scanner.timestamp(0, unit);
  if (scanner.end !== text.length) return null;
  return Number.isNaN(value) ? scanner.big : BigInt(value);
}

const two = (value: number) => String(value).padStart(2, '0');

/** Times of few days and minutes, so that neighbours often share them. */
const times = fc
  .record({
    year: fc.constantFrom('1969', '2024', '0001'),
    month: fc.constantFrom('02', '13', '12'),
    day: fc.constantFrom('28', '29', '30'),
    separator: fc.constantFrom('T', ' '),
    hour: fc.constantFrom(0, 23, 24),
    minute: fc.constantFrom(0, 59, 60),
    second: fc.constantFrom('', ':00', ':59', ':60', ':1'),
    fraction: fc.oneof(
      fc.constant(''),
      fc.integer({ min: 0, max: 999_999_999 }).map(n => `.${n}`),
      fc.constant('.'),
    ),
    zone: fc.constantFrom('', 'Z', '+00:00', '-05:30', '+01'),
  })
  .map(
    t =>
      `${t.year}-${t.month}-${t.day}${t.separator}${two(t.hour)}:${two(t.minute)}${t.second}${t.second === '' ? '' : t.fraction}${t.zone}`,
  );

it('reads times as the parser of single texts does, whatever was read before', () => {
  const property = fc.property(
    fc.array(times, { maxLength: 30 }),
    fc.constantFrom('s', 'ms', 'us', 'ns'),
    (texts, unit: TimeUnit) => {
      const scanner = new ByteScanner();
      for (const text of texts) {
        const alone = read(new ByteScanner(), text, unit);
        expect(read(scanner, text, unit)).toBe(alone);
        if (alone !== null) expect(alone).toBe(parseTimestamp(text, unit));
      }
    },
  );
  fc.assert(property, { numRuns: runs * 5, seed });
});

it('knows no time that is none', () => {
  for (const text of [
    '2024-02-30T00:00:00Z',
    '2023-02-29',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60',
    '2024-1-1',
    '20240101T000000Z',
  ]) {
    expect(read(new ByteScanner(), text, 'us')).toBeNull();
  }
  expect(read(new ByteScanner(), '2024-02-29', 'us')).toBe(1709164800000000n);
  expect(read(new ByteScanner(), '-62135596800', 's')).toBe(-62135596800n);
});
