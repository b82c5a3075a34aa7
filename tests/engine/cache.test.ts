import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import {
  count,
  first,
  generator,
  int64,
  last,
  lag,
  schema,
  sum,
  Table,
  timestamp,
  tumble,
  udf,
} from '../../engine/src/index.js';

let host: SessionHost;
let link: HostLink;
beforeAll(() => {
  host = createNodeHost();
  link = host.link();
  setDefaultLink(link);
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
});

const used = async () => (await link.request({ type: 'stats' })).memory.usedBytes;
const readers = async () => (await link.request({ type: 'stats' })).sources.length;

it('computes a table once, however many plans read it, until it is given up', async () => {
  let calls = 0;
  const counted = udf('counted', { args: [int64], returns: int64 }, n => {
    calls++;
    return n * 2;
  });
  const table = Table.of({ n: [1, 2, 3, null] });
  const doubled = table.derive(t => ({ m: counted(t.n) }));
  const cached = doubled.cache();
  const expected = [
    { n: 1, m: 2 },
    { n: 2, m: 4 },
    { n: 3, m: 6 },
    { n: null, m: null },
  ];
  expect(await cached.rows()).toEqual(expected);
  expect(await cached.where(t => t.n.gt(1)).count()).toBe(2);
  expect(
    await cached
      .cache()
      .derive(t => ({ k: t.m.add(1) }))
      .select('k')
      .rows(),
  ).toEqual([{ k: 3 }, { k: 5 }, { k: 7 }, { k: null }]);
  expect(
    await cached
      .groupBy()
      .aggregate(t => ({ total: sum(t.m) }))
      .rows(),
  ).toEqual([{ total: 12 }]);
  expect(calls).toBe(3);
  expect((await cached.toFlinkSql()).cannot.map(({ why }) => why).join()).toContain("'values'");
  expect(await cached.explain()).toMatch(/source cached values \(cached/);
  expect(await used()).toBeGreaterThan(0);
  await cached.uncache();
  expect(await used()).toBe(0);
  expect(await cached.rows()).toEqual(expected);
  expect(calls).toBe(6);
  expect(await cached.explain()).toMatch(/cache|project/);
});

it('gives the same as without, late rows, order and windows included', async () => {
  const times = Array.from({ length: 500 }, (_, i) => new Date(Date.UTC(2026, 0, 5, 9, 0, (i * 37) % 400)));
  const events = Table.of(
    { ts: times as never, n: times.map((_, i) => i), k: times.map((_, i) => i % 3) },
    { schema: schema({ ts: timestamp('us'), n: int64, k: int64 }), time: 'ts' },
  );
  const late = (table: typeof events) => [
    table
      .window(tumble('1 min'))
      .groupBy('k')
      .aggregate(t => ({ n: count(), first: first(t.n), last: last(t.n) })),
    table
      .rolling({ by: 'k' })
      .derive(t => ({ before: lag(t.n) }))
      .where(t => t.n.gt(100)),
    table.groupBy('k').aggregate(t => ({ last: last(t.n) })),
    table.sort(t => t.n).limit(5),
  ];
  const source = {
    ...events.plan,
    time: { column: 'ts', boundUs: 50e6, idleTimeoutUs: null, sequence: 'n' },
  };
  const strict = new Table<{ ts: never; n: number; k: number }>(
    Object.freeze(source) as never,
  ) as unknown as typeof events;
  const plain = late(strict.where(t => t.n.mod(7).ne(0)));
  const cached = late(strict.where(t => t.n.mod(7).ne(0)).cache());
  for (const [at, table] of plain.entries()) expect(await cached[at].rows()).toEqual(await table.rows());
  const bars = late(strict)[0] as unknown as Table<{ windowEnd: never; n: number; k: number }>;
  const again = (table: typeof bars) =>
    table
      .window(tumble('2 min'))
      .groupBy('k')
      .aggregate(t => ({ n: sum(t.n) }))
      .rows();
  expect(await again(bars.cache())).toEqual(await again(bars));
});

it('is given up with the cells that asked for it, and not before', async () => {
  const { plan } = Table.of({ n: [1, 2, 3] }).where(t => t.n.gt(1));
  const before = await used();
  const cache = { kind: 'cache', input: plan, over: 'table' } as const;
  for (const owner of ['one', 'two']) await link.request({ type: 'cache', plan: cache, owner });
  const read = { type: 'read', plan: cache, limit: null, current: false } as const;
  expect((await link.request(read)).rows).toBe(2);
  expect(await used()).toBeGreaterThan(before);
  await link.request({ type: 'releaseOwner', owner: 'one' });
  expect(await used()).toBeGreaterThan(before);
  await link.request({ type: 'releaseOwner', owner: 'two' });
  expect(await used()).toBe(before);
  expect((await link.request(read)).rows).toBe(2);
});

it('tells whoever reads what went wrong, and tries again', async () => {
  let fails = true;
  const shaky = udf('shaky', { args: [int64], returns: int64 }, n => {
    if (fails) throw new Error('not yet');
    return n;
  });
  const cached = Table.of({ n: [1] })
    .derive(t => ({ m: shaky(t.n) }))
    .cache();
  await expect(cached.rows()).rejects.toThrow(/MR1801.*not yet/s);
  fails = false;
  expect(await cached.rows()).toEqual([{ n: 1, m: 1 }]);
});

it('keeps a table current while nobody looks, and its readers start from its state', async () => {
  const totals = generator
    .market({ seed: 3, rows: 20_000, symbols: ['A', 'B'], day: '2026-01-05' })
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size) }));
  const expected = await totals.rows();
  const cached = totals.cache();
  expect((await cached.rows()).sort((a, b) => (a.symbol < b.symbol ? -1 : 1))).toEqual(
    expected.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  );
  expect(await readers()).toBe(1);
  expect((await cached.stats()).state).toBe('ended');
  expect(await cached.index('symbol').get('A')).toEqual(expected.find(row => row.symbol === 'A'));
  expect(await cached.where(t => t.symbol.eq('B')).count()).toBe(1);
  await cached.uncache();
});
