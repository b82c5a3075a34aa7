import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTimestamp } from '../columns/iso.js';
import type { TimeUnit } from '../columns/types.js';
import { ByteScanner } from './scanner.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

function read(scanner: ByteScanner, text: string, unit: TimeUnit): bigint | null {
  // As in a file, where more bytes stand behind: of a text alone no words are read.
  scanner.bytes = new TextEncoder().encode(`${text}\n`.padEnd(100));
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

it('reads numbers as JavaScript does', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }).map(each => each.join(''));
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits,
      fc.constantFrom('', '.'),
      digits,
      fc.constantFrom('', 'e3', 'E-7', 'e'),
    )
    .filter(([, whole, point, fraction]) => whole.length + (point === '' ? 0 : fraction.length) > 0);
  const property = fc.property(number, ([sign, whole, point, fraction, exponent]) => {
    const scanner = new ByteScanner();
    const plain = `${sign}${whole}${point}${point === '' ? '' : fraction}`;
    scanner.bytes = new TextEncoder().encode(`${plain}${exponent},\n`);
    const isWhole = exponent !== 'e';
    expect(scanner.float(0)).toBe(Number(isWhole ? plain + exponent : plain));
    expect(scanner.end).toBe(plain.length + (isWhole ? exponent.length : 0));
    const integer = scanner.integer(0);
    const exact = whole === '' ? null : BigInt(whole) * (sign === '-' ? -1n : 1n);
    const fits = exact !== null && exact === BigInt.asIntN(64, exact);
    expect(scanner.end).toBe(fits ? sign.length + whole.length : -1);
    if (!fits) return;
    expect(Number.isNaN(integer) ? scanner.big : BigInt(integer)).toBe(exact);
    expect(Object.is(integer, -0)).toBe(false);
  });
  fc.assert(property, { numRuns: runs * 20, seed });
});
