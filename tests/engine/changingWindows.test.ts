import { describe, expect, it } from 'vitest';
import {
  approxCountDistinct,
  count,
  countDistinct,
  cumulate,
  float64,
  int32,
  schema,
  session,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  volumeBars,
} from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const Order = schema({ ts: timestamp('ms'), id: int32, symbol: string, size: float64, op: string });

type Line = readonly [second: number, id: number, symbol: string, size: number, op: string];

/** Orders as they change. */
const ordersOf = (lines: readonly Line[]) =>
  Table.of(
    {
      ts: lines.map(([second]) => `1970-01-01T00:00:${String(second).padStart(2, '0')}Z`) as never,
      id: lines.map(line => line[1]),
      symbol: lines.map(line => line[2]),
      size: lines.map(line => line[3]),
      op: lines.map(line => line[4]),
    },
    { schema: Order, time: 'ts' },
  )
    .replay({ name: 'orders', time: 'ts', watermark: '3 s' })
    .toTable({ key: 'id', kind: 'op' });

const LINES: readonly Line[] = [
  [1, 1, 'a', 10, '+I'],
  [4, 2, 'a', 20, '+I'],
  [7, 3, 'a', 30, '+I'],
  // What held the session together goes, and then comes again under another number.
  [4, 2, 'a', 20, '-D'],
  [8, 4, 'b', 5, '+I'],
  [7, 3, 'a', 35, '+U'],
  [30, 5, 'a', 1, '+I'],
  // Too late.
  [7, 3, 'a', 35, '-D'],
];
const second = (time: { epochMilliseconds: number }): number => time.epochMilliseconds / 1000;

describe('windows over a table whose rows change', () => {
  it('has the sessions of the rows that are left', async () => {
    const sessions = ordersOf(LINES)
      .window(session({ gap: '4 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), size: sum(t.size), sizes: approxCountDistinct(t.size) }));
    const expected = [
      ['a', 1, 5, 1, 10, 1],
      ['a', 7, 11, 1, 35, 1],
      ['a', 30, 34, 1, 1, 1],
      ['b', 8, 12, 1, 5, 1],
    ];
    for (const table of [sessions, sessions.final()]) {
      const rows = await table.rows();
      const found = rows.map(row => [
        row.symbol,
        second(row.windowStart),
        second(row.windowEnd),
        row.n,
        row.size,
        row.sizes,
      ]);
      expect(found.sort((a, b) => `${a[0]}`.localeCompare(`${b[0]}`) || Number(a[1]) - Number(b[1]))).toEqual(
        expected,
      );
    }
    const text = await sessions.explain();
    expect(String(text)).toMatch(/sessions by symbol, gap 4 s.*of rows that may be taken back/);
  });

  it('has the bars of the rows that are left', async () => {
    const bars = ordersOf(LINES)
      .window(volumeBars(40))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), size: sum(t.size) }));
    const rows = await bars.rows();
    expect(
      rows.map(row => [row.symbol, row.windowNumber, row.windowComplete, row.n, row.size]).sort(),
    ).toEqual([
      ['a', 1, true, 2, 45],
      ['a', 2, false, 1, 1],
      ['b', 1, false, 1, 5],
    ]);
  });

  it('tells late rows as changes', async () => {
    const late = ordersOf(LINES)
      .window(tumble('5 s'))
      .groupBy('symbol')
      .aggregate(() => ({ n: count() })).late;
    expect((await late.rows()).map(({ kind, id, size }) => [kind, id, size])).toEqual([['-D', 3, 35]]);
    const ofSessions = ordersOf(LINES)
      .window(session({ gap: '4 s' }))
      .aggregate(() => ({ n: count() })).late;
    expect((await ofSessions.rows()).map(({ kind, id }) => [kind, id])).toEqual([['-D', 3]]);
  });

  it('cannot be said as sessions of Flink', async () => {
    const { cannot } = await ordersOf(LINES)
      .window(session({ gap: '4 s' }))
      .aggregate(t => ({ n: approxCountDistinct(t.size) }))
      .toFlinkSql({ sources: { orders: { connector: 'datagen' } } });
    expect(cannot.map(({ why }) => why)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('sessions of rows that may be taken back'),
        'approxCountDistinct() takes no row back in Flink',
      ]),
    );
  });

  it('has no group in the windows to come of which a row was taken back after a window was told', async () => {
    const bars = ordersOf([
      [2, 1, 'a', 10, '+I'],
      [9, 2, 'b', 1, '+I'],
      // The first window is over; the others have the row no more.
      [2, 1, 'a', 10, '-D'],
      [30, 3, 'c', 1, '+I'],
    ])
      .window(cumulate({ size: '20 s', step: '5 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), sizes: countDistinct(t.size) }));
    const expected = [
      ['a', 5, 1, 1],
      ['b', 10, 1, 1],
      ['b', 15, 1, 1],
      ['b', 20, 1, 1],
      ['c', 35, 1, 1],
      ['c', 40, 1, 1],
    ];
    for (const table of [bars, bars.final()]) {
      const rows = await table.rows();
      const made = rows.map(({ symbol, windowEnd, n, sizes }) => [symbol, second(windowEnd), n, sizes]);
      expect(made.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual(expected);
    }
  });
});
