import type { Temporal } from 'temporal-polyfill';
import { expectTypeOf, it } from 'vitest';
import {
  decimal,
  exchange,
  float64,
  int64,
  meetingEvents,
  read,
  replay,
  schema,
  string,
  sum,
  timestamp,
  webSocket,
  type MeetingEvent,
  type RowOf,
  type Stream,
  type Table,
  type Trade,
} from '../index.js';

const Tick = schema({ ts: timestamp('us'), symbol: string, price: float64, seq: int64 });
type Tick = RowOf<typeof Tick>;
const url = 'ws://localhost:1';
const history = replay('a.ndjson', { schema: Tick, time: 'ts' });
const live = webSocket(url, { schema: Tick, time: 'ts' });

it('rows are those of both sides', () => {
  const trades = history.followedBy(live, { by: 'symbol', sequence: 'seq' });
  expectTypeOf(trades).toEqualTypeOf<Stream<Tick>>();
  expectTypeOf(trades.where(t => t.price.gt(1))).toEqualTypeOf<Stream<Tick>>();
  expectTypeOf(meetingEvents(trades)).toEqualTypeOf<Stream<MeetingEvent>>();
  expectTypeOf<MeetingEvent['at']>().toEqualTypeOf<Temporal.Instant | null>();
  meetingEvents(trades)
    .groupBy('key')
    .aggregate(t => ({ missing: sum(t.missing) }));
  const table: Table<Tick> = read('a.ndjson', { schema: Tick, time: 'ts' });
  expectTypeOf(table.followedBy(live, { id: ['symbol', 'seq'] })).toEqualTypeOf<Stream<Tick>>();
  const recorded = replay('a.mrec', { as: exchange.kraken({ channel: 'trades', symbols: ['BTC/USD'] }) });
  const trading: Stream<Trade> = exchange.kraken({ channel: 'trades', symbols: ['BTC/USD'] });
  expectTypeOf(
    (recorded as Stream<Trade>).followedBy(trading, { by: ['symbol'], sequence: 'id' }),
  ).toEqualTypeOf<Stream<Trade>>();
});

it('a column of history may be NULL where that of live is not, and not the other way round', () => {
  const Loose = schema({ ts: timestamp('us'), symbol: string, price: float64.nullable(), seq: int64 });
  const loose = webSocket(url, { schema: Loose, time: 'ts' });
  const rows = replay('a.ndjson', { schema: Loose, time: 'ts' }).followedBy(live, {
    by: 'symbol',
    sequence: 'seq',
  });
  expectTypeOf(rows).toEqualTypeOf<Stream<RowOf<typeof Loose>>>();
  // @ts-expect-error column 'price' is not the same on both sides
  history.followedBy(loose, { by: 'symbol', sequence: 'seq' });
});

it('the columns of both sides are the same, and the one that differs is named', () => {
  const Exact = schema({ ts: timestamp('us'), symbol: string, price: decimal(18, 8), seq: int64 });
  // @ts-expect-error column 'price' is not the same on both sides
  history.followedBy(webSocket(url, { schema: Exact, time: 'ts' }), { by: 'symbol', sequence: 'seq' });
  // @ts-expect-error column 'received' is not the same on both sides
  history.followedBy(webSocket(url, { schema: Tick, time: 'ts', receivedAt: 'received' }), {
    sequence: 'seq',
  });
  // @ts-expect-error column 'price' is not the same on both sides
  history.followedBy(live.drop('price'), { sequence: 'seq' });
});

it('names are those of columns, and rows are numbered or have ids', () => {
  // @ts-expect-error there is no such column
  history.followedBy(live, { by: 'sym', sequence: 'seq' });
  // @ts-expect-error there is no such column
  history.followedBy(live, { id: ['symbol', 'sq'] });
  // @ts-expect-error nothing says which rows are the same
  history.followedBy(live, { by: 'symbol' });
  // @ts-expect-error both say it
  history.followedBy(live, { id: 'seq', sequence: 'seq' });
  // @ts-expect-error ids do not begin anew
  history.followedBy(live, { id: 'seq', last: 65535 });
  // @ts-expect-error a table is no live feed
  history.followedBy(read('a.ndjson', { schema: Tick }), { sequence: 'seq' });
});

it('a stream can be awaited: it is no promise', () => {
  expectTypeOf<Awaited<Stream<Tick>>>().toEqualTypeOf<Stream<Tick>>();
});
