import { describe, expect, test } from 'vitest';
import { asc, count, sum, Table, tumble } from './index.js';

const orders = Table.of({
  id: [1, 2, 3, 4],
  customer: ['b', 'a', null, 'x'],
  amount: [10, 20, 30, 40],
});
const customers = Table.of({ id: ['a', 'b', 'c'], name: ['Ann', 'Bob', 'Cy'], amount: [5, 15, 25] });

describe('join of tables', () => {
  test('rows come in the order of the left ones', async () => {
    const inner = orders.join(customers, { by: { customer: 'id' } });
    expect(await inner.rows()).toEqual([
      { id: 1, customer: 'b', amount: 10, name: 'Bob', amount_right: 15 },
      { id: 2, customer: 'a', amount: 20, name: 'Ann', amount_right: 5 },
    ]);
    const left = orders.join(customers, { by: { customer: 'id' }, how: 'left' });
    expect((await left.rows()).map(row => [row.id, row.name])).toEqual([
      [1, 'Bob'],
      [2, 'Ann'],
      [3, null],
      [4, null],
    ]);
    const full = orders.join(customers, {
      by: { customer: 'id' },
      how: 'full',
      where: (o, c) => o.amount.gt(c.amount),
    });
    expect((await full.rows()).map(row => [row.id, row.customer, row.name])).toEqual([
      [1, 'b', null],
      [2, 'a', 'Ann'],
      [3, null, null],
      [4, 'x', null],
      [null, 'b', 'Bob'],
      [null, 'c', 'Cy'],
    ]);
    const semi = orders.join(customers, { by: { customer: 'id' }, how: 'semi' });
    expect((await semi.rows()).map(row => row.id)).toEqual([1, 2]);
    const anti = orders.join(customers, { by: { customer: 'id' }, how: 'anti' });
    expect((await anti.rows()).map(row => row.id)).toEqual([3, 4]);
  });

  test('without keys every row meets every other', async () => {
    const pairs = orders
      .select('id')
      .join(customers.select('name'), { where: (o, c) => o.id.eq(1).and(c.name.ne('Ann')) });
    expect(await pairs.rows()).toEqual([
      { id: 1, name: 'Bob' },
      { id: 1, name: 'Cy' },
    ]);
  });

  test('joins chain, and a table joins itself', async () => {
    const sizes = orders.groupBy('customer').aggregate(o => ({ total: sum(o.amount) }));
    const all = orders
      .join(customers, { by: { customer: 'id' }, how: 'left' })
      .join(sizes, { by: 'customer', how: 'left' })
      .join(orders.select('id', 'amount'), { by: 'id', suffix: '_self' })
      .sort(row => asc(row.id));
    expect((await all.rows()).map(row => [row.id, row.name, row.total, row.amount_self])).toEqual([
      [1, 'Bob', 10, 10],
      [2, 'Ann', 20, 20],
      [3, null, null, 30],
      [4, null, 40, 40],
    ]);
  });
});

test('streams join into a table that changes', async () => {
  const trades = orders.replay({});
  const known = customers.replay({});
  const joined = trades.join(known, { by: { customer: 'id' }, how: 'left' });
  expect((await joined.rows()).map(row => [row.id, row.name]).sort()).toEqual([
    [1, 'Bob'],
    [2, 'Ann'],
    [3, null],
    [4, null],
  ]);
  const totals = trades.groupBy('customer').aggregate(o => ({ total: sum(o.amount) }));
  const named = totals.join(known, { by: { customer: 'id' }, how: 'anti' });
  expect((await named.rows()).map(row => [row.customer, row.total])).toEqual([
    [null, 30],
    ['x', 40],
  ]);
  expect(await joined.explain()).toContain('left join by customer = id');
});

