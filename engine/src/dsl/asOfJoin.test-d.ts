/** Type tests of as-of joins: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import { float64, int64, replay, schema, string, Table, timestamp } from '../index.js';
import type { Stream, StreamTable } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64 });
const Quote = schema({ ts: timestamp('us'), symbol: string, bid: float64, price: float64 });
const trades = replay('trades.parquet', { schema: Trade, time: 'ts' });
const quotes = replay('quotes.parquet', { schema: Quote, time: 'ts' });
const reference = Table.of({ ticker: ['A'], since: [new Date()], lot: [1] });
type RowsOf<C> =
  C extends Stream<infer Row>
    ? Row
    : C extends StreamTable<infer Row>
      ? Row
      : C extends Table<infer Row>
        ? Row
        : never;

interface Traded {
  ts: Temporal.Instant;
  symbol: string;
  price: number;
}
type Flat<T> = { [K in keyof T]: T[K] } & {};

const joined = trades.asOfJoin(quotes, { by: 'symbol', tolerance: '2 s', rightTime: 'quoteTs' });
interface Quoted {
  bid: number | null;
  price_right: number | null;
  quoteTs: Temporal.Instant | null;
}
holds<Equal<typeof joined, Stream<Flat<Traded & Quoted>>>>();

const inner = trades.asOfJoin(quotes, { by: ['symbol'], how: 'inner', suffix: '_q', direction: 'nearest' });
holds<Equal<RowsOf<typeof inner>, Flat<Traded & { bid: number; price_q: number }>>>();

// Rows told at once make a table that changes.
const revised = trades.asOfJoin(quotes, { by: { symbol: 'symbol' }, emit: 'change' });
holds<
  Equal<typeof revised extends StreamTable<infer Row> ? Row : never, Flat<Traded & Omit<Quoted, 'quoteTs'>>>
>();

// Without keys every row may meet every other; a table is looked up as well.
const all = trades.asOfJoin(quotes);
holds<Equal<RowsOf<typeof all>['bid'], number | null>>();
const looked = trades.temporalJoin(reference, { by: { symbol: 'ticker' } });
holds<Equal<RowsOf<typeof looked>['lot'], number | null>>();
const versions = trades.temporalJoin(revised, { by: 'symbol', how: 'inner' });
holds<Equal<RowsOf<typeof versions>['bid'], number | null>>();

// A table is joined with tables, and gives one.
const bounded = Table.of({ ts: [new Date()], ticker: ['A'] }, { time: 'ts' });
const both = bounded.asOfJoin(reference, { by: 'ticker' });
holds<Equal<typeof both extends Table<infer Row> ? Row : never, RowsOf<typeof both>>>();

// @ts-expect-error -- a table does not meet a stream: it would have to wait for it
bounded.asOfJoin(quotes, {});
// @ts-expect-error -- the right has no such column
trades.asOfJoin(quotes, { by: 'venue' });
// @ts-expect-error -- nor the left
trades.asOfJoin(quotes, { by: { venue: 'symbol' } });
// @ts-expect-error -- no direction
trades.asOfJoin(quotes, { by: 'symbol', direction: 'sideways' });
// @ts-expect-error -- versions have keys
trades.temporalJoin(quotes, {});
// @ts-expect-error -- a table whose rows change has no rows that only come
trades.asOfJoin(revised, { by: 'symbol' });
// @ts-expect-error -- a key is not among the right columns
joined.select('symbol_right');
export const used = [looked, versions, both, schema({ n: int64 })];
