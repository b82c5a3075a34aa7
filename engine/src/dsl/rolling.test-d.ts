/** Type tests of rolling columns and top-N: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import {
  avg,
  count,
  cumSum,
  desc,
  diff,
  ema,
  float64,
  forwardFill,
  int64,
  lag,
  lead,
  max,
  read,
  replay,
  rowNumber,
  schema,
  string,
  sum,
  timestamp,
  tumble,
} from '../index.js';
import type { Stream, StreamTable } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64.nullable() });
const trades = replay('trades.parquet', { schema: Trade, time: 'ts', watermark: '2 s' });

const rolled = trades.rolling({ by: 'symbol', rows: 20 }).derive(t => ({
  mean: avg(t.price),
  total: sum(t.size),
  n: count(),
  before: lag(t.price),
  opened: lag(t.price, 1, t.price),
  other: lag(t.symbol, 2, 'none'),
  next: lead(t.size),
  change: diff(t.price),
  filled: forwardFill(t.size),
  place: rowNumber(),
  trend: ema(t.price, { span: 10 }),
  volume: cumSum(t.size),
  price: max(t.price),
}));
const rows = () => rolled.rows();
holds<
  Equal<
    Awaited<ReturnType<typeof rows>>,
    {
      ts: Temporal.Instant;
      symbol: string;
      size: number | null;
      mean: number;
      total: number | null;
      n: number;
      before: number | null;
      opened: number;
      other: string;
      next: number | null;
      change: number | null;
      filled: number | null;
      place: number;
      trend: number;
      volume: number | null;
      price: number;
    }[]
  >
>();
// A frame behind the row is empty at first.
const behind = trades.rolling({ rows: [-20, -1] }).derive(t => ({ mean: avg(t.price) }));
const behindRows = () => behind.rows();
holds<Equal<Awaited<ReturnType<typeof behindRows>>[number]['mean'], number | null>>();
const ranged: Stream<{
  ts: Temporal.Instant;
  symbol: string;
  price: number;
  size: number | null;
  mean: number;
}> = trades.rolling({ by: ['symbol'], range: '5 s' }).derive(t => ({ mean: avg(t.price) }));

const volumes = trades
  .window(tumble('10 s'))
  .groupBy('symbol')
  .aggregate(t => ({ volume: sum(t.size) }));
const top = volumes.final().topN(3, { by: t => desc(t.volume), within: 'windowEnd', rowNumber: 'place' });
const topRows = () => top.rows();
holds<Equal<Awaited<ReturnType<typeof topRows>>[number]['place'], number>>();
holds<typeof top extends Stream<infer _Row> ? true : false>();
const best: StreamTable<{ ts: Temporal.Instant; symbol: string; price: number; size: number | null }> =
  trades.topN(2, { by: t => [desc(t.price), t.symbol], within: 'symbol' });
void [ranged, best];

// Mistakes.
// @ts-expect-error no such key
trades.rolling({ by: 'symbl', rows: 2 });
// @ts-expect-error a bare column is neither an aggregate nor a row function
trades.rolling({ rows: 2 }).derive(t => ({ price: t.price }));
// @ts-expect-error text has no mean
trades.rolling({ rows: 2 }).derive(t => ({ mean: avg(t.symbol) }));
// @ts-expect-error nor a difference
trades.rolling({}).derive(t => ({ change: diff(t.symbol) }));
// @ts-expect-error an average needs one way to forget
trades.rolling({}).derive(t => ({ trend: ema(t.price, { span: 10, alpha: 0.5 }) }));
// @ts-expect-error the default is of another type
trades.rolling({}).derive(t => ({ before: lag(t.price, 1, 'none') }));
// @ts-expect-error lag() is no value of its own in derive()
trades.derive(t => ({ before: lag(t.price) }));
// @ts-expect-error no such column to rank within
trades.topN(2, { by: t => desc(t.price), within: 'symbl' });

// Ranks by value: tables alone, with a column for each kind that is named.
const prints = read('trades.parquet', { schema: Trade });
const ranked = prints.rank({ by: t => [desc(t.price), t.symbol], within: 'symbol', rank: 'place' });
const place: { place: number; price: number } = (await ranked.rows())[0];
const numbered = prints.rank({ by: t => t.price, denseRank: 'level', rowNumber: 'n' });
const levels: { level: number; n: number } = (await numbered.rows())[0];
void [place, levels];
// @ts-expect-error a column that is not named is not there
void (await ranked.rows())[0].level;
// @ts-expect-error a stream has no last row: topN follows one
trades.rank({ by: t => t.price, rank: 'place' });
// @ts-expect-error a misspelt column
prints.rank({ by: t => t.pric, rank: 'place' });
// @ts-expect-error a misspelt group
prints.rank({ by: t => t.price, within: 'symbl', rank: 'place' });
