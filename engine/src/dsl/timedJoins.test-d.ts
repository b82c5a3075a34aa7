/** Type tests of window and interval joins: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import {
  avg,
  count,
  first,
  float64,
  int64,
  max,
  min,
  read,
  replay,
  schema,
  string,
  timestamp,
  tumble,
} from '../index.js';
import type { Stream, Table } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64 });
const Quote = schema({ ts: timestamp('us'), symbol: string, bid: float64, ask: float64, venue: string });
const trades = replay('trades.parquet', { schema: Trade, time: 'ts', watermark: '2 s' });
const quotes = replay('quotes.parquet', { schema: Quote, time: 'ts', watermark: '2 s' });
const past = read('quotes.parquet', { schema: Quote, time: 'ts' });

// A window may be empty: what is read of its rows may be NULL, and counts are 0.
const around = trades.windowJoin(quotes, {
  by: 'symbol',
  around: ['-2 s', '+1 s'],
  prevailing: true,
  aggregate: q => ({
    high: max(q.ask),
    low: min(q.bid),
    n: count(),
    mean: avg(q.bid),
    venue: first(q.venue),
  }),
});
const aroundRows = () => around.rows();
holds<
  Equal<
    Awaited<ReturnType<typeof aroundRows>>,
    {
      ts: Temporal.Instant;
      symbol: string;
      price: number;
      size: number;
      high: number | null;
      low: number | null;
      n: number;
      mean: number | null;
      venue: string | null;
    }[]
  >
>();
// A stream with a table is a stream, and two tables are a table.
const mixed = trades.windowJoin(past, {
  around: ['-1 s', '0 s'],
  aggregate: () => ({ n: count() }),
});
const bounded = past.windowJoin(past, {
  around: ['-1 s', '0 s'],
  aggregate: () => ({ n: count() }),
});
const windows = around
  .window(tumble('1 min'))
  .aggregate(t => ({ n: max(t.high) }))
  .final();

holds<typeof mixed extends Stream<infer _Row> ? true : false>();
holds<typeof bounded extends Table<infer _Row> ? true : false>();
holds<typeof windows extends Stream<infer _Row> ? true : false>();

const inner = trades.intervalJoin(quotes, { by: 'symbol', between: ['-1 s', '0 s'] });
const innerRows = () => inner.rows();
interface Pair {
  ts: Temporal.Instant;
  symbol: string;
  price: number;
  size: number;
  ts_right: Temporal.Instant;
  bid: number;
  ask: number;
  venue: string;
}
type Plain<T> = { [K in keyof T]: T[K] };
holds<Equal<Awaited<ReturnType<typeof innerRows>>, Plain<Pair>[]>>();
const left = trades.intervalJoin(quotes, {
  by: ['symbol'],
  between: ['-1 s', '0 s'],
  how: 'left',
  suffix: '2',
  where: (l, r) => l.price.ge(r.ask),
});
const leftRows = () => left.rows();
type Left = Awaited<ReturnType<typeof leftRows>>[number];
holds<Equal<Left['bid'], number | null>>();
holds<Equal<Left['ts2'], Temporal.Instant | null>>();
holds<Equal<Left['price'], number>>();
const right = trades.intervalJoin(quotes, {
  by: { symbol: 'venue' },
  between: ['-1 s', '0 s'],
  how: 'right',
});
const rightRows = () => right.rows();
type Right = Awaited<ReturnType<typeof rightRows>>[number];
holds<Equal<Right['symbol'], string>>();
holds<Equal<Right['price'], number | null>>();
holds<Equal<Right['symbol_right'], string>>();
const full = past.intervalJoin(past, { by: 'symbol', between: ['-1 s', '0 s'], how: 'full' });
const fullRows = () => full.rows();
type Full = Awaited<ReturnType<typeof fullRows>>[number];
holds<Equal<Full['bid'], number | null>>();
holds<Equal<Full['bid_right'], number | null>>();
const semi = trades.intervalJoin(quotes, { by: 'symbol', between: ['-1 s', '0 s'], how: 'semi' });
const same: typeof trades = semi;
void [mixed, bounded, windows, same];

// Mistakes.
// @ts-expect-error no such key
trades.windowJoin(quotes, { by: 'price', around: ['-1 s', '0 s'], aggregate: () => ({ n: count() }) });
// @ts-expect-error a column of the left rows is none of the window's
trades.windowJoin(quotes, { by: 'symbol', around: ['-1 s', '0 s'], aggregate: q => ({ n: max(q.price) }) });
// @ts-expect-error a bare column is no aggregate
trades.windowJoin(quotes, { by: 'symbol', around: ['-1 s', '0 s'], aggregate: q => ({ n: q.bid }) });
// @ts-expect-error the bounds are two
trades.windowJoin(quotes, { by: 'symbol', around: ['-1 s'], aggregate: () => ({ n: count() }) });
// @ts-expect-error no such kind of join
trades.intervalJoin(quotes, { by: 'symbol', between: ['-1 s', '0 s'], how: 'outer' });
// @ts-expect-error no such column on the right
trades.intervalJoin(quotes, { by: { symbol: 'size' }, between: ['-1 s', '0 s'] });
// @ts-expect-error a condition is of columns that there are
trades.intervalJoin(quotes, { by: 'symbol', between: ['-1 s', '0 s'], where: (l, r) => l.price.gt(r.price) });
// @ts-expect-error what rows are joined with is a collection
trades.intervalJoin([], { by: 'symbol', between: ['-1 s', '0 s'] });
