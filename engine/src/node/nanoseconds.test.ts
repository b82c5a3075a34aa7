import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { count, first, float64, last, max, min, schema, string, Table, timestamp, tumble } from './index.js';

/** 2024-03-08T14:30:00Z in nanoseconds: far beyond 2^53. */
const START = 1_709_908_200_000_000_000n;
const Tick = schema({ ts: timestamp('ns'), symbol: string, x: float64 });

const instant = (nanoseconds: bigint) => Temporal.Instant.fromEpochNanoseconds(nanoseconds);

function ticks(offsets: readonly bigint[]) {
  return Table.of(
    {
      ts: offsets.map(offset => instant(START + offset)),
      symbol: offsets.map((_, i) => (i % 2 === 0 ? 'A' : 'B')),
      x: offsets.map((_, i) => [1, NaN, -1, Infinity][i % 4]),
    },
    { schema: Tick, time: 'ts' },
  );
}

describe('times of nanoseconds', () => {
  it('are grouped, ordered and windowed to the nanosecond', async () => {
    const table = ticks([3n, 2n, 1n, 0n, 60_000_000_000n, 59_999_999_999n]);
    const keys = await table
      .groupBy('ts')
      .aggregate(() => ({ n: count() }))
      .rows();
    expect(keys.map(row => row.ts.epochNanoseconds - START).sort()).toEqual(
      [0n, 1n, 2n, 3n, 59_999_999_999n, 60_000_000_000n].sort(),
    );
    const windows = await table
      .window(tumble('1 min'))
      .aggregate(t => ({ from: min(t.ts), to: max(t.ts), n: count() }))
      .rows();
    expect(
      windows.map(row => [row.from.epochNanoseconds - START, row.to.epochNanoseconds - START, row.n]),
    ).toEqual([
      [0n, 59_999_999_999n, 5],
      [60_000_000_000n, 60_000_000_000n, 1],
    ]);
    expect(windows[0].windowTime.epochNanoseconds).toBe(START + 59_999_999_999n);
    const ends = await table
      .groupBy('symbol')
      .aggregate(t => ({ open: first(t.ts), close: last(t.ts) }))
      .rows();
    expect(
      ends.map(row => [row.symbol, row.open.epochNanoseconds - START, row.close.epochNanoseconds - START]),
    ).toEqual([
      ['A', 1n, 60_000_000_000n],
      ['B', 0n, 59_999_999_999n],
    ]);
  });

  it('compare with text of nine digits and with coarser columns exactly', async () => {
    const table = ticks([0n, 1n, 999n, 1000n]).derive(t => ({ us: t.ts.cast(timestamp('us')) }));
    const after = await table.where(t => t.ts.gt('2024-03-08T14:30:00.000000001Z')).count();
    expect(after).toBe(2);
    const rows = await table.derive(t => ({ same: t.ts.eq(t.us), later: t.ts.gt(t.us) })).rows();
    expect(rows.map(row => [row.same, row.later])).toEqual([
      [true, false],
      [false, true],
      [false, true],
      [true, false],
    ]);
    expect(rows[2].ts.toString()).toBe('2024-03-08T14:30:00.000000999Z');
    const minutes = await table.derive(t => ({ minute: t.ts.truncate('1 min') })).rows();
    expect(minutes.map(row => row.minute.epochNanoseconds)).toEqual([START, START, START, START]);
  });
});

describe('NaN', () => {
  it('equals itself and is greater than every number, wherever values are compared', async () => {
    const table = ticks([0n, 1n, 2n, 3n]).derive(t => ({ y: t.x }));
    const of = async (condition: Parameters<typeof table.where>[0]) =>
      (await table.where(condition).rows()).map(row => row.x);
    expect(await of(t => t.x.gt(0))).toEqual([1, NaN, Infinity]);
    expect(await of(t => t.x.gt(Infinity))).toEqual([NaN]);
    expect(await of(t => t.x.le(1))).toEqual([1, -1]);
    expect(await of(t => t.x.eq(NaN))).toEqual([NaN]);
    expect(await of(t => t.x.ne(NaN))).toEqual([1, -1, Infinity]);
    expect(await of(t => t.x.eq(t.y))).toEqual([1, NaN, -1, Infinity]);
    expect(await of(t => t.x.lt(t.y))).toEqual([]);
    expect(await of(t => t.x.between(0, NaN))).toEqual([1, NaN, Infinity]);
    expect(await of(t => t.x.isIn([NaN, -1]))).toEqual([NaN, -1]);
  });
});
