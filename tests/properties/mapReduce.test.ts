import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { compareStrings } from '../../engine/src/functions/aggregate/text.js';
import { boolean, count, float64, int64, schema, string, Table } from '../../engine/src/index.js';
import { forRandom, type Random } from './random.js';

interface Row {
  text: string | null;
  level: number | null;
  size: number | null;
  flag: boolean | null;
}
type Pair = readonly [key: unknown, value: unknown];
const Rows = schema({
  text: string.nullable(),
  level: float64.nullable(),
  size: int64.nullable(),
  flag: boolean.nullable(),
});

const hosts: SessionHost[] = [];
beforeAll(() => {
  hosts.push(...[0, 1, 2, 3].map(threads => createNodeHost({ threads })));
});
afterAll(async () => {
  setDefaultLink(null);
  await Promise.all(hosts.map(host => host.close()));
});

const WORDS = ['a', 'b', '', '__proto__', 'constructor', 'ü', '\uff5e', '\u{1f600}'];
const LEVELS = [0, -0, NaN, 0.1, 0.2, 0.3, -1e300, 1e300, Infinity, null];

function rowsFor(random: Random): Row[] {
  // More than one share has rows in some runs.
  const length = random.chance(0.15) ? 8192 * random.below(5) + random.below(100) : random.below(60);
  const words = random.below(WORDS.length) + 1;
  const many = random.chance(0.3);
  return Array.from({ length }, (_, i) => ({
    text: random.chance(0.1)
      ? null
      : many
        ? `${WORDS[i % words]} ${random.below(70_000)}`
        : Array.from({ length: random.below(4) }, () => WORDS[random.below(words)]).join(' '),
    level: random.pick(LEVELS),
    size: random.chance(0.1) ? null : random.below(1000) - 500,
    flag: random.pick([true, false, null]),
  }));
}

/** Everything of a map that the test knows anew: what gives pairs, how they combine, what a row is made of. */
interface Case {
  readonly map: (row: Row) => readonly Pair[];
  readonly options: object;
  readonly fold: ((a: never, b: never) => unknown) | null;
  readonly reduce: ((key: unknown, values: readonly unknown[]) => object | null) | null;
  readonly returns: readonly string[];
}

const one = (key: unknown, n: unknown): object => ({ key, n });
const least = (a: number | null, b: number | null) =>
  a === null ? b : b === null || b >= a || Number.isNaN(b) ? a : b;
const CASES: readonly Case[] = [
  {
    map: row => (row.text ?? '').split(' ').map(word => [word, 1]),
    options: {
      map: (row: Row) => (row.text ?? '').split(' ').map(word => [word, 1]),
      combine: 'sum',
      returns: schema({ key: string, n: int64 }),
    },
    fold: (a: number, b: number) => a + b,
    reduce: null,
    returns: ['key', 'n'],
  },
  {
    map: row => [[row.level, row.text]],
    options: {
      map: ({ level, text }: Row) => [[level, text]],
      reduce: (key: number, values: (string | null)[]) => ({ key, n: values.join('|') }),
      returns: schema({ key: float64.nullable(), n: string }),
    },
    fold: null,
    reduce: (key, values) => one(key, values.join('|')),
    returns: ['key', 'n'],
  },
  {
    map: row => [[row.flag, row.size]],
    options: {
      map: { key: (t: { flag: unknown }) => t.flag, value: (t: { size: unknown }) => t.size },
      combine: 'max',
      returns: schema({ key: boolean.nullable(), n: int64.nullable() }),
    },
    fold: (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b)),
    reduce: null,
    returns: ['key', 'n'],
  },
  {
    map: row => [[row.text, row.size]],
    options: {
      map: { key: (t: { text: unknown }) => t.text, value: (t: { size: unknown }) => t.size },
      reduce: (key: string, values: (number | null)[]) =>
        values.length % 3 === 0 ? null : { key, n: JSON.stringify(values) },
      returns: schema({ key: string.nullable(), n: string }),
    },
    fold: null,
    reduce: (key, values) => (values.length % 3 === 0 ? null : one(key, JSON.stringify(values))),
    returns: ['key', 'n'],
  },
  {
    map: row =>
      row.size === null || row.size < 0
        ? []
        : [
            [row.size % 7, row.level],
            [row.size % 3, 5],
          ],
    options: {
      map: (row: Row) =>
        row.size === null || row.size < 0
          ? []
          : [
              [row.size % 7, row.level],
              [row.size % 3, 5],
            ],
      combine: 'min',
      returns: schema({ key: int64, n: float64.nullable() }),
    },
    fold: least,
    reduce: null,
    returns: ['key', 'n'],
  },
  {
    map: row => [[[row.text, row.flag], row.size ?? 0]],
    options: {
      map: (row: Row) => [[[row.text, row.flag], row.size ?? 0]],
      combine: (a: number, b: number) => a + b,
      reduce: ([text, flag]: [string | null, boolean | null], [n]: [number]) => ({
        key: `${text} ${flag}`,
        n,
      }),
      returns: schema({ key: string, n: int64 }),
    },
    fold: (a: number, b: number) => a + b,
    reduce: (key, [n]) => one((key as unknown[]).map(String).join(' '), n),
    returns: ['key', 'n'],
  },
];

