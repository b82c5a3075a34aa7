import { afterAll, beforeAll, expect, it } from 'vitest';
import { count, float64, schema, string, sum, Table, timestamp, tumble } from '../../engine/src/index.js';
import type { MillraceError, Stream } from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { stillWorld } from '../support/sourceRows.js';

let host: SessionHost;
beforeAll(() => {
  host = createSessionHost({
    world: stillWorld('.'),
    connectors: [valuesConnector],
    sinks: [],
    defer: setImmediate,
  });
  setDefaultLink(() => host.link());
});
afterAll(() => host.close());

const at = (second: number): Date => new Date(Date.UTC(2024, 0, 2, 9, 30, second));
const Trade = schema({ ts: timestamp('ms'), symbol: string, price: float64 });
const Quote = schema({ ts: timestamp('us'), symbol: string, bid: float64, ask: float64 });

const trades = Table.of(
  {
    ts: [at(1), at(3), at(3), at(7), at(9)],
    symbol: ['a', 'b', 'a', 'a', 'c'],
    price: [10, 20, 11, 12, 30],
  } as never,
  { schema: Trade, time: 'ts' },
);
const quotes = Table.of(
  {
    ts: [at(0), at(2), at(3), at(3), at(8)],
    symbol: ['a', 'b', 'a', 'a', 'b'],
    bid: [9, 19, 10, 10.5, 19.5],
    ask: [11, 21, 12, 11.5, 20.5],
  } as never,
  { schema: Quote, time: 'ts' },
);
const shown = (rows: readonly Record<string, unknown>[]): string[] =>
  rows.map(row => Object.values(row).map(String).join(' ').replaceAll('2024-01-02T09:30:', ''));

it('puts the last quote of the symbol beside each trade', async () => {
  expect(shown(await trades.asOfJoin(quotes, { by: 'symbol', rightTime: 'quoteTs' }).rows())).toEqual([
    '01Z a 10 9 11 00Z',
    '03Z b 20 19 21 02Z',
    '03Z a 11 10.5 11.5 03Z',
    '07Z a 12 10.5 11.5 03Z',
    '09Z c 30 null null null',
  ]);
});

it('looks forward, or to the nearest, within a tolerance', async () => {
  const forward = trades.asOfJoin(quotes, { by: 'symbol', direction: 'forward', tolerance: '1 min' });
  expect(shown(await forward.rows())).toEqual([
    '01Z a 10 10 12',
    '03Z b 20 19.5 20.5',
    '03Z a 11 10 12',
    '07Z a 12 null null',
    '09Z c 30 null null',
  ]);
  const nearest = trades.asOfJoin(quotes, { by: 'symbol', direction: 'nearest', tolerance: '2 s' });
  expect(shown(await nearest.rows())).toEqual([
    '01Z a 10 9 11',
    '03Z b 20 19 21',
    '03Z a 11 10.5 11.5',
    '07Z a 12 null null',
    '09Z c 30 null null',
  ]);
});

const asStream = <Row>(table: Table<Row>, name: string): Stream<Row> =>
  table.replay({ name, time: 'ts' as never, watermark: '0 s' });

it('joins streams, and a stream with a table, to the same rows', async () => {
  const options = { by: 'symbol', rightTime: 'quoteTs' } as const;
  const bounded = shown(await trades.asOfJoin(quotes, options).rows());
  const [left, right] = [asStream(trades, 'trades'), asStream(quotes, 'quotes')];
  expect(shown(await left.asOfJoin(right, options).rows())).toEqual(bounded);
  expect(shown(await left.asOfJoin(quotes, options).rows())).toEqual(bounded);
  const told = left.asOfJoin(right, { ...options, emit: 'change' });
  expect(told.kind).toBe('StreamTable');
  expect(shown(await told.rows()).sort()).toEqual(bounded.sort());
  expect(shown(await left.asOfJoin(right, { ...options, how: 'inner' }).rows())).toHaveLength(4);
});

it('joins by columns of other names, and by none', async () => {
  const named = quotes.rename({ symbol: 'ticker' });
  const joined = await trades.asOfJoin(named, { by: { symbol: 'ticker' }, suffix: '_q' }).rows();
  expect(Object.keys(joined[0])).toEqual(['ts', 'symbol', 'price', 'bid', 'ask']);
  expect(shown(joined)[1]).toBe('03Z b 20 19 21');
  const any = await trades.asOfJoin(quotes, { allowExactMatches: false }).rows();
  expect(shown(any)[2]).toBe('03Z a 11 b 19 21');
});

it('finds the version of a key at a time, and goes on from its rows', async () => {
  const joined = asStream(trades, 'trades').temporalJoin(asStream(quotes, 'quotes'), { by: 'symbol' });
  const sums = joined
    .window(tumble('5 s'))
    .groupBy('symbol')
    .aggregate(t => ({ bid: sum(t.bid), n: count() }))
    .final()
    .select('symbol', 'windowEnd', 'bid', 'n');
  expect(shown(await sums.rows()).sort()).toEqual([
    'a 05Z 19.5 2',
    'a 10Z 10.5 1',
    'b 05Z 19 1',
    'c 10Z null 1',
  ]);
  expect(await joined.explain()).toMatchInlineSnapshot(`
    "logical plan
      temporal join by symbol [append]
        source trades (values, 3 columns, time ts, watermark 0 µs) [append]
        source quotes (values, 4 columns, time ts, watermark 0 µs) [append]
    physical plan
      table (rows in order of arrival)
        3 as-of join by symbol, backward (final)
          1 reorder by ts (rows wait for the watermark) [append]
            source trades (values, held by the clock, watermark highest ts)
          2 reorder by ts (rows wait for the watermark) [append]
            source quotes (values, held by the clock, watermark highest ts)"
  `);
});

it('says what is wrong, and what to write', async () => {
  const code = (joined: { rows(): Promise<unknown> }): Promise<string> =>
    joined.rows().then(
      () => 'none',
      (error: MillraceError) => error.code,
    );
  const untimed = Table.of({ symbol: ['a'], lot: [1] });
  const perSymbol = quotes.groupBy('symbol').window(tumble('1 s'));
  const bars = perSymbol.aggregate(q => ({ bid: sum(q.bid) }));
  expect(await code(trades.asOfJoin(untimed, { by: 'symbol' }))).toBe('MR2154');
  expect(await code(trades.asOfJoin(bars, { by: 'symbol' }))).toBe('MR2155');
  expect(await code(trades.temporalJoin(bars, { by: 'symbol' }))).toBe('MR2157');
  expect(await code(trades.asOfJoin(quotes, { by: 'symbol', rightTime: 'price' }))).toBe('MR2156');
  expect(await code(trades.asOfJoin(quotes, { by: { price: 'symbol' } }))).toBe('MR2150');
  expect(await code(trades.asOfJoin(quotes, { by: { symbol: 'bid' } as never }))).toBe('MR2150');
  expect(() => trades.asOfJoin(quotes, { direction: 'sideways' as never })).toThrow(/^MR2158 direction is/);
  expect(() => trades.temporalJoin(quotes, {} as never)).toThrow(/MR2159/);
});
