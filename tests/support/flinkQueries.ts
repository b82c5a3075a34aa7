import {
  avg,
  count,
  cumulate,
  first,
  float64,
  hop,
  int32,
  int64,
  lag,
  last,
  max,
  min,
  rowNumber,
  schema,
  session,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  vwap,
} from '../../engine/src/index.js';
import type { Collection, RowOf } from '../../engine/src/index.js';

const Trade = schema({
  ts: timestamp('ms'),
  symbol: string.nullable(),
  price: float64.nullable(),
  size: int32,
  id: int64,
});
const Quote = schema({ at: timestamp('us'), symbol: string, bid: float64, ask: float64.nullable() });

const Rate = schema({ since: timestamp('ms'), symbol: string, rate: float64 });

type Trades = RowOf<typeof Trade>;
type Quotes = RowOf<typeof Quote>;
type Rates = RowOf<typeof Rate>;
// Values as a user writes them: times as Dates or text, which the declared types take.
type Loose<Row> = { readonly [C in keyof Row]: readonly unknown[] };

const START = Date.UTC(2024, 2, 8, 14, 30);
const COUNT = 240;
const at = <Item>(items: readonly Item[], k: number): Item => items[k % items.length];

/** Trades with NULLs, ties, odd strings and disorder of up to 3 s. */
const trades: Loose<Trades> = {
  ts: Array.from(
    { length: COUNT },
    (_, k) => new Date(START + Math.floor(k / 2) * 1700 - at([0, 900, 0, 0, 2500], k)),
  ),
  symbol: Array.from({ length: COUNT }, (_, k) =>
    at(['AAPL', 'MSFT', 'AAPL', null, "O'Neil", 'ünï', ''], k * 5 + (k % 3)),
  ),
  price: Array.from({ length: COUNT }, (_, k) => (k % 11 === 7 ? null : 100 + ((k * 37) % 41) / 8)),
  size: Array.from({ length: COUNT }, (_, k) => 10 + ((k * 13) % 97) * 10),
  id: Array.from({ length: COUNT }, (_, k) => 9_000_000_000_000 + k),
};

/** Quotes in microseconds, in order. */
const quotes: Loose<Quotes> = {
  at: Array.from(
    { length: 120 },
    (_, k) =>
      `2024-03-08T14:30:${String(Math.floor(k / 2)).padStart(2, '0')}.${k % 2 === 0 ? '000001' : '500250'}Z`,
  ),
  symbol: Array.from({ length: 120 }, (_, k) => at(['AAPL', 'MSFT', 'GOOG'], k)),
  bid: Array.from({ length: 120 }, (_, k) => 100 + (k % 17) / 4),
  ask: Array.from({ length: 120 }, (_, k) => (k % 13 === 5 ? null : 101 + (k % 19) / 4)),
};

/** Versions of a rate, some of them of one time as a trade. */
const rates: Loose<Rates> = {
  since: Array.from({ length: 60 }, (_, k) => new Date(START + k * 3400)),
  symbol: Array.from({ length: 60 }, (_, k) => at(['AAPL', 'MSFT', "O'Neil"], k * k)),
  rate: Array.from({ length: 60 }, (_, k) => 1 + (k % 23) / 8),
};

/** The tables that the queries read, by their names. */
export const tables = {
  trades: Table.of<Trades>(trades as never, { schema: Trade, time: 'ts' }),
  quotes: Table.of<Quotes>(quotes as never, { schema: Quote, time: 'at' }),
  rates: Table.of<Rates>(rates as never, { schema: Rate, time: 'since' }),
};

const t = tables.trades.replay({ name: 'trades', time: 'ts', watermark: '3 s' });
const q = tables.quotes.replay({ name: 'quotes', time: 'at', watermark: '1 s' });

const versions = tables.rates.replay({ name: 'rates', time: 'since', watermark: '0 s' });

const bars = t
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(r => ({ high: max(r.price), low: min(r.price), volume: sum(r.size), n: count() }));

/** What is asked of a query, whatever its rows are. */
type Query = Pick<Collection<'Stream', unknown>, 'toFlinkSql' | 'toArrow'>;

