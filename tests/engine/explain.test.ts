import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  avg,
  count,
  first,
  float64,
  hop,
  last,
  max,
  sum,
  Table,
  tumble,
  vwap,
} from '../../engine/src/index.js';
import type { Collection } from '../../engine/src/dsl/collection.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld } from '../support/virtualWorld.js';

const world = virtualWorld('.');
let host: SessionHost;

beforeAll(() => {
  host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
  setDefaultLink(host.link());
});

afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
});

interface Trade {
  readonly ts: Date;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

const table = Table.of<Trade>({ ts: [new Date(0)], symbol: ['A'], price: [1.5], size: [2] }, { time: 'ts' });
const trades = table.replay({ time: 'ts', name: 'trades', watermark: '2 s' });
const more = table.replay({ time: 'ts', name: 'more', watermark: '500 ms', idleTimeout: '5 s' });
const bars = trades
  .window(tumble('1 min'), { allowedLateness: '10 s' })
  .groupBy('symbol')
  .aggregate(t => ({ open: first(t.price), close: last(t.price), vwap: vwap(t.price, t.size), n: count() }));

const PLANS: Readonly<Record<string, Collection<never, never>>> = {
  'a table': table,
  'a stream': trades,
  'rows that are kept': trades.keep({ last: '1 h', rows: 1000 }),
  'a filter and new columns': trades
    .where(t => t.size.gt(100))
    .derive(t => ({ notional: t.price.mul(t.size) })),
  'columns chosen and renamed': trades.drop('size').rename({ price: 'px' }),
  groups: trades.groupBy('symbol').aggregate(t => ({ total: sum(t.size), top: max(t.price) })),
  'groups with a time to live': trades
    .groupBy('symbol')
    .aggregate(t => ({ total: sum(t.size) }), { ttl: '1 h' }),
  bars: bars,
  'final bars': bars.final(),
  'final bars that are filtered': bars.where(t => t.n.gt(10)).final(),
  'bars of bars': bars
    .final()
    .window(tumble('5 min'))
    .groupBy('symbol')
    .aggregate(t => ({ close: last(t.close) })),
  'hopping windows': trades
    .window(hop({ size: '10 s', slide: '1 s' }))
    .aggregate(t => ({ mean: avg(t.price) })),
  'groups over groups': trades
    .groupBy('symbol')
    .aggregate(t => ({ total: sum(t.size) }))
    .groupBy('total')
    .aggregate(() => ({ symbols: count() })),
  'a union of streams': trades
    .unionAll(more)
    .window(tumble('1 min'))
    .aggregate(() => ({ n: count() })),
  'a union whose columns are brought together': trades.unionAll(
    more.derive(t => ({ size: t.size.cast(float64) })) as unknown as typeof more,
  ),
  'a union of a stream with a part of itself': trades.unionAll(trades.where(t => t.size.gt(100))),
  'a union of updating tables': bars.unionAll(bars.where(t => t.n.gt(10))),
} as never;

test.each(Object.entries(PLANS))('explains %s', async (name, plan) => {
  await expect(`${await plan.explain()}\n`).toMatchFileSnapshot(
    `./golden/explain/${name.replaceAll(' ', '-')}.txt`,
  );
});

test('unions of different columns or types say what to write', async () => {
  const other = Table.of({ ts: [new Date(0)], Symbol: ['A'], price: [1.5], size: [2] }).replay({
    time: 'ts',
    name: 'other',
  });
  await expect(trades.unionAll(other as never).explain()).rejects.toMatchObject({
    code: 'MR2115',
    message: expect.stringContaining("input 2 has no 'symbol', and input 1 has no 'Symbol'") as string,
  });
  const text = trades.derive(t => ({ price: t.symbol })) as unknown as typeof trades;
  await expect(trades.unionAll(text).explain()).rejects.toMatchObject({
    code: 'MR2116',
    message: expect.stringContaining("column 'price' together: it is float64 and string") as string,
  });
  const windowed = trades.groupBy('symbol').window(tumble('1 min'));
  expect(() => windowed.aggregate(() => ({ n: count() }), { ttl: '1 h' })).toThrow(/MR1330/);
});
