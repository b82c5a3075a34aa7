/** Type tests: compiled, never run. Each `@ts-expect-error` line is a mistake that the compiler has to catch. */
import type { Temporal } from 'temporal-polyfill';
import {
  any,
  avg,
  calendar,
  coalesce,
  concatWs,
  corr,
  count,
  countDistinct,
  countIf,
  cumulate,
  date,
  defineAggregate,
  expr,
  first,
  float64,
  greatest,
  hop,
  int64,
  last,
  listAgg,
  max,
  maxBy,
  median,
  microprice,
  mid,
  mode,
  ohlc,
  quantile,
  realizedVol,
  replay,
  schema,
  stddev,
  stddevPop,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  twap,
  vwap,
  when,
} from '../index.js';
import type { AnyRow, RowOf, Stream, StreamTable } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64.nullable() });
type Trade = RowOf<typeof Trade>;
holds<Equal<Trade, { ts: Temporal.Instant; symbol: string; price: number; size: number | null }>>();

const trades = replay('trades.parquet', { schema: Trade, time: 'ts', watermark: '2 s' });
holds<Equal<typeof trades, Stream<Trade>>>();

// Rows through the operators.
const big = trades
  .where(t => t.size.gt(100).and(t.symbol.isIn(['AAPL', 'MSFT'])))
  .derive(t => ({ notional: t.price.mul(t.size), twice: t.price.mul(2), one: 1 }))
  .select('ts', 'symbol', 'notional', 'twice', 'one');
type Big = { ts: Temporal.Instant; symbol: string; notional: number | null; twice: number; one: number };
const bigRows = () => big.rows();
holds<Equal<Awaited<ReturnType<typeof bigRows>>, Big[]>>();
const afterRename = trades.rename({ price: 'px' }).drop('size');
const renamedRows = () => afterRename.rows();
holds<Equal<Awaited<ReturnType<typeof renamedRows>>[number]['px'], number>>();

const bars = trades
  .window(tumble('1 min'), { allowedLateness: '10 s' })
  .groupBy('symbol')
  .aggregate(t => ({
    open: first(t.price),
    close: last(t.price),
    volume: sum(t.size),
    vwap: vwap(t.price, t.size),
    n: count(),
  }));
type Bar = {
  symbol: string;
  windowStart: Temporal.Instant;
  windowEnd: Temporal.Instant;
  windowTime: Temporal.Instant;
  open: number;
  close: number;
  volume: number | null;
  vwap: number | null;
  n: number;
};
const barRows = () => bars.rows();
holds<Equal<Awaited<ReturnType<typeof barRows>>, Bar[]>>();
const datedRows = () => bars.rows({ time: 'date' });
holds<Equal<Awaited<ReturnType<typeof datedRows>>[number]['windowEnd'], Date>>();
const alsoBars = trades
  .groupBy('symbol')
  .window(hop({ size: '5 min', slide: '1 min' }))
  .aggregate(t => ({ high: max(t.price, { where: t.size.gt(0) }) }));
const alsoBarRows = () => alsoBars.rows();
holds<Equal<Awaited<ReturnType<typeof alsoBarRows>>[number]['high'], number | null>>();
const groups = trades.groupBy('symbol').aggregate(t => ({ n: count(t.size) }));
const groupRows = () => groups.rows();
holds<Equal<Awaited<ReturnType<typeof groupRows>>, { symbol: string; n: number }[]>>();
const finals: Stream<Bar> = bars.final();
const kept: StreamTable<Trade> = trades.keep({ last: '1 h' });
const tableBars: Table<{ symbol: string; n: number }> = Table.of<{ symbol: string }>({ symbol: ['A'] })
  .groupBy('symbol')
  .aggregate(() => ({ n: count() }));
void [finals, kept, tableBars];

// A source that is not known yet: every column, every method.
const loose = replay('other.csv');
holds<Equal<typeof loose, Stream<AnyRow>>>();
const looseBars = loose
  .where(t => t.anything.gt(1).and(t.symbol.startsWith('A')))
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({ open: first(t.price), volume: sum(t.size), vwap: vwap(t.price, t.size) }));
looseBars.candlestick({ high: 'vwap', low: 'vwap', close: 'vwap', volume: 'volume' });
// @ts-expect-error bars without a high and a low: they have to be named
looseBars.candlestick({ volume: 'volume' });

