import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  count,
  desc,
  float64,
  int64,
  max,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import type { SinkConnector } from '../../engine/src/sinks/sink.js';
import { batchRows } from '../support/sourceRows.js';
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

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 5, 9, 0, second));
const trades = () =>
  Table.of(
    {
      ts: [0, 1, 2, 3, 61].map(at),
      symbol: ['A', 'B', 'A', 'A', 'B'],
      size: [10, 20, 30, 0, 5],
    },
    { time: 'ts' },
  ).replay({ time: 'ts', name: 'trades' });

describe('changes', () => {
  it('of groups are the rows that come, change and go', async () => {
    const totals = trades()
      .groupBy('symbol')
      .aggregate(t => ({ total: sum(t.size) }));
    const changes = await totals.changes().rows();
    expect(changes.at(0)).toEqual({ kind: '+I', symbol: 'A', total: 40 });
    expect(await totals.changes().toTable({ key: 'symbol', kind: 'kind' }).rows()).toEqual(
      await totals.rows(),
    );
    expect(await totals.changes({ kind: 'op' }).select('op', 'symbol').head(1)).toEqual([
      { op: '+I', symbol: 'A' },
    ]);
    await expect(totals.changes({ kind: 'total' }).rows()).rejects.toMatchObject({ code: 'MR2180' });
  });

  it('of other tables', async () => {
    const bars = trades()
      .window(tumble('1 min'))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), top: max(t.size) }));
    for (const table of [bars, bars.where(t => t.n.gt(1)), bars.topN(1, { by: t => desc(t.top) })]) {
      const again = table.changes().toTable({ key: ['symbol', 'windowEnd'], kind: 'kind' });
      expect(await again.rows()).toEqual(await table.rows());
    }
    const kept = await trades().keep({ rows: 2 }).changes().rows();
    expect(kept.map(({ kind }) => kind)).toEqual(['+I', '+I', '+I', '+I', '+I']);
    expect(await trades().distinct('symbol').keep().changes().count()).toBe(2);
    const counted = bars
      .changes()
      .groupBy('kind')
      .aggregate(() => ({ n: count() }));
    expect((await counted.rows()).length).toBeGreaterThan(0);
  });
});

const orders = (ops: readonly string[]) =>
  Table.of(
    {
      op: ops,
      id: [1, 2, 1, 2, 1, 3, 2],
      price: [10, 20, 11, 20, 0, 5, 21],
      ts: [0, 1, 2, 3, 4, 5, 6].map(at),
    },
    { schema: schema({ op: string, id: int64, price: float64, ts: timestamp('ms') }) as never, time: 'ts' },
  ).replay({ time: 'ts', name: 'orders' });

