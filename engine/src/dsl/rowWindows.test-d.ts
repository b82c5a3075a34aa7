/** Type tests of sessions and bars: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import { count, countWindow, dollarBars, float64, int64, last, replay, schema, session } from '../index.js';
import { string, sum, timestamp, tumble, volumeBars } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64.nullable() });
const trades = replay('trades.parquet', { schema: Trade, time: 'ts' });

// A session's row is a window's.
const sessions = trades
  .window(session({ gap: '5 min' }), { allowedLateness: '1 min' })
  .groupBy('symbol')
  .aggregate(t => ({ n: count(), volume: sum(t.size) }));
const sessionRows = () => sessions.rows();
interface Window {
  windowStart: Temporal.Instant;
  windowEnd: Temporal.Instant;
  windowTime: Temporal.Instant;
}
type Flat<T> = { [K in keyof T]: T[K] } & {};
holds<
  Equal<
    Awaited<ReturnType<typeof sessionRows>>,
    Flat<{ symbol: string } & Window & { n: number; volume: number | null }>[]
  >
>();

// A bar's has its number, and whether it is complete.
const bars = trades
  .groupBy('symbol')
  .window(volumeBars(10_000))
  .aggregate(t => ({ close: last(t.price) }));
const barRows = () => bars.rows();
interface Bar extends Window {
  windowNumber: number;
  windowComplete: boolean;
}
holds<Equal<Awaited<ReturnType<typeof barRows>>, Flat<{ symbol: string } & Bar & { close: number }>[]>>();
const all = trades.window(countWindow(100)).aggregate(() => ({ n: count() }));
const allRows = () => all.rows();
holds<Equal<Awaited<ReturnType<typeof allRows>>, Flat<Bar & { n: number }>[]>>();
trades.window(dollarBars(1e6, 'price', 'size'), { emit: 'close' });
bars.late.where(t => t.price.gt(1));

// Columns that are not known yet.
replay('other.csv').window(volumeBars(10, 'anything'));

// @ts-expect-error a gap is a duration
session({ gap: 5 });
// @ts-expect-error a bar counts numbers
trades.window(volumeBars(10_000, 'symbol'));
// @ts-expect-error of columns that are there
trades.window(volumeBars(10_000, 'volume'));
const quotes = replay('quotes.csv', { schema: schema({ ts: timestamp('us'), bid: float64 }), time: 'ts' });
// @ts-expect-error and where none is named, of 'size'
quotes.window(volumeBars(1));
// @ts-expect-error bars are never empty
trades.window(countWindow(100), { fill: 'previous' });
const minutes = trades.window(tumble('1 min')).aggregate(() => ({ n: count() }));
// @ts-expect-error windows of time have no number
minutes.line({ x: 'windowNumber', y: 'n' });
