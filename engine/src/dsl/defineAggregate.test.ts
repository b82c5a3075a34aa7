import { describe, expect, it } from 'vitest';
import {
  boolean,
  defineAggregate,
  float64,
  int64,
  string,
  Table,
  timestamp,
  tumble,
  hop,
  count,
} from '../index.js';
import '../node/index.js';
import { closureFreeSource } from './closureFree.js';

const geometricMean = defineAggregate({
  name: 'geometricMean',
  args: [float64],
  returns: float64,
  init: () => ({ logs: 0, n: 0 }),
  add: (state, x) => ({ logs: state.logs + Math.log(x), n: state.n + 1 }),
  retract: (state, x) => ({ logs: state.logs - Math.log(x), n: state.n - 1 }),
  merge: (state, other) => ({ logs: state.logs + other.logs, n: state.n + other.n }),
  value: state => (state.n === 0 ? null : Math.round(1e9 * Math.exp(state.logs / state.n)) / 1e9),
});

/** The distinct texts, in place. */
const texts = defineAggregate({
  name: 'texts',
  args: [string, boolean],
  returns: string,
  init: () => new Map<string, number>(),
  add(state, text, loud) {
    state.set(loud ? text.toUpperCase() : text, (state.get(text) ?? 0) + 1);
  },
  merge(state, other) {
    for (const [text, n] of other) state.set(text, (state.get(text) ?? 0) + n);
  },
  value: state => [...state.keys()].sort().join(' '),
});

const rows = Table.of<{ ts: Date; symbol: string; price: number; size: number | null }>(
  {
    ts: [0, 10, 20, 65, 70].map(seconds => new Date(seconds * 1000)),
    symbol: ['a', 'b', 'a', 'a', 'b'],
    price: [1, 2, 4, 8, 3],
    size: [1, null, 3, 4, 5],
  },
  { time: 'ts' },
);

describe('an aggregate of the user', () => {
  it('works in groups, with conditions and distinct values', async () => {
    const out = await rows
      .groupBy('symbol')
      .aggregate(t => ({
        mean: geometricMean(t.price),
        small: geometricMean(t.price, { where: t.price.lt(5) }),
        none: geometricMean(t.price, { where: t.price.gt(100) }),
        sizes: geometricMean(t.size.cast(float64)),
        text: texts(t.symbol, t.price.gt(3)),
        n: count(),
      }))
      .rows();
    expect(out).toEqual([
      {
        symbol: 'a',
        mean: Math.round(1e9 * Math.cbrt(32)) / 1e9,
        small: 2,
        none: null,
        sizes: Math.round(1e9 * Math.cbrt(12)) / 1e9,
        text: 'A a',
        n: 3,
      },
      {
        symbol: 'b',
        mean: Math.round(1e9 * Math.sqrt(6)) / 1e9,
        small: Math.round(1e9 * Math.sqrt(6)) / 1e9,
        none: null,
        sizes: 5,
        text: 'b',
        n: 2,
      },
    ]);
  });

  it('works in windows, hopping ones put together by merge, and rolling', async () => {
    const perMinute = await rows
      .window(tumble('1 min'))
      .aggregate(t => ({ mean: geometricMean(t.price) }))
      .rows();
    expect(perMinute.map(row => row.mean)).toEqual([2, Math.round(1e9 * Math.sqrt(24)) / 1e9]);
    const hops = await rows
      .window(hop({ size: '2 min', slide: '1 min' }))
      .aggregate(t => ({ text: texts(t.symbol, t.price.gt(100)), mean: geometricMean(t.price) }))
      .rows();
    expect(hops.map(row => row.text)).toEqual(['a b', 'a b', 'a b']);
    expect(hops[0].mean).toBe(2);
    const rolled = await rows
      .rolling({ by: 'symbol', rows: 2 })
      .derive(t => ({ mean: geometricMean(t.price) }))
      .rows();
    expect(rolled.filter(row => row.symbol === 'a').map(row => row.mean)).toEqual([
      1,
      2,
      Math.round(1e9 * Math.sqrt(32)) / 1e9,
    ]);
  });

  it('is named in explain(), and its source is part of the plan', async () => {
    const explained = await rows
      .groupBy('symbol')
      .aggregate(t => ({ mean: geometricMean(t.price) }))
      .explain();
    expect(explained).toContain('mean = geometricMean(price)');
  });

  it('says what it lacks', async () => {
    const noMerge = defineAggregate({
      name: 'noMerge',
      args: [int64],
      returns: int64,
      init: () => 0,
      add: (state, x) => state + x,
      value: state => state,
    });
    const hops = rows
      .window(hop({ size: '2 min', slide: '1 min' }))
      .aggregate(t => ({ s: noMerge(t.price.cast(int64)) }));
    await expect(hops.rows()).rejects.toThrow(/MR3121.*merge/s);
    const wrong = defineAggregate({
      name: 'wrong',
      args: [float64],
      returns: int64,
      init: () => 0,
      add: (_, x) => x + 0.25,
      value: state => state,
    });
    await expect(
      rows
        .groupBy()
        .aggregate(t => ({ w: wrong(t.price) }))
        .rows(),
    ).rejects.toThrow(
      /MR3142 value\(\) of defineAggregate\('wrong'\) gave the number 3.25 where it declares int64/,
    );
    const failing = defineAggregate({
      name: 'failing',
      args: [float64],
      returns: float64,
      init: () => null as { x: number } | null,
      add: state => {
        state!.x += 1;
      },
      value: () => 1,
    });
    await expect(
      rows
        .groupBy()
        .aggregate(t => ({ w: failing(t.price) }))
        .rows(),
    ).rejects.toThrow(/MR3144 add\(\) of defineAggregate\('failing'\) failed/);
    expect(() =>
      defineAggregate({
        name: 'times',
        // @ts-expect-error times are not taken
        args: [timestamp('us')],
        returns: float64,
        init: () => 0,
        add: () => 0,
        value: () => 0,
      }),
    ).toThrow(/MR1342/);
  });
});

describe('a function that is sent as text', () => {
  const factor = 2;
  const $ = { helper: (x: number) => x };

  it.each([
    ["uses 'factor'", () => factor],
    ["uses 'helper'", (x: number) => $.helper(x)],
    ["uses 'process'", () => process.pid],
    ["uses 'Math.random'", () => Math.random()],
    ["uses 'Date'", () => Date.now()],
    ["uses 'later'", () => [1].map(x => x + later())],
    ['asynchronous', async () => 1],
    ['cannot be read', Math.max],
  ])('is refused where it %s', (message, fn) => {
    expect(() => closureFreeSource('add()', fn)).toThrow(message);
  });

  it.each([
    (state: { a: number[] }, { x, y: [z = 1, ...rest] }: { x: number; y: number[] }) => {
      let total = state.a.reduce((sum, value) => sum + value * x, z);
      for (const value of rest) total += value;
      loop: for (let i = 0; i < 3; i++) {
        if (i === 2) break loop;
        const late = i;
        total += late;
      }
      try {
        function inner(n: number): number {
          return n === 0 ? 0 : inner(n - 1);
        }
        total += inner(2) + Math.max(1, NaN);
      } catch (error) {
        total += (error as Error).message.length;
      }
      return { total, x, [String(z)]: new Map([[1, new Set([2n])]]) };
    },
    function named(n: number): number {
      return n <= 1 ? 1 : n * named(n - 1);
    },
    {
      method(state: number) {
        return state + 1;
      },
    }.method,
  ])('may use what is its own', fn => {
    expect(closureFreeSource('add()', fn)).toMatch(/^\(/);
  });
});

declare function later(): number;