describe('toTable', () => {
  it('keeps the last row of each key', async () => {
    const latest = orders(Array<string>(7).fill('')).drop('op').toTable({ key: 'id' });
    expect(await latest.select('id', 'price').rows()).toEqual([
      { id: 1, price: 0 },
      { id: 2, price: 21 },
      { id: 3, price: 5 },
    ]);
    const changes = await latest.changes().select('kind', 'id', 'price').rows();
    expect(changes.map(({ kind, id, price }) => `${kind} ${id} ${price}`)).toEqual([
      '+I 1 10',
      '+I 2 20',
      '-U 1 10',
      '+U 1 11',
      '-U 2 20',
      '+U 2 20',
      '-U 1 11',
      '+U 1 0',
      '+I 3 5',
      '-U 2 20',
      '+U 2 21',
    ]);
  });

  it('drops what changes nothing', async () => {
    const untimed = orders(Array<string>(7).fill('')).drop('op', 'ts').toTable({ key: 'id' });
    const changes = await untimed.changes().rows();
    expect(changes.map(({ kind, id, price }) => `${kind} ${id} ${price}`)).toEqual([
      '+I 1 0',
      '+I 2 21',
      '+I 3 5',
    ]);
  });

  it.each([
    ['+I', '+I', '+U', '-D', '-D', '-D', '+U'],
    ['c', 'r', 'U', 'D', 'd', 'd', 'c'],
    ['INSERT', 'insert', 'UPDATE_AFTER', 'DELETE', 'Delete', 'delete', 'INSERT'],
  ])('does what the rows say: %s', async (...ops) => {
    const table = orders(ops).toTable({ key: 'id', kind: 'op' });
    expect(await table.rows()).toEqual([{ id: 2, price: 21, ts: expect.anything() as unknown }]);
    const { operators } = await table.stats();
    expect(operators.map(({ op, unmatched }) => `${op} ${unmatched}`)).toEqual(['upsert 1']);
    expect(
      await table
        .groupBy()
        .aggregate(t => ({ n: count(), total: sum(t.price) }))
        .rows(),
    ).toEqual([{ n: 1, total: 21 }]);
  });

  it('takes rows away that a condition says', async () => {
    const table = orders(Array<string>(7).fill('')).toTable({ key: 'id', deleted: t => t.price.eq(0) });
    expect((await table.select('id').rows()).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('says what is wrong', async () => {
    const stream = orders(Array<string>(7).fill('?'));
    await expect(stream.toTable({ key: [] }).rows()).rejects.toMatchObject({ code: 'MR2181' });
    await expect(stream.toTable({ key: 'id', kind: 'price' }).rows()).rejects.toMatchObject({
      code: 'MR2182',
    });
    await expect(stream.toTable({ key: 'op', kind: 'op' }).rows()).rejects.toMatchObject({ code: 'MR2182' });
    await expect(stream.toTable({ key: 'id', kind: 'op' }).rows()).rejects.toMatchObject({
      code: 'MR2184',
      message: expect.stringContaining("by '?' in 'op'") as string,
    });
  });

  it('without a key takes rows back by their values', async () => {
    const said = (ops: readonly string[]) =>
      Table.of({ op: ops, id: [1, 1, 1, 1, 2], n: [5, 5, 5, 6, 7] })
        .replay({ name: 'said' })
        .toTable({ kind: 'op' });
    const table = said(['+I', '+I', '-U', '+U', 'c']);
    expect(await table.rows()).toEqual([
      { id: 1, n: 5 },
      { id: 1, n: 6 },
      { id: 2, n: 7 },
    ]);
    expect((await table.changes().rows()).map(({ kind, n }) => `${kind} ${n}`)).toEqual([
      '+I 5',
      '+I 5',
      '-U 5',
      '+U 6',
      '+I 7',
    ]);
    const gone = said(['+I', '+I', '-U', '-D', 'c']).changes();
    expect((await gone.rows()).map(({ kind }) => kind)).toEqual(['+I', '+I', '-D', '-D', '+I']);
    await expect(said(['c', 'c', 'u', 'd', 'c']).rows()).rejects.toMatchObject({ code: 'MR2189' });
  });

  it('goes on into windows, which its rows leave and enter', async () => {
    const table = orders(Array<string>(7).fill('')).drop('op').toTable({ key: 'id' });
    const windows = table.window(tumble('1 min')).aggregate(t => ({ n: count(), total: sum(t.price) }));
    expect(await windows.select('n', 'total').rows()).toEqual([{ n: 3, total: 26 }]);
  });
});

describe('deduplicate', () => {
  const rows = () => orders(Array<string>(7).fill('')).drop('op');

  it('keeps the first or the last row of each key', async () => {
    const first = rows().deduplicate({ by: 'id', keep: 'first' });
    expect(first.kind).toBe('Stream');
    expect((await first.rows()).map(({ id, price }) => `${id} ${price}`)).toEqual(['1 10', '2 20', '3 5']);
    const last = rows().deduplicate({ by: ['id'], keep: 'last' });
    expect(last.kind).toBe('StreamTable');
    expect((await last.rows()).map(({ id, price }) => `${id} ${price}`)).toEqual(['1 0', '2 21', '3 5']);
  });

  it('goes by another order', async () => {
    const least = rows().deduplicate({ by: 'id', keep: 'first', order: t => [t.price, desc(t.ts)] });
    expect(least.kind).toBe('StreamTable');
    expect((await least.rows()).map(({ id, price }) => `${id} ${price}`)).toEqual(['1 0', '2 20', '3 5']);
    const most = least.deduplicate({ by: 'price', keep: 'last', order: t => t.id });
    expect(await most.count()).toBe(3);
    expect(await (await rows().keep().snapshot()).deduplicate({ by: 'id', keep: 'last' }).count()).toBe(3);
  });

  it('of windows', async () => {
    const windows = rows()
      .window(tumble('5 s'))
      .groupBy('id')
      .aggregate(t => ({ top: max(t.price) }))
      .final()
      .deduplicate({ by: 'windowEnd', keep: 'last', within: 'windowEnd', order: t => t.top });
    expect(windows.kind).toBe('Stream');
    expect((await windows.rows()).map(({ id, top }) => `${id} ${top}`)).toEqual(['2 20', '2 21']);
  });
});

test('explain() says how each node tells its rows, and what names one of them', async () => {
  const latest = orders(Array<string>(7).fill('c')).toTable({ key: 'id', kind: 'op' });
  const first = latest.where(t => t.price.gt(1)).topN(1, { by: t => t.price, within: 'ts' });
  const lines = (await first.changes().explain()).split('\n').map(line => line.trim());
  expect(lines).toEqual([
    'logical plan',
    'changes, row kind as kind [append]',
    'top 1 by price within ts [retract, key ts]',
    'filter (price > 1) [retract, key id]',
    'upsert by id, row kind in op [retract, key id]',
    'source orders (values, 4 columns, time ts) [upsert, key id]',
    'physical plan',
    'table (rows in order of arrival)',
    '4 changes as rows [append]',
    '3 top 1 by price within ts (retract) [key ts]',
    '2 filter gt(price, 1) [retract, key id]',
    '1 upsert by id, the last to come, row kind in op (retract) [key id]',
    'source orders (values, held by the clock, watermark highest ts less the disorder of the sample)',
  ]);
  expect(await latest.explain()).toContain(
    '1 upsert by id, the last to come, row kind in op (upsert) [key id]',
  );
  const once = orders(Array<string>(7).fill('c'))
    .deduplicate({ by: 'id', keep: 'first' })
    .distinct('id', 'op');
  expect(await once.explain()).toContain('deduplicate by id, keep first [append, key id]');
  expect((await once.explain({ format: 'data' })).logical.key).toEqual(['id', 'op']);
});

describe("Flink's SQL", () => {
  const sources = { orders: { connector: 'datagen' } };
  const flat = (query: string): string => query.replaceAll(/\s+/g, ' ');
  const rows = () => orders(Array<string>(7).fill(''));

  it('finds rows of keys by their numbers', async () => {
    const first = await rows().deduplicate({ by: 'id', keep: 'first' }).toFlinkSql({ sources });
    expect(first.cannot).toEqual([]);
    expect(flat(first.query)).toContain(
      'ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `ts` ASC) AS `__place`',
    );
    const last = await rows().deduplicate({ by: 'id', keep: 'last' }).toFlinkSql({ sources });
    expect(flat(last.query)).toContain('ORDER BY `ts` DESC) AS `__place` FROM `node0` ) WHERE `__place` = 1');
    expect(last.differs.length).toBe(1);
    const latest = await rows()
      .toTable({ key: ['id', 'op'] })
      .toFlinkSql({ sources });
    expect(latest.cannot).toEqual([]);
    expect(flat(latest.query)).toContain('(PARTITION BY `id`, `op` ORDER BY PROCTIME() DESC)');
  });

  it('has no changelogs', async () => {
    const table = rows().toTable({ key: 'id', kind: 'op' });
    expect((await table.toFlinkSql({ sources })).cannot.map(({ why }) => why).join()).toContain(
      'debezium-json',
    );
    expect((await table.changes().toFlinkSql({ sources })).sql).toBeNull();
  });
});

describe('sort and limit of tables that change', () => {
  const totals = () =>
    orders(Array<string>(7).fill(''))
      .drop('op')
      .groupBy('id')
      .aggregate(t => ({ n: count(), top: max(t.price) }));

  it('show rows in order, and the first of them', async () => {
    const sorted = totals().sort(t => [desc(t.n), desc(t.top)]);
    expect((await sorted.rows()).map(({ id }) => id)).toEqual([2, 1, 3]);
    expect((await sorted.head(2)).map(({ id }) => id)).toEqual([2, 1]);
    expect((await sorted.limit(2).rows()).map(({ id }) => id)).toEqual([2, 1]);
    expect((await sorted.limit(2, 1).rows()).map(({ id }) => id)).toEqual([1, 3]);
    expect(await sorted.limit(2, 1).schema.then(String)).not.toContain('place');
    expect((await sorted.where(t => t.id.ne(1)).rows()).map(({ id }) => id)).toEqual([2, 3]);
    const renamed = sorted.rename({ n: 'times' }).select('id', 'times');
    expect((await renamed.rows()).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect((await sorted.rename({ n: 'times' }).rows()).map(({ id }) => id)).toEqual([2, 1, 3]);
    expect(await totals().limit(2).count()).toBe(2);
    expect((await sorted.snapshot().then(table => table.rows())).map(({ id }) => id)).toEqual([2, 1, 3]);
    expect(
      (
        await orders(Array<string>(7).fill(''))
          .keep()
          .sort(t => t.price)
          .head(2)
      ).map(({ id }) => id),
    ).toEqual([1, 3]);
    expect(await sorted.explain()).toContain('table (key id, shown by n desc, top desc)');
    expect(() => totals().limit(1.5)).toThrow(/MR2188/);
  });

  it('are what is made of them without order', async () => {
    const sorted = totals().sort(t => desc(t.n));
    expect(
      (
        await sorted
          .groupBy('n')
          .aggregate(() => ({ m: count() }))
          .rows()
      ).length,
    ).toBe(2);
    expect(await sorted.changes().count()).toBeGreaterThan(2);
    const bars = orders(Array<string>(7).fill(''))
      .window(tumble('2 s'))
      .aggregate(() => ({ n: count() }));
    expect(
      await bars
        .sort(t => t.n)
        .final()
        .count(),
    ).toBe(4);
  });
});

describe('what reads changes', () => {
  const totals = () =>
    orders(Array<string>(7).fill(''))
      .drop('op')
      .groupBy('id')
      .aggregate(t => ({ n: count(), top: max(t.price) }));

  it('takes them as rows that only come: tables that keep some, and files', async () => {
    const changes = totals().changes();
    expect(await changes.keep({ rows: 2 }).count()).toBe(2);
    const written: string[] = [];
    const sink: SinkConnector = {
      name: 'list',
      open: () =>
        Promise.resolve({
          write: batch => {
            written.push(...batchRows(batch).map(String));
            return Promise.resolve();
          },
          finish: () => Promise.resolve({ rows: written.length, bytes: 0 }),
          abort: () => Promise.resolve(),
        }),
    };
    const other = createSessionHost({
      world,
      connectors: [valuesConnector],
      sinks: [sink],
      defer: setImmediate,
    });
    setDefaultLink(other.link());
    try {
      await changes.writeTo({ sink: 'list', options: {} } as never);
      expect(written.at(0)).toMatch(/^\+I,/);
      const told = written.length;
      expect(told).toBe(await changes.count());
      await totals()
        .sort(t => desc(t.id))
        .writeTo({ sink: 'list', options: {} } as never);
      expect(written.slice(told).map(row => row.split(',')[0])).toEqual(['3', '2', '1']);
    } finally {
      setDefaultLink(host.link());
      await other.close();
    }
  });
});
