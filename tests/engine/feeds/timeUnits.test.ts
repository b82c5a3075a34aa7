import { expect, test } from 'vitest';
import { FLOAT64, INT64, STRING, timestampType, type TimeUnit } from '../../../engine/src/columns/types.js';
import { arrivalFormat } from '../../../engine/src/sources/arrivalFormats.js';
import { ArrivalRows } from '../../../engine/src/sources/arrivalRows.js';
import { newCounters } from '../../../engine/src/sources/counters.js';
import { forRandom } from '../../properties/random.js';
import { batchRows, fieldOf } from '../../support/sourceRows.js';

const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
const PER_MICROSECOND = { s: 1e-6, ms: 1e-3, us: 1, ns: 1000 };
const NOW_US = Date.UTC(2026, 2, 1) * 1000;
const DAY_US = 86_400e6;

/** Reads messages of rows, each with the time of its receipt. */
function read(unit: TimeUnit, messages: readonly { text: string; atUs: number }[], maxRows: number) {
  const fields = [
    fieldOf('ts', timestampType(unit), false),
    fieldOf('n', INT64),
    fieldOf('s', STRING),
    fieldOf('x', FLOAT64),
  ];
  const counters = newCounters();
  const rows = new ArrivalRows({
    format: arrivalFormat({}),
    options: {},
    columns: { decoded: fields, fields },
    time: { index: 0, name: 'ts', unit },
    boundUs: 0,
    counters,
    ask: () => undefined,
  });
  const got: unknown[][] = [];
  let watermark = -Infinity;
  const take = (): void => {
    const batch = rows.batch();
    got.push(...batchRows(batch));
    watermark = Math.max(watermark, batch.watermark);
  };
  rows.begin(maxRows);
  for (const { text, atUs } of messages) {
    while (!rows.takes) {
      take();
      rows.begin(maxRows);
    }
    rows.add({ kind: 'message', atUs, bytes: new TextEncoder().encode(text) });
  }
  while (rows.isOpen) {
    take();
    rows.begin(maxRows);
  }
  take();
  return { got, counters, watermark };
}

test('times of another unit than the declared one are rejected and counted, and do not move the watermark', () =>
  forRandom(random => {
    const unit = random.pick(UNITS);
    const expected: unknown[][] = [];
    let bad = 0;
    let highest = -Infinity;
    const messages = Array.from({ length: 1 + random.below(30) }, (_, k) => {
      const atUs = NOW_US + k * 1e6;
      const rows = Array.from({ length: 1 + random.below(12) }, () => {
        const given = random.chance(0.7) ? unit : random.pick(UNITS);
        // Of now, or of some day long ago, as the rows of a test or a replay are.
        const us = random.chance(0.2)
          ? 1e15 + random.below(1e9)
          : atUs + random.below(2 * DAY_US - 2e6) - DAY_US + 1e6;
        const ticks = BigInt(Math.floor(us / 1e6)) * BigInt(1e6 * PER_MICROSECOND[given]);
        const n = random.below(1e6);
        const [s, x] = [random.chance(0.3) ? null : `s${n}`, random.chance(0.3) ? null : n / 4];
        const asDeclared = Number(ticks) / PER_MICROSECOND[unit];
        const near = (each: number): boolean => Math.abs(each - atUs) <= DAY_US;
        if (!near(asDeclared) && UNITS.some(each => near(Number(ticks) / PER_MICROSECOND[each]))) bad++;
        else {
          expected.push([ticks, BigInt(n), s, x]);
          highest = Math.max(highest, asDeclared);
        }
        return `{"ts":${ticks},"n":${n},"s":${JSON.stringify(s)},"x":${x}}`;
      });
      return { text: rows.length === 1 ? rows[0] : `[${rows.join()}]`, atUs };
    });
    const { got, counters, watermark } = read(unit, messages, 1 + random.below(40));
    expect(got).toEqual(expected);
    expect(counters.rejected).toBe(bad);
    expect(counters.rows).toBe(expected.length);
    if (expected.length > 0) expect(watermark / highest).toBeCloseTo(1, 12);
  }));

test('the reject says which unit it is', () => {
  const { got, counters } = read('s', [{ text: '{"ts":1772323200000,"n":1}', atUs: NOW_US }], 10);
  expect(got).toEqual([]);
  expect(counters.rejects).toEqual([
    {
      position: 1,
      reason: expect.stringMatching(
        /^column 'ts' is read in 's' and is \d+ days from when it came: its unit is 'ms', so declare timestamp\('ms'\)$/,
      ),
      text: '1772323200000',
    },
  ]);
});