/** Queries that both Millrace and Flink can run, by what they show. */
export const queries: Readonly<Record<string, Query>> = {
  'rows as they are': t,
  'filter and projection': t
    .where(r => r.size.gt(100).and(r.symbol.isIn(['AAPL', 'MSFT'])))
    .derive(r => ({ notional: r.price.mul(r.size) }))
    .select('ts', 'symbol', 'notional'),
  'three-valued logic': t.where(r => r.price.gt(102).or(r.symbol.eq('AAPL').not())).select('id'),
  arithmetic: t.derive(r => ({
    ratio: r.price.div(r.size),
    rest: r.size.mod(7),
    wide: r.id.mul(3).sub(r.size),
    off: r.price.neg().abs().round(1),
  })),
  strings: t
    .derive(r => ({
      big: r.symbol.upper(),
      part: r.symbol.substring(2, 2),
      n: r.symbol.length(),
      name: r.symbol.coalesce('none'),
    }))
    .where(r => r.symbol.startsWith('A').or(r.symbol.contains('n'))),
  'parts of times': t.derive(r => ({
    hour: r.ts.extract('hour'),
    second: r.ts.extract('second'),
    minute: r.ts.truncate('1 min'),
  })),
  conditions: t.derive(r => ({
    side: r.price.gt(102).ifElse('high', 'low'),
    known: r.price.isNotNull(),
    p: r.price.coalesce(0),
  })),
  'tumbling windows': bars.final(),
  'tumbling windows with an offset': t
    .window(tumble('30 s', { offset: '-5 s' }))
    .aggregate(r => ({ n: count(), volume: sum(r.size) }))
    .final(),
  'hopping windows': t
    .window(hop({ size: '1 min', slide: '20 s' }))
    .groupBy('symbol')
    .aggregate(r => ({ mean: avg(r.price), n: count(r.price) }))
    .final(),
  'cumulating windows': t
    .window(cumulate({ size: '1 min', step: '20 s' }))
    .groupBy('symbol')
    .aggregate(r => ({ volume: sum(r.size), n: count() }))
    .final(),
  'session windows': t
    .window(session({ gap: '4 s' }))
    .groupBy('symbol')
    .aggregate(r => ({ n: count(), volume: sum(r.size) }))
    .final(),
  'windows over windows': bars
    .final()
    .window(tumble('2 min'))
    .aggregate(r => ({ volume: sum(r.volume), rows: count(), high: max(r.high) }))
    .final(),
  'a table of windows': bars,
  'filtered windows': bars
    .where(r => r.n.gt(5))
    .final()
    .select('symbol', 'windowEnd', 'n'),
  'renamed windows': bars.final().rename({ windowEnd: 'end', high: 'top' }).select('end', 'top', 'symbol'),
  'volume-weighted prices': t
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(r => ({ price: vwap(r.price, r.size) }))
    .final(),
  'conditional aggregates': t
    .window(tumble('1 min'))
    .aggregate(r => ({
      big: count({ where: r.size.gt(500) }),
      cheap: sum(r.size, { where: r.price.lt(102) }),
      top: max(r.symbol),
    }))
    .final(),
  microseconds: q
    .window(tumble('10 s'))
    .groupBy('symbol')
    .aggregate(r => ({ spread: avg(r.ask.sub(r.bid)), n: count() }))
    .final(),
  'first and last of rows in order': q
    .window(tumble('20 s'))
    .groupBy('symbol')
    .aggregate(r => ({ open: first(r.bid), close: last(r.bid) }))
    .final(),
  'the last rows of a key': q
    .rolling({ by: 'symbol', rows: 5 })
    .derive(r => ({ mean: avg(r.bid), least: min(r.ask), n: count(r.ask) })),
  'the last seconds of a key': t
    .rolling({ by: 'symbol', range: '10 s' })
    .derive(r => ({ volume: sum(r.size), n: count() })),
  'earlier rows of a key': q.rolling({ by: 'symbol' }).derive(r => ({
    before: lag(r.bid),
    long: lag(r.bid, 3),
  })),
  'numbered rows of a key': q.rolling({ by: 'symbol' }).derive(() => ({ place: rowNumber() })),
  'all rows of a key so far': q
    .rolling({ by: 'symbol' })
    .derive(r => ({ total: sum(r.bid), most: max(r.ask) })),
  'matches of falls that turn': q.matchPattern({
    by: 'symbol',
    pattern: 'START DOWN+ UP',
    define: (r, m) => ({ DOWN: r.bid.lt(m.prev(r.bid)), UP: r.bid.gt(m.last('DOWN').bid) }),
    measures: m => ({
      from: m.first('START').bid,
      bottom: m.last('DOWN').bid,
      falls: m.count('DOWN'),
      mean: m.avg('DOWN', r => r.bid),
    }),
  }),
  'matches within a time': t.matchPattern({
    pattern: 'A+ B',
    define: (r, m) => ({
      A: m
        .sum('A', a => a.size)
        .lt(1500)
        .and(r.price.isNotNull()),
      // Flink takes a row that fits A for A alone.
      B: m
        .sum('A', a => a.size)
        .add(r.size)
        .ge(1500)
        .and(r.size.gt(m.max('A', a => a.size))),
    }),
    measures: m => ({ n: m.count('A'), last: m.last('B').id, least: m.min('A', r => r.price) }),
    within: '6 s',
    afterMatch: 'skip to next row',
  }),
  'rows near each other': t
    .intervalJoin(q, { by: 'symbol', between: ['-2 s', '+1 s'], where: (l, r) => l.price.le(r.bid) })
    .window(tumble('1 min'))
    .aggregate(r => ({ n: count(), most: max(r.bid) }))
    .final(),
  'rows with those just before them': t.intervalJoin(
    t.select('ts', 'symbol', 'size').where(r => r.size.gt(500)),
    { by: 'symbol', between: ['-5 s', '-1 s'], how: 'left' },
  ),
  'several streams as one': t
    .select('ts', 'symbol', 'size')
    .unionAll(t.where(r => r.size.gt(500)).select('ts', 'symbol', 'size'))
    .window(tumble('1 min'))
    .aggregate(r => ({ n: count(), volume: sum(r.size) }))
    .final(),
  'the row of a key that is last by a column': t.deduplicate({
    by: 'symbol',
    keep: 'last',
    order: r => r.id,
  }),
  'the version of a key at a time': t.temporalJoin(versions, { by: 'symbol', rightTime: 'since' }),
  'the rate before a time': t
    .where(r => r.size.gt(100))
    .asOfJoin(versions, { by: 'symbol', how: 'inner' })
    .derive(r => ({ value: r.price.mul(r.rate) })),
  groups: t.groupBy('symbol').aggregate(r => ({ n: count(), volume: sum(r.size), mean: avg(r.price) })),
  'groups of groups': t
    .groupBy('symbol')
    .aggregate(() => ({ n: count() }))
    .groupBy('n')
    .aggregate(() => ({ symbols: count() })),
  'a group of all rows': t.groupBy().aggregate(r => ({ n: count(), least: min(r.price), most: max(r.id) })),
  'filtered groups': t
    .groupBy('symbol')
    .aggregate(r => ({ volume: sum(r.size), n: count(r.price) }))
    .where(r => r.volume.gt(5000)),
};
