import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { float64, int64, read, schema, string, timestamp } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-pattern-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const Tick = schema({ ts: timestamp('s'), symbol: string, price: float64, size: int64.nullable() });

/** Prices, a second each. */
async function ticks(symbol: string, ...prices: readonly number[]) {
  const path = join(folder, `${Math.random()}.csv`);
  const lines = prices.map((price, at) => `${new Date(at * 1000).toISOString()},${symbol},${price},${at}`);
  await writeFile(path, ['ts,symbol,price,size', ...lines].join('\n'));
  return read(path, { schema: Tick, time: 'ts' });
}

it('finds falls that end with a rise, and when', async () => {
  const input = await ticks('ACME', 12, 17, 19, 21, 25, 18, 15, 14, 24, 25, 19);
  const found = input.matchPattern({
    by: 'symbol',
    pattern: 'START DOWN+ UP',
    define: (t, m) => ({
      DOWN: m.last('DOWN', d => d.price, 1).isNull().and(t.price.lt(m.last('START').price)).or(t.price.lt(m.last('DOWN', d => d.price, 1))),
      UP: t.price.gt(m.last('DOWN').price),
    }),
    measures: m => ({
      from: m.first('START').price,
      bottom: m.last('DOWN').price,
      falls: m.count('DOWN'),
      mean: m.avg('DOWN', t => t.price),
      up: m.last('UP').price.sub(m.last('DOWN').price),
    }),
  });
  const rows = await found.rows();
  expect(rows).toEqual([
    { symbol: 'ACME', from: 25, bottom: 14, falls: 3, mean: (18 + 15 + 14) / 3, up: 10, matchTime: rows[0].matchTime },
  ]);
  expect(rows[0].matchTime.epochMilliseconds).toBe(8000);
  expect(await found.explain()).toContain('match by symbol (START DOWN+ UP)');
});

it('asks for the row before with prev()', async () => {
  const input = await ticks('ACME', 3, 2, 1, 4, 5, 3, 6);
  const found = input.matchPattern({
    by: 'symbol',
    pattern: 'DOWN+ UP',
    define: (t, m) => ({ DOWN: t.price.lt(m.prev(t.price)), UP: t.price.gt(m.prev(t.price)) }),
    measures: m => ({ falls: m.count('DOWN'), low: m.min('*', t => t.price), sizes: m.sum('*', t => t.size) }),
  });
  expect((await found.rows()).map(({ falls, low, sizes }) => [falls, low, sizes])).toEqual([
    [2, 1, 6],
    [1, 3, 11],
  ]);
});
