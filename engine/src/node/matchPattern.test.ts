import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { count, float64, int64, max, read, schema, string, timestamp, tumble } from './index.js';

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
      DOWN: m
        .last('DOWN', d => d.price, 1)
        .isNull()
        .and(t.price.lt(m.last('START').price))
        .or(t.price.lt(m.last('DOWN', d => d.price, 1))),
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
    {
      symbol: 'ACME',
      from: 25,
      bottom: 14,
      falls: 3,
      mean: (18 + 15 + 14) / 3,
      up: 10,
      matchTime: rows[0].matchTime,
    },
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
    measures: m => ({
      falls: m.count('DOWN'),
      low: m.min('*', t => t.price),
      sizes: m.sum('*', t => t.size),
    }),
  });
  expect((await found.rows()).map(({ falls, low, sizes }) => [falls, low, sizes])).toEqual([
    [2, 1, 6],
    [1, 3, 11],
  ]);
});

it('skips as it is told, and says where it cannot', async () => {
  const input = await ticks('ACME', 1, 2, 3, 4, 3, 2, 1, 2);
  const falls = (afterMatch: Parameters<typeof input.matchPattern>[0]['afterMatch']) =>
    input
      .matchPattern({
        pattern: 'A B+',
        define: (t, m) => ({ B: t.price.lt(m.last('*', each => each.price, 1)) }),
        measures: m => ({ from: m.first('A').price, to: m.last('B').price, n: m.count('*') }),
        afterMatch: afterMatch as 'skip to next row',
      })
      .drop('matchTime')
      .rows();
  expect(await falls('skip past last row')).toEqual([{ from: 4, to: 1, n: 4 }]);
  expect(await falls('skip to next row')).toEqual([
    { from: 4, to: 1, n: 4 },
    { from: 3, to: 1, n: 3 },
    { from: 2, to: 1, n: 2 },
  ]);
  expect(await falls({ skipToLast: 'B' })).toEqual([{ from: 4, to: 1, n: 4 }]);
  await expect(falls({ skipToFirst: 'A' })).rejects.toThrow(/MR2199 .*first row of the match/);
});

