import { describe, expect, it } from 'vitest';
import {
  clock,
  count,
  desc,
  int32,
  max,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  webSocket,
} from '../../engine/src/index.js';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const at = (second: number): Date => new Date(second * 1000);
const tradeTable = Table.of(
  {
    ts: [1, 4, 11, 2, 12, 25].map(at) as never,
    symbol: ['a', 'b', 'a', 'b', 'a', 'b'],
    size: [1, 2, 3, 4, 5, 6],
  },
  { schema: schema({ ts: timestamp('ms'), symbol: string, size: int32 }), time: 'ts' },
);
const trades = tradeTable.replay({ name: 'trades', time: 'ts', watermark: '5 s' });
const quotes = Table.of(
  { ts: [0, 3, 10].map(at) as never, symbol: ['a', 'b', 'a'], bid: [10, 20, 30] },
  { schema: schema({ ts: timestamp('ms'), symbol: string, bid: int32 }), time: 'ts' },
).replay({ name: 'quotes', time: 'ts', watermark: '5 s' });

type Row = Record<string, unknown>;

/** The origins of the row that `pick` finds: what role they have, whether they are exact, and one column of their rows. */
async function told(
  table: { rows(): Promise<unknown[]>; origins(row: never): ReturnType<typeof trades.origins> },
  pick: (row: Row) => boolean,
  column: string,
) {
  const row = ((await table.rows()) as Row[]).find(pick);
  const { origins } = await table.origins(row as never);
  return Promise.all(
    origins.map(async ({ role, exact, rows }) => [
      role,
      exact,
      ((await rows.rows()) as Row[]).map(each => each[column] ?? null),
    ]),
  );
}

describe('origins()', () => {
  it('names the step, and tells the rows of a group', async () => {
    const totals = trades.groupBy('symbol').aggregate(t => ({ total: sum(t.size) }));
    const { step, found, origins } = await totals.origins({ symbol: 'b' });
    expect([step, found, origins.length]).toEqual(['aggregate by symbol: total = sum(size)', 1, 1]);
    expect((await origins[0].rows.rows()).map(({ size }) => size)).toEqual([2, 4, 6]);
  });

  it('goes through what stands behind a window, and on from there', async () => {
    const bars = trades
      .window(tumble('10 s'))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), most: max(t.size) }));
    const top = bars
      .derive(b => ({ twice: b.most.mul(2) }))
      .where(b => b.twice.gt(6))
      .select('twice', 'windowEnd');
    const { origins } = await top.origins({ twice: 10 });
    const rows = await origins[0].rows.rows();
    expect(rows.map(({ size }) => size).sort()).toEqual([3, 5]);
    // The rows are the source's: nothing made them.
    expect(await origins[0].rows.origins(rows[0])).toMatchObject({ found: 1 });
  });

  it('tells both sides of joins', async () => {
    const big = (row: Row): boolean => row.size === 5;
    expect(await told(trades.asOfJoin(quotes, { by: 'symbol' }) as never, big, 'bid')).toEqual([
      ['left', true, [null]],
      ['right', true, [30]],
    ]);
    const near = trades.intervalJoin(quotes, { by: 'symbol', between: ['-3 s', '0 s'] });
    expect(await told(near as never, big, 'bid')).toEqual([
      ['left', true, [null]],
      ['right', true, [30]],
    ]);
    const around = trades.windowJoin(quotes, {
      by: 'symbol',
      around: ['-15 s', '0 s'],
      aggregate: (q: { bid: never }) => ({ best: max(q.bid) }),
    } as never);
    expect(await told(around as never, big, 'bid')).toEqual([
      ['left', true, [null]],
      ['right', true, [10, 30]],
    ]);
  });

  it('tells which inputs have a row', async () => {
    const same = trades.where(t => t.size.gt(3));
    expect(await told(trades.unionAll(same) as never, row => row.size === 3, 'size')).toEqual([
      ['input', true, [3]],
      ['input', true, []],
    ]);
    expect(await told(trades.distinct('symbol') as never, row => row.symbol === 'b', 'size')).toEqual([
      ['input', true, [2, 4, 6]],
    ]);
    expect(
      await told(
        tradeTable.topN(1, { by: t => desc(t.size), within: 'symbol' }) as never,
        row => row.symbol === 'b',
        'size',
      ),
    ).toEqual([['input', true, [6]]]);
  });

  it('says why it tells nothing', async () => {
    await expect(trades.origins({ size: 77 })).rejects.toThrow(/MR2232/);
    await expect(trades.origins({ sise: 1 } as never)).rejects.toThrow(/Did you mean 'size'/);
  });

  it('tells what was known when the clock stood where it stands', async () => {
    const totals = trades.groupBy('symbol').aggregate(t => ({ total: sum(t.size) }));
    await clock.start({ at: '1970-01-01T00:00:11.5Z', speed: 1 });
    await clock.pause();
    await clock.seek('1970-01-01T00:00:11.5Z');
    const { origins } = await totals.origins({ symbol: 'b' });
    expect((await origins[0].rows.rows()).map(({ size }) => size)).toEqual([2, 4]);
  });

  it('says that the past of a live feed is not kept', async () => {
    const server = new WebSocketServer({ port: 0 });
    try {
      const { port } = server.address() as AddressInfo;
      const feed = webSocket(`ws://127.0.0.1:${port}`, {
        schema: schema({ ts: timestamp('ms'), size: int32 }),
        time: 'ts',
      });
      await expect(feed.origins({ size: 1 })).rejects.toThrow(/MR2231.*live feed/);
    } finally {
      server.close();
    }
  });
});
