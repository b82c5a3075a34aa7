import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  check,
  count,
  float64,
  generator,
  last,
  schema,
  int32,
  sum,
  tumble,
  webSocket,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';

let host: SessionHost;
beforeEach(() => {
  host = createNodeHost({ threads: 0 });
  setDefaultLink(host.link());
});
afterEach(async () => {
  setDefaultLink(null);
  await host.close();
});

const trades = generator.market({ seed: 3, rows: 4000, disorder: { rate: 0.05, delay: '2 s' } });
const quotes = generator.quotes({ seed: 3, rows: 2000 });

test('bars, joins of two feeds and groups are the same live, replayed and read at once', async () => {
  const bars = trades
    .window(tumble('5 min'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size), close: last(t.price) }));
  const priced = trades.asOfJoin(quotes, { by: 'symbol' });
  for (const query of [
    bars,
    priced,
    trades.groupBy('symbol').aggregate(t => ({ value: sum(t.price.mul(t.size)) })),
  ]) {
    const checked = await check.same(query);
    expect(String(checked)).toBe(`The same live, replayed and read at once: ${checked.rows.batch} rows.`);
    expect(checked.rows.batch).toBeGreaterThan(1);
    expect(await checked.differences.rows()).toEqual([]);
  }
});

test('a query that hangs on more than its input is found out, row by row', async () => {
  let calls = 0;
  const counted = trades
    .where(t => t.size.gt(1500))
    .map(() => ({ call: (calls += 1) }), { returns: schema({ call: int32 }) });
  const checked = await check.same(counted);
  expect(checked.same).toBe(false);
  const { batch } = checked.rows;
  expect(checked.differing).toBe(batch * 4);
  const rows = await checked.differences.rows();
  expect(new Set(rows.map(({ way }) => way))).toEqual(new Set(['replay', 'live']));
  expect(rows.filter(({ way, difference }) => way === 'live' && difference === 'missing')).toHaveLength(
    Math.min(batch, 1000),
  );
  expect(String(checked)).toContain('rows differ');
});

test('recordings stand for live feeds, and a feed without one is named', async () => {
  const live = webSocket('ws://127.0.0.1:9/none', { name: 'ticks', schema: schema({ price: float64 }) });
  const total = live.groupBy().aggregate(t => ({ total: sum(t.price) }));
  await expect(check.same(total)).rejects.toMatchObject({ code: 'MR2202' });
  const { same, rows } = await check.same(total, { sources: { ticks: trades } });
  expect([same, rows.batch]).toEqual([true, 1]);
  await expect(check.same(total, { sources: { ticks: 5 as never } })).rejects.toMatchObject({
    code: 'MR1604',
  });
});