it('takes as many rows as it can, or as few, and ends a greedy last label with the input', async () => {
  const input = await ticks('ACME', 5, 1, 1, 1);
  const counted = (pattern: string) =>
    input
      .matchPattern({
        pattern,
        define: t => ({ LOW: t.price.lt(2) }),
        measures: m => ({ n: m.count('LOW'), at: m.last('*', t => t.size) }),
      })
      .rows();
  expect((await counted('LOW+')).map(({ n, at }) => [n, at])).toEqual([[3, 3]]);
  expect((await counted('LOW+?')).map(({ n, at }) => [n, at])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  expect((await counted('ANY LOW{,2}')).map(({ n }) => n)).toEqual([2, 0]);
  expect((await counted('(LOW LOW | ANY)')).map(({ n }) => n)).toEqual([0, 2, 0]);
});

it('is over within a span of event time, which its end does not belong to', async () => {
  const input = await ticks('ACME', 1, 2, 3, 4, 5);
  const runs = input.matchPattern({
    pattern: 'A B*',
    define: (t, m) => ({ B: t.price.gt(m.last('*', each => each.price, 1)) }),
    measures: m => ({ from: m.first('A').price, n: m.count('*') }),
    within: '3 s',
  });
  expect((await runs.rows()).map(({ from, n }) => [from, n])).toEqual([
    [1, 3],
    [4, 2],
  ]);
});

it('goes by the order of rows that have no event time, and has no time then', async () => {
  const path = join(folder, 'untimed.csv');
  await writeFile(path, 'name\na\nb\na\na\nb');
  const found = read(path, { schema: schema({ name: string }) }).matchPattern({
    pattern: 'A B',
    define: t => ({ A: t.name.eq('a'), B: t.name.eq('b') }),
    measures: m => ({ pair: m.last('A').name.concat(m.last('B').name) }),
  });
  expect(await found.rows()).toEqual([{ pair: 'ab' }, { pair: 'ab' }]);
});

it('matches windows, and cuts matches into windows', async () => {
  const table = await ticks('ACME', 5, 4, 3, 6, 7, 2, 8, 9, 1, 1, 1, 1);
  const input = table.replay({ name: 'ticks', time: 'ts', watermark: '1 s' });
  const highs = input
    .window(tumble('2 s'))
    .aggregate(t => ({ high: max(t.price) }))
    .final();
  const rises = highs.matchPattern({
    pattern: 'A UP+',
    define: (w, m) => ({ UP: w.high.gt(m.last('*', each => each.high, 1)) }),
    measures: m => ({ from: m.first('A').high, to: m.last('UP').high, began: m.first('A').windowStart }),
  });
  expect((await rises.rows()).map(({ from, to, began }) => [from, to, began.epochMilliseconds])).toEqual([
    [5, 9, 0],
  ]);
  const counted = input
    .matchPattern({
      pattern: 'A UP',
      define: (t, m) => ({ UP: t.price.gt(m.last('A').price) }),
      measures: m => ({ to: m.last('UP').price }),
    })
    .window(tumble('5 s'))
    .aggregate(() => ({ n: count() }))
    .final();
  expect((await counted.rows()).map(({ n }) => n)).toEqual([1, 1]);
});

it('takes the same value again, and a comparison that is thrown away for a mistake', async () => {
  const input = await ticks('ACME', 1, 2, 3, 1);
  const found = input.matchPattern({
    pattern: 'A+ B',
    define: (t, m) => ({
      A: m.sum('A', a => a.price.mul(2)).le(6),
      B: t.price.mul(2).gt(m.avg('A', a => a.price.mul(2))),
    }),
    measures: m => ({ total: m.sum('A', a => a.price.mul(2)), mean: m.avg('A', a => a.price.mul(2)) }),
  });
  expect((await found.rows()).map(({ total, mean }) => [total, mean])).toEqual([[6, 3]]);
  expect(() =>
    input.matchPattern({
      pattern: 'A',
      define: t => ({ A: t.price.gt(1) && t.price.lt(3) }),
      measures: m => ({ n: m.count('A') }),
    }),
  ).toThrow(/MR1301 in matchPattern/);
});

it('says what Flink cannot', async () => {
  const input = await ticks('ACME', 1);
  const sources = { sources: { [(input.plan as { name: string }).name]: { connector: 'datagen' } } };
  const printed = await input
    .matchPattern({
      by: 'symbol',
      pattern: 'A (B | C) A*',
      define: (t, m) => ({ A: t.price.gt(m.avg(['A', 'B'], each => each.price)) }),
      measures: m => ({ n: m.count('A') }),
      within: '90 s',
    })
    .toFlinkSql(sources);
  expect(printed.sql).toBeNull();
  expect(printed.cannot.map(({ why }) => why)).toEqual([
    'groups, alternatives and PERMUTE have no counterpart in Flink',
    'a label is once in a pattern in Flink',
    'the last label of a pattern cannot be greedy in Flink',
    'a value of several labels has no counterpart in Flink',
  ]);
  const said = await input
    .matchPattern({ pattern: 'A B', measures: m => ({ n: m.count('*') }), within: '90 s' })
    .toFlinkSql(sources);
  expect(said.cannot).toEqual([]);
  expect(said.query).toContain('PATTERN (`A` `B`) WITHIN INTERVAL');
});

const measures = (m: never) => ({ n: (m as { count(label: string): never }).count('A') });
it.each([
  ['', {}, /MR2190 the pattern '' cannot be read: it is empty/],
  ['A (B', {}, /MR2190 .* '\)' is expected at its end/],
  ['A {- B -}', {}, /MR2190 .*character 4.*Exclusions/],
  ['A{2,1}', {}, /MR2190 .*allows no repetition/],
  ['A{20000}', {}, /MR2190 .*20000 repetitions/],
  ['A* B?', {}, /MR2193 the pattern 'A\* B\?' also matches no row at all/],
  ['(A{1000}){10}', {}, /MR2197 .*too large/],
  ['A B', { afterMatch: { skipToFirst: 'AB' } }, /MR2192 afterMatch names the label 'AB'.*Did you mean 'A'/],
  ['A B', { define: (t: { price: never }) => ({ C: t.price }) }, /MR2192 define names the label 'C'/],
  [
    'A B',
    { define: (t: { price: never }) => ({ A: t.price }) },
    /MR2101 the definition of A needs a condition/,
  ],
  ['B', {}, /MR2192 count\(A\.\*\) names the label 'A', which is not in the pattern 'B'/],
])('says what is wrong with %s', async (pattern, options, message) => {
  const input = await ticks('ACME', 1, 2);
  const make = async () => input.matchPattern({ pattern, measures, ...options } as never).rows();
  await expect(make()).rejects.toThrow(message);
});