// Functions: NULL goes on where it may be, and ends where it cannot be.
const Quote = schema({
  ts: timestamp('ms'),
  day: date,
  name: string,
  note: string.nullable(),
  price: float64,
  size: int64.nullable(),
});
const quotes = replay('quotes.parquet', { schema: Quote, time: 'ts' });
const shaped = quotes.derive(t => ({
  side: when(t.price.gt(1)).then('high').when(t.size.gt(1)).then('low').otherwise(null),
  level: when(t.price.gt(1)).then(1).otherwise(2),
  cents: t.price.mul(100).round().cast(int64),
  tried: t.name.tryCast(float64),
  size: coalesce(t.size, 0),
  most: greatest(t.price, t.size),
  label: concatWs('-', t.name, t.note),
  base: t.name.splitPart('-', 1),
  short: t.name.regexReplace('[0-9]+', '').left(3).padEnd(3),
  words: t.note.length(),
  open: t.ts.inZone('America/New_York').timeOfDay().between('09:30', '16:00'),
  day: t.ts.inZone('America/New_York').truncate('1 d'),
  weekday: t.ts.dayOfWeek(),
  shown: t.day.format('EEE d MMM'),
  known: t.note.eqMissing(null),
  age: t.ts.diff('2024-01-01T00:00:00Z', 'day'),
  half: expr<number>`price / ${2}`,
  none: expr<string | null>`NULLIF(name, ${t.note})`,
  same: t.col('price').sub(t.price).abs().lt(1e-9),
}));
const shapedRows = () =>
  shaped.select('side', 'level', 'cents', 'tried', 'size', 'most', 'label', 'base').rows();
holds<
  Equal<
    Awaited<ReturnType<typeof shapedRows>>[number],
    {
      side: string | null;
      level: number;
      cents: number;
      tried: number | null;
      size: number;
      most: number | null;
      label: string;
      base: string | null;
    }
  >
>();
const moreRows = () =>
  shaped
    .select('short', 'words', 'open', 'day', 'weekday', 'shown', 'known', 'age', 'half', 'none', 'same')
    .rows();
holds<
  Equal<
    Awaited<ReturnType<typeof moreRows>>[number],
    {
      short: string;
      words: number | null;
      open: boolean;
      day: Temporal.Instant;
      weekday: number;
      shown: string;
      known: boolean;
      age: number;
      half: number;
      none: string | null;
      same: boolean;
    }
  >
>();

// Every aggregate, with NULL where it can be.
const aggregated = trades.groupBy('symbol').aggregate(t => ({
  ...ohlc(t.price),
  big: countIf(t.size.gt(100)),
  mean: avg(t.size),
  spreadOf: stddev(t.price),
  spreadOfAll: stddevPop(t.price),
  together: corr(t.price, t.size),
  middle: median(t.price, { where: t.size.gt(1) }),
  p95: quantile(t.price, 0.95),
  symbols: countDistinct(t.symbol),
  most: mode(t.symbol),
  at: maxBy(t.ts, t.size),
  names: listAgg(t.symbol, ' ', { distinct: true }),
  anyBig: any(t.size.gt(100)),
  overTime: twap(t.price),
  moved: realizedVol(t.price),
}));
const aggregatedRows = () => aggregated.rows();
holds<
  Equal<
    Awaited<ReturnType<typeof aggregatedRows>>[number],
    {
      symbol: string;
      open: number;
      high: number;
      low: number;
      close: number;
      big: number;
      mean: number | null;
      spreadOf: number | null;
      spreadOfAll: number;
      together: number | null;
      middle: number | null;
      p95: number;
      symbols: number;
      most: string;
      at: Temporal.Instant | null;
      names: string;
      anyBig: boolean | null;
      overTime: number;
      moved: number | null;
    }
  >
>();
const quoted = trades.derive(t => ({
  m: mid(t.price, t.price),
  w: microprice(t.price, t.price, t.size, t.size),
}));
const quoteRows = () => quoted.rows();
holds<Equal<Awaited<ReturnType<typeof quoteRows>>[number]['m'], number>>();
holds<Equal<Awaited<ReturnType<typeof quoteRows>>[number]['w'], number | null>>();
const own = defineAggregate({
  name: 'own',
  args: [float64, string],
  returns: string,
  init: () => ({ sum: 0, names: [] as string[] }),
  add: (state, price, symbol) => ({ sum: state.sum + price, names: [...state.names, symbol] }),
  value: state => `${state.sum.toFixed(2)} ${state.names.length}`,
});
const owned = trades
  .groupBy('symbol')
  .aggregate(t => ({ own: own(t.price, t.symbol, { where: t.size.gt(1) }) }));
const ownedRows = () => owned.rows();
holds<Equal<Awaited<ReturnType<typeof ownedRows>>[number]['own'], string | null>>();

