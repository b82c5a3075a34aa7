import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, countWindow, dollarBars, float64, int64, last, replay, schema } from './index.js';
import type { BarSpec, NumExpr } from './index.js';
import { first, read, session, string, sum, tickBars, timestamp, tumble, volumeBars } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-rows-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const Trade = schema({ ts: timestamp('ms'), symbol: string.nullable(), price: float64, size: int64 });

/** Trades as seconds, symbol, price and size. */
async function trades(rows: readonly (readonly [number, string, number, number])[], watermark = '1 s') {
  const path = join(folder, `${Math.random()}.csv`);
  const line = ([second, symbol, price, size]: (typeof rows)[number]) =>
    `${new Date(Date.UTC(2020, 9, 10) + second * 1000).toISOString()},${symbol},${price},${size}`;
  await writeFile(path, ['ts,symbol,price,size', ...rows.map(line)].join('\n'));
  return replay(path, { schema: Trade, time: 'ts', watermark: watermark as '1 s' });
}

const second = (time: { epochMilliseconds: number }): number => (time.epochMilliseconds / 1000) % 86_400;

describe('sessions', () => {
  // The rows of Flink's WindowAggregateTestPrograms.SESSION_WINDOW_PARTITION_EVENT_TIME.
  const FLINK = [
    [1, 'a', 1, 1],
    [2, 'a', 1, 2],
    [3, 'a', 1, 2],
    [4, 'a', 1, 5],
    [7, 'b', 1, 3],
    [6, 'b', 1, 6],
    [8, 'a', 1, 3],
    [4, 'a', 1, 5],
    [16, 'b', 1, 4],
    [32, '', 1, 7],
    [34, 'b', 1, 1],
    [40, 'a', 1, 10],
    [42, 'd', 1, 11],
    [43, 'c', 1, 12],
    [44, 'd', 1, 13],
  ] as const;

  it("give what Flink's do", async () => {
    const stream = await trades(FLINK);
    const sessions = stream
      .window(session({ gap: '5 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), sum: sum(t.size) }));
    const rows = await sessions.final().rows();
    expect(
      rows.map(row => [row.symbol, second(row.windowStart), second(row.windowEnd), row.n, row.sum]),
    ).toEqual([
      ['b', 6, 12, 2, 9],
      ['a', 1, 13, 6, 18],
      ['b', 16, 21, 1, 4],
      [null, 32, 37, 1, 7],
      ['b', 34, 39, 1, 1],
      ['a', 40, 45, 1, 10],
      ['c', 43, 48, 1, 12],
      ['d', 42, 49, 2, 24],
    ]);
    expect((await sessions.rows()).length).toBe(8);
  });

  it('are merged by a row between them; one just at the gap is between them', async () => {
    const stream = await trades(
      [
        [1, 'a', 1, 1],
        [11, 'a', 1, 2],
        [6, 'a', 1, 4],
      ],
      '10 s',
    );
    const rows = await stream
      .window(session({ gap: '5 s' }))
      .aggregate(t => ({ size: sum(t.size) }))
      .rows();
    expect(rows.map(row => [second(row.windowStart), second(row.windowEnd), row.size])).toEqual([[1, 16, 7]]);
  });

  it('can be windowed again, and their late rows are a stream', async () => {
    const stream = await trades(FLINK);
    const sessions = stream
      .window(session({ gap: '2 s' }))
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    const rows = await sessions
      .final()
      .window(tumble('30 s'))
      .aggregate(t => ({ sessions: count(), rows: sum(t.n) }))
      .rows();
    expect(rows.map(row => [second(row.windowStart), row.sessions, row.rows])).toEqual([
      [0, 4, 8],
      [30, 5, 6],
    ]);
    expect((await sessions.late.rows()).map(row => [second(row.ts), row.symbol])).toEqual([[4, 'a']]);
  });
});

describe('bars', () => {
  const ROWS = [
    [1, 'a', 10, 6],
    [2, 'b', 10, 1],
    [3, 'a', 11, 7],
    [5, 'a', 12, 1],
    [4, 'a', 13, 2],
    [6, 'a', 14, 9],
    [9, 'b', 20, 3],
  ] as const;

  it('are filled in event order; the row that reaches the threshold is in the bar whole', async () => {
    const stream = await trades(ROWS);
    const bars = stream
      .window(volumeBars(10))
      .groupBy('symbol')
      .aggregate(t => ({ volume: sum(t.size), close: last(t.price) }));
    const rows = await bars.final().rows();
    const texts = rows.map(row => [
      row.symbol,
      row.windowNumber,
      row.windowComplete,
      second(row.windowStart),
      second(row.windowTime),
      row.volume,
      row.close,
    ]);
    expect(texts).toEqual([
      ['a', 1, true, 1, 3, 13, 11],
      ['a', 2, true, 4, 6, 12, 14],
      ['b', 1, false, 2, 9, 4, 20],
    ]);
    const table = await bars.rows();
    expect(table.map(row => [row.symbol, row.windowNumber, row.volume]).sort()).toEqual([
      ['a', 1, 13],
      ['a', 2, 12],
      ['b', 1, 4],
    ]);
  });

  it('count rows, ticks, volume and value', async () => {
    const stream = await trades(ROWS);
    const sizes = async (spec: BarSpec<'price' | 'size'>) =>
      (
        await stream
          .window(spec)
          .aggregate(() => ({ n: count() }))
          .final()
          .rows()
      ).map(row => row.n);
    expect(
      await (
        await trades(ROWS)
      )
        .window(countWindow(3))
        .aggregate(() => ({ n: count() }))
        .final()
        .count(),
    ).toBe(3);
    expect(
      await (
        await trades(ROWS)
      )
        .window(tickBars(7))
        .aggregate(() => ({ n: count() }))
        .final()
        .count(),
    ).toBe(1);
    expect(await sizes(dollarBars(100))).toEqual([3, 3, 1]);
    expect(await sizes(dollarBars(100, 'size', 'price'))).toEqual([3, 3, 1]);
  });

  it('say what is wrong', async () => {
    expect(() => countWindow(0)).toThrow(/MR3222|whole number of rows/);
    const stream = await trades(ROWS);
    const named = stream.window(volumeBars(10, 'symbol' as 'size')).aggregate(() => ({ n: count() }));
    await expect(named.rows()).rejects.toThrow("'symbol' is a string");
    const changing = stream.groupBy('symbol').aggregate(t => ({ ts: last(t.ts), n: count() }));
    await expect(
      (changing as unknown as typeof stream)
        .window(session({ gap: '1 s' }))
        .aggregate(() => ({ n: count() }))
        .rows(),
    ).rejects.toThrow();
  });
});

describe('windows of rows', () => {
  it('keep the unit of time, nanoseconds too, and are the same of a table', async () => {
    const Tick = schema({ ts: timestamp('ns'), size: int64 });
    const path = join(folder, 'ticks.csv');
    const times = ['00.000000500', '00.000000100', '00.000000900', '00.000003000'];
    await writeFile(
      path,
      ['ts,size', ...times.map((time, k) => `2024-01-01T00:00:${time}Z,${k}`)].join('\n'),
    );
    const stream = replay(path, { schema: Tick, time: 'ts', watermark: '1 s' });
    const table = read(path, { schema: Tick, time: 'ts' });
    const aggregates = (t: { size: NumExpr<number> }) => ({ first: first(t.size), n: count() });
    const expected = [
      { windowNumber: 1, start: 0n, end: 1000n, first: 1, n: 2 },
      { windowNumber: 2, start: 0n, end: 4000n, first: 2, n: 2 },
    ];
    const bars = [
      await stream.window(countWindow(2)).aggregate(aggregates).rows(),
      await stream.window(countWindow(2)).aggregate(aggregates).final().rows(),
      await table.window(countWindow(2)).aggregate(aggregates).rows(),
    ];
    for (const rows of bars) {
      expect(
        rows.map(({ windowNumber, windowStart, windowEnd, ...row }) => ({
          windowNumber,
          start: windowStart.epochNanoseconds % 1_000_000n,
          end: windowEnd.epochNanoseconds % 1_000_000n,
          first: row.first,
          n: row.n,
        })),
      ).toEqual(expected);
    }
    const sessions = await table
      .window(session({ gap: '1 µs' as '1 us' }))
      .aggregate(aggregates)
      .rows();
    expect(sessions.map(row => [row.first, row.n, row.windowTime.epochNanoseconds % 1_000_000n])).toEqual([
      [1, 3, 999n],
      [3, 1, 3999n],
    ]);
  });
});