function compare(a: unknown, b: unknown): number {
  if (Array.isArray(a)) {
    const at = a.findIndex((part, k) => compare(part, (b as unknown[])[k]) !== 0);
    return at < 0 ? 0 : compare(a[at], (b as unknown[])[at]);
  }
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string') return compareStrings(a, b as string);
  const [x, y] = [a as number, b as number];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The same with nothing but a map. */
function reference({ map, fold, reduce }: Case, rows: readonly Row[]): object[] {
  const groups = new Map<unknown, { key: unknown; values: unknown[] }>();
  for (const [key, value] of rows.flatMap(map)) {
    const id = Array.isArray(key) ? JSON.stringify(key) : key;
    const group = groups.get(id) ?? { key: Object.is(key, -0) ? 0 : key, values: [] };
    group.values.push(value);
    groups.set(id, group);
  }
  return [...groups.values()]
    .sort((a, b) => compare(a.key, b.key))
    .flatMap(({ key, values }) => {
      const folded = fold === null ? values : [values.reduce(fold as never)];
      return (reduce === null ? one(key, folded[0]) : reduce(key, folded)) ?? [];
    });
}

const plain = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );

it('gives what a plain map does, in any number of partitions and threads', () =>
  forRandom(
    async random => {
      const rows = rowsFor(random);
      const table = Table.of(
        Object.fromEntries(
          ['text', 'level', 'size', 'flag'].map(name => [name, rows.map(row => row[name as keyof Row])]),
        ) as never,
        { schema: Rows },
      );
      const each = random.pick(CASES);
      const expected = reference(each, rows);
      const partitions = 1 + random.below(8);
      setDefaultLink(random.pick(hosts).link());
      const reduced = table.mapReduce({ ...each.options, partitions } as never);
      expect(plain((await reduced.rows()) as object[])).toBe(plain(expected));
      const { shuffle } = (await reduced.stats()).operators.at(-1)!;
      const pairs = rows.flatMap(each.map).length;
      expect(shuffle).toMatchObject({ rows: rows.length, pairs });
      expect(shuffle!.partitions.reduce((total, part) => total + part.pairs, 0)).toBe(pairs);
      expect(shuffle!.partitions).toHaveLength(partitions);
    },
    Math.min(300, Number(process.env.MILLRACE_RUNS ?? 120)),
  ));

it('adds floats to the same last digit with any number of threads and partitions', () =>
  forRandom(async random => {
    const length = 8192 * 5 + 7;
    const values = Array.from({ length }, () => (random.next() - 0.5) * 10 ** random.below(20));
    const keys = values.map(() => random.below(5));
    const table = Table.of({ key: keys, value: values });
    const results: unknown[] = [];
    for (const host of hosts) {
      setDefaultLink(host.link());
      const partitions = 1 + random.below(8);
      const returns = schema({ key: int64, n: float64 });
      results.push(
        await table
          .mapReduce({ map: t => [[t.key, t.value]], combine: (a, b) => a + b, returns, partitions })
          .rows(),
      );
      results.push(
        await table
          .mapReduce({ map: { key: t => t.key, value: t => t.value }, combine: 'sum', returns, partitions })
          .rows(),
      );
    }
    for (const result of results) expect(result).toEqual(results[0]);
  }, 3));

it('takes back rows of a table that changes', async () => {
  setDefaultLink(hosts[2].link());
  const groups = Table.of({ symbol: ['a', 'b', 'a', 'c', 'b', 'a'] })
    .groupBy('symbol')
    .aggregate(() => ({ n: count() }));
  const sizes = groups.mapReduce({
    map: g => [[g.n, g.symbol]],
    reduce: (n, symbols) => ({ n, symbols: symbols.join() }),
    returns: schema({ n: int64, symbols: string }),
  });
  expect(await sizes.rows()).toEqual([
    { n: 1, symbols: 'c' },
    { n: 2, symbols: 'b' },
    { n: 3, symbols: 'a' },
  ]);
});

it('goes on after a thread was given up, and after a failure', async () => {
  const host = hosts[2];
  setDefaultLink(host.link());
  const table = Table.of({ n: Array.from({ length: 20_000 }, (_, i) => i) });
  const failing = table.mapReduce({
    map: t => {
      if (t.n === 12_345) throw new Error('no');
      return [[t.n % 3, 1]];
    },
    combine: 'sum',
    returns: schema({ k: int64, n: int64 }),
  });
  await expect(failing.rows()).rejects.toThrow(/row 12346, \{"n":12345\}: Error: no/);
  const link = host.link();
  const endless = table.mapReduce({
    map: t => {
      for (let k = 0; t.n >= 0; k++) if (k < 0) break;
      return [[1, 1]];
    },
    combine: 'sum',
    returns: schema({ k: int64, n: int64 }),
  });
  const { queryId } = await link.request({ type: 'open', plan: endless.plan, owner: null });
  await new Promise(resolve => setTimeout(resolve, 200));
  await link.request({ type: 'release', queryId });
  const fine = table.mapReduce({
    map: t => [[t.n % 2, 1]],
    combine: 'sum',
    returns: schema({ k: int64, n: int64 }),
  });
  expect(await fine.rows()).toEqual([
    { k: 0, n: 10_000 },
    { k: 1, n: 10_000 },
  ]);
});