// Mistakes.
// @ts-expect-error text has no mean
trades.groupBy('symbol').aggregate(t => ({ a: avg(t.symbol) }));
// @ts-expect-error nor a quantile
trades.groupBy('symbol').aggregate(t => ({ a: quantile(t.symbol, 0.5) }));
// @ts-expect-error a fraction is missing
trades.groupBy('symbol').aggregate(t => ({ a: quantile(t.price) }));
// @ts-expect-error a number is no condition
trades.groupBy('symbol').aggregate(t => ({ a: countIf(t.price) }));
// @ts-expect-error only text is joined
trades.groupBy('symbol').aggregate(t => ({ a: listAgg(t.price) }));
// @ts-expect-error text is not compared by maxBy
trades.groupBy('symbol').aggregate(t => ({ a: maxBy(t.price, t.symbol) }));
// @ts-expect-error a price is a number
trades.derive(t => ({ m: mid(t.symbol, t.price) }));
// @ts-expect-error an own aggregate takes what it declares
trades.groupBy('symbol').aggregate(t => ({ a: own(t.symbol, t.symbol) }));
// @ts-expect-error and as many
trades.groupBy('symbol').aggregate(t => ({ a: own(t.price) }));
// @ts-expect-error a choice has to say what otherwise
quotes.derive(t => ({ a: when(t.price.gt(1)).then(1) }));
// @ts-expect-error the condition of a choice is one
quotes.derive(t => ({ a: when(t.price).then(1).otherwise(2) }));
// @ts-expect-error a time in a zone is no value by itself
quotes.derive(t => ({ a: t.ts.inZone('UTC') }));
// @ts-expect-error a time of day is compared with text
quotes.where(t => t.ts.timeOfDay().gt(9));
// @ts-expect-error a time is not compared with a number
quotes.where(t => t.ts.gt(5));
// @ts-expect-error a computed name has to be a column's
quotes.where(t => t.col('prize').gt(5));
// @ts-expect-error text has no logarithm
quotes.derive(t => ({ a: t.name.ln() }));
// @ts-expect-error a day has no hour
quotes.derive(t => ({ a: t.day.hour() }));
// @ts-expect-error an expression in text is of its type
quotes.where(() => expr<number>`price / 2`);
// @ts-expect-error a condition is not added up
quotes.derive(t => ({ a: t.price.add(t.price.gt(1)) }));
// @ts-expect-error an aggregate is no column
quotes.derive(t => ({ a: sum(t.price) }));
// @ts-expect-error and no operand
quotes.groupBy('name').aggregate(t => ({ a: sum(t.price).div(2) }));
// @ts-expect-error a misspelt column
trades.where(t => t.pric.gt(1));
// @ts-expect-error operators do not work on expressions
trades.where(t => t.price > 1);
// @ts-expect-error neither does !
trades.derive(t => ({ a: t.price.gt(1) })).where(t => !t.a);
// @ts-expect-error nor +
trades.derive(t => ({ a: t.price + 1 }));
// @ts-expect-error an aggregate is no condition
trades.where(t => sum(t.size));
// @ts-expect-error a bare column is no aggregate
trades.groupBy('symbol').aggregate(t => ({ price: t.price }));
// @ts-expect-error text has no sum
trades.groupBy('symbol').aggregate(t => ({ s: sum(t.symbol) }));
// @ts-expect-error a number is not compared with text
trades.where(t => t.price.eq('a'));
// @ts-expect-error numbers have no upper()
trades.derive(t => ({ a: t.price.upper() }));
// @ts-expect-error a condition has to be one
trades.where(t => t.price);
// @ts-expect-error no such key
trades.groupBy('symbl');
// @ts-expect-error no such column to select
trades.select('nothing');
// @ts-expect-error the time column has to be there
replay('x.csv', { schema: Trade, time: 'time' });
// @ts-expect-error a chart's column has to be there
bars.line({ x: 'windowStart', y: 'vwpa' });
// @ts-expect-error in a spec, too
bars.chart({ mark: 'bar', encoding: { x: { field: 'symbl' } } });
// @ts-expect-error and for candlesticks
bars.candlestick({ open: 'opne' });
bars.chart({
  mark: 'bar',
  encoding: { x: { field: 'symbol' }, y: { field: 'volume', type: 'quantitative' } },
});

// Windows: what came too late is typed as the input, and NULL may stand where empty windows are filled with it.
const lateTrades: Stream<Trade> = bars.late;
const lateOfCumulated: Stream<Trade> = trades
  .window(cumulate({ size: '1 d', step: '1 h', timeZone: 'America/New_York' }), {
    emit: ['close', { every: '1 min' }],
  })
  .aggregate(t => ({ volume: sum(t.size) })).late;
void [lateTrades, lateOfCumulated];
const flat = trades
  .window(tumble('1 month', { offset: '1 h' }), { fill: 'previous' })
  .aggregate(t => ({ close: last(t.price) }));
const flatRows = () => flat.rows();
holds<Equal<Awaited<ReturnType<typeof flatRows>>[number]['close'], number>>();
const gaps = trades
  .groupBy('symbol')
  .window(calendar('XNYS', '30 min', { outside: 'previous' }), { fill: { with: 'null', limit: 5 } })
  .aggregate(t => ({ close: last(t.price) }));
const gapRows = () => gaps.rows();
holds<Equal<Awaited<ReturnType<typeof gapRows>>[number]['close'], number | null>>();
// @ts-expect-error a group without windows knows no late rows
void groups.late;
// @ts-expect-error a table has all of its rows
void tableBars.late;
// @ts-expect-error no such trigger
trades.window(tumble('1 min'), { emit: 'closed' });
// @ts-expect-error a trigger needs a time as text
trades.window(tumble('1 min'), { emit: { every: 1000 } });
// @ts-expect-error no such way to fill
trades.window(tumble('1 min'), { fill: 'zero' });
// @ts-expect-error cumulate needs its step
cumulate({ size: '1 d' });