describe('set operations', () => {
  const a = Table.of({ k: ['x', 'y', null, 'x', 'z'], n: [1, 2, null, 1, 3] });
  const b = Table.of({ n: [1.5, 1, null, 2], k: ['x', 'x', null, 'w'] });

  test('of tables, whose columns are brought together', async () => {
    expect(await a.intersect(b).rows()).toEqual([
      { k: 'x', n: 1 },
      { k: null, n: null },
    ]);
    expect(await a.intersect(b, { all: true }).rows()).toEqual([
      { k: 'x', n: 1 },
      { k: null, n: null },
    ]);
    expect(await a.except(b).rows()).toEqual([
      { k: 'y', n: 2 },
      { k: 'z', n: 3 },
    ]);
    expect(await a.except(b, { all: true }).rows()).toEqual([
      { k: 'x', n: 1 },
      { k: 'y', n: 2 },
      { k: 'z', n: 3 },
    ]);
    expect(await a.union(b, b).count()).toBe(6);
  });

  test('of streams, and of tables that change', async () => {
    const [left, right] = [a.replay({ name: 'left' }), b.replay({ name: 'right' })];
    expect((await left.except(right).rows()).map(row => row.k).sort()).toEqual(['y', 'z']);
    const sums = left.groupBy('k').aggregate(t => ({ n: sum(t.n) }));
    const others = right.groupBy('k').aggregate(t => ({ n: sum(t.n) }));
    expect((await sums.except(others).rows()).map(row => [row.k, row.n]).sort()).toEqual([
      ['x', 2],
      ['y', 2],
      ['z', 3],
    ]);
    expect(await left.union(right).rows()).toHaveLength(6);
  });

  test('columns have to be the same', async () => {
    await expect(a.except(a.drop('n') as never).rows()).rejects.toThrow(/except\(\) needs the same columns/);
  });
});

test('a lookup keeps a stream a stream', async () => {
  const trades = Table.of({
    ts: [1, 2, 3].map(second => new Date(second * 1000)),
    customer: ['b', 'a', 'x'],
  }).replay({ name: 'trades', time: 'ts' });
  const named = trades.lookupJoin(customers, { by: { customer: 'id' } });
  expect((await named.rows()).map(row => [row.customer, row.name])).toEqual([
    ['b', 'Bob'],
    ['a', 'Ann'],
    ['x', null],
  ]);
  const windows = await named
    .window(tumble('2 s'))
    .groupBy('name')
    .aggregate(() => ({ n: count() }))
    .rows();
  expect(windows.map(row => row.n)).toEqual([1, 1, 1]);
  const known = trades.lookupJoin(
    trades.groupBy('customer').aggregate(() => ({ seen: count() })),
    {
      by: 'customer',
      how: 'inner',
    },
  );
  expect((await known.rows()).length).toBe(0);
  await expect(
    trades
      .groupBy('customer')
      .aggregate(() => ({ n: count() }))
      .lookupJoin(customers, { by: { customer: 'id' } })
      .rows(),
  ).rejects.toThrow(/MR2172/);
});

test('joins and set operations are said in Flink', async () => {
  const sources = { a: 'tableA', b: 'tableB' };
  const [left, right] = [orders.replay({ name: 'a' }), customers.replay({ name: 'b' })];
  const { sql, cannot } = await left
    .join(right, { by: { customer: 'id' }, how: 'full', where: (o, c) => o.amount.gt(c.amount) })
    .toFlinkSql({ sources });
  expect(cannot).toEqual([]);
  expect(sql).toContain(
    'FULL JOIN (SELECT `id` AS `right.id`, `name` AS `right.name`, `amount` AS `right.amount` FROM `node1`) ' +
      'ON (`left.customer` = `right.id`) AND ((`left.amount` > `right.amount`))',
  );
  expect(sql).toContain('COALESCE(`left.customer`, `right.id`) AS `customer`');
  const anti = await left.join(right, { by: { customer: 'id' }, how: 'anti' }).toFlinkSql({ sources });
  expect(anti.sql).toContain('WHERE NOT EXISTS (SELECT 1 FROM (SELECT');
  const names = left.select('customer').except(right.derive(c => ({ customer: c.id })).select('customer'), {
    all: true,
  });
  expect((await names.toFlinkSql({ sources })).sql).toContain('EXCEPT ALL');
});
