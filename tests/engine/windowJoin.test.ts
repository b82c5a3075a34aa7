import { describe, expect, it } from 'vitest';
import {
  count,
  defineAggregate,
  first,
  float64,
  int64,
  last,
  list,
  max,
  median,
  min,
  schema,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 5, 10, 1, seconds));
/** The tables of kdb+'s own documentation of `wj`. */
const trades = () =>
  Table.of({ sym: ['ibm', 'ibm', 'ibm'], time: [1, 4, 8].map(at), price: [100, 101, 105] }, { time: 'time' });
const quotes = () =>
  Table.of(
    {
      sym: Array<string>(9).fill('ibm'),
      time: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(at),
      ask: [101, 103, 103, 104, 104, 107, 108, 107, 108],
      bid: [98, 99, 102, 103, 103, 104, 106, 106, 107],
    },
    { time: 'time' },
  );

describe('windowJoin', () => {
  it("gives what kdb+'s documentation says of wj", async () => {
    const joined = trades().windowJoin(quotes(), {
      by: 'sym',
      around: ['-2 s', '+1 s'],
      prevailing: true,
      aggregate: q => ({ ask: max(q.ask), bid: min(q.bid) }),
    });
    expect(await joined.drop('time').rows()).toEqual([
      { sym: 'ibm', price: 100, ask: 103, bid: 98 },
      { sym: 'ibm', price: 101, ask: 104, bid: 99 },
      { sym: 'ibm', price: 105, ask: 108, bid: 104 },
    ]);
  });

  it('takes the prevailing row in where none lies at the very beginning, and not without', async () => {
    const around = ['-1500 ms', '-500 ms'] as const;
    const of = (prevailing: boolean) =>
      trades()
        .windowJoin(quotes(), {
          by: 'sym',
          around,
          prevailing,
          aggregate: q => ({ n: count(), from: first(q.bid), to: last(q.bid), middle: median(q.ask) }),
        })
        .drop('sym', 'time')
        .rows();
    expect(await of(true)).toEqual([
      { price: 100, n: 0, from: null, to: null, middle: null },
      { price: 101, n: 2, from: 99, to: 102, middle: 103 },
      { price: 105, n: 2, from: 104, to: 106, middle: 107.5 },
    ]);
    expect(await of(false)).toEqual([
      { price: 100, n: 0, from: null, to: null, middle: null },
      { price: 101, n: 1, from: 102, to: 102, middle: 103 },
      { price: 105, n: 1, from: 106, to: 106, middle: 108 },
    ]);
  });

  it('meets times of another unit, by whole microseconds, and tells apart rows of one time by their order', async () => {
    const left = Table.of({ time: ['2026-01-05T10:00:00.5Z', '2026-01-05T10:00:02Z'] } as never, {
      schema: schema({ time: timestamp('ms') }),
      time: 'time',
    });
    const right = Table.of(
      {
        time: ['00.499999999', '00.5', '00.500000999', '00.500001', '02'].map(
          each => `2026-01-05T10:00:${each}Z`,
        ),
        id: [2n ** 60n, 2n, 3n, 4n, 5n],
      } as never,
      { schema: schema({ time: timestamp('ns'), id: int64 }), time: 'time' },
    );
    const joined = left.windowJoin(right, {
      around: ['-1 ms', '0 s'],
      aggregate: r => ({
        n: count(),
        ids: list(r.id),
        first: first(r.id),
        total: sum(r.id),
        last: last(r.time),
      }),
    });
    expect(await joined.drop('time').rows({ int64: 'bigint' })).toMatchObject([
      { n: 3n, ids: [2 ** 60, 2, 3], first: 2n ** 60n, total: 2n ** 60n + 5n },
      { n: 1n, ids: [5], first: 5n, total: 5n },
    ]);
  });

  it('takes aggregates that cannot give rows back, anew for each window', async () => {
    const kinds = defineAggregate({
      name: 'kinds',
      args: [float64],
      returns: float64,
      init: () => new Set<number>(),
      add: (state, x) => {
        state.add(x);
      },
      value: state => state.size,
    });
    const joined = trades().windowJoin(quotes(), {
      by: 'sym',
      around: ['-2 s', '+1 s'],
      aggregate: q => ({ kinds: kinds(q.ask), n: count(), high: max(q.ask) }),
    });
    expect(await joined.drop('sym', 'time').rows()).toEqual([
      { price: 100, kinds: 2, n: 2, high: 103 },
      { price: 101, kinds: 2, n: 4, high: 104 },
      { price: 105, kinds: 2, n: 4, high: 108 },
    ]);
  });

  it('gives the same of streams by the clock, whose results can be windowed and joined again', async () => {
    const around = ['-1 s', '0 s'] as const;
    const joined = trades()
      .replay({ time: 'time' })
      .windowJoin(quotes().replay({ time: 'time' }), {
        by: 'sym',
        around,
        aggregate: q => ({ bid: last(q.bid) }),
      })
      .windowJoin(quotes(), { by: 'sym', around: ['0 s', '0 s'], aggregate: q => ({ ask: last(q.ask) }) });
    expect(await joined.drop('sym', 'time').rows()).toEqual([
      { price: 100, bid: 98, ask: 101 },
      { price: 101, bid: 103, ask: 104 },
      { price: 105, bid: 106, ask: 107 },
    ]);
    const bars = joined.window(tumble('1 min')).aggregate(t => ({ n: count(), most: max(t.bid) }));
    expect(await bars.final().select('n', 'most').rows()).toEqual([{ n: 3, most: 106 }]);
    expect(await joined.intervalJoin(joined, { by: 'sym', between: ['1 s', '5 s'] }).count()).toBe(2);
  });

  it('says what it cannot do', async () => {
    const named = trades().windowJoin(quotes(), {
      around: ['0 s', '0 s'],
      aggregate: () => ({ price: count() }),
    });
    await expect(named.rows()).rejects.toThrow(/MR2163.*'price'.*another name/s);
    const text = Table.of({ sym: [1], time: [at(1)] }, { time: 'time' });
    await expect(
      trades()
        .windowJoin(
          text as never,
          { by: 'sym', around: ['0 s', '0 s'], aggregate: () => ({ n: count() }) } as never,
        )
        .rows(),
    ).rejects.toThrow(/MR2150/);
  });
});
