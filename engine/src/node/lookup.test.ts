import { describe, expect, test } from 'vitest';
import { count, float64, int64, lookup, schema, string, Table } from './index.js';

const PEOPLE = [
  { id: 'a', name: 'Ann', age: 30 },
  { id: 'b', name: 'Bob', age: 40 },
  { id: 'b', name: 'Ben', age: 41 },
];

/** A lookup of people that notes the keys that it is asked for. */
function people() {
  const asked: string[] = [];
  const found = lookup(
    'people',
    { by: schema({ id: string }), returns: schema({ name: string, age: int64 }) },
    async keys => {
      asked.push(...keys.map(key => key.id));
      await new Promise(resolve => setTimeout(resolve, 1));
      return PEOPLE.filter(row => keys.some(key => key.id === row.id));
    },
  );
  return { asked, found };
}

const orders = Table.of(
  {
    ts: [1, 2, 3, 4, 5].map(second => new Date(second * 1000)),
    customer: ['b', 'x', 'a', null, 'b'],
    name: ['one', 'two', 'three', 'four', 'five'],
  },
  { time: 'ts' },
);

describe('a lookup by a function', () => {
  test('gives each row the rows of its key, with NULLs where there are none', async () => {
    const { asked, found } = people();
    const joined = orders.lookupJoin(found, { by: { customer: 'id' } });
    expect((await joined.rows()).map(row => [row.name, row.name_right, row.age])).toEqual([
      ['one', 'Bob', 40],
      ['one', 'Ben', 41],
      ['two', null, null],
      ['three', 'Ann', 30],
      ['four', null, null],
      ['five', 'Bob', 40],
      ['five', 'Ben', 41],
    ]);
    // Equal keys are asked for once, NULL never.
    expect(asked).toEqual(['b', 'x', 'a']);
    const inner = orders.lookupJoin(found, { by: { customer: 'id' }, how: 'inner', suffix: '_of' });
    expect((await inner.rows()).map(row => row.name_of)).toEqual(['Bob', 'Ben', 'Ann', 'Bob', 'Ben']);
  });

  test('a stream stays one, and its windows close', async () => {
    const { found } = people();
    const trades = orders.replay({ time: 'ts', name: 'trades' });
    const joined = trades.lookupJoin(found, { by: { customer: 'id' }, how: 'inner' });
    const counts = joined.groupBy('name_right').aggregate(() => ({ n: count() }));
    expect((await counts.rows()).map(row => [row.name_right, row.n]).sort()).toEqual([
      ['Ann', 1],
      ['Ben', 2],
      ['Bob', 2],
    ]);
  });

  test('a cache keeps answers, those of no rows as well, and forgets those used longest ago', async () => {
    const { asked, found } = people();
    const joined = orders.lookupJoin(found, { by: { customer: 'id' }, cache: { rows: 10 } });
    await joined.rows();
    await joined.rows();
    expect(asked).toEqual(['b', 'x', 'a']);
    const small = people();
    const few = orders.lookupJoin(small.found, { by: { customer: 'id' }, cache: { rows: 1 } });
    await few.rows();
    await few.rows();
    expect(small.asked).toEqual(['b', 'x', 'a', 'b', 'x']);
  });

  test('what fails is said, and keys have to be those that are taken', async () => {
    const broken = lookup(
      'broken',
      { by: schema({ id: string }), returns: schema({ name: string }) },
      async () => Promise.reject(new Error('no way')),
    );
    await expect(orders.lookupJoin(broken, { by: { customer: 'id' } }).rows()).rejects.toThrow(
      /MR1801.*no way/,
    );
    const { found } = people();
    expect(() => orders.lookupJoin(found, { by: { customer: 'name' } })).toThrow(/MR2174/);
    const numbers = lookup(
      'numbers',
      { by: schema({ id: float64 }), returns: schema({ name: string }) },
      async () => Promise.resolve([]),
    );
    await expect(orders.lookupJoin(numbers, { by: { customer: 'id' } }).rows()).rejects.toThrow(/MR2150/);
    const changing = orders
      .replay({ time: 'ts' })
      .groupBy('customer')
      .aggregate(() => ({ n: count() }));
    await expect(changing.lookupJoin(found, { by: { customer: 'id' } }).rows()).rejects.toThrow(/MR2172/);
  });
});
