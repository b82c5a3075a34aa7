import type { Temporal } from 'temporal-polyfill';
import { expectTypeOf, it } from 'vitest';
import {
  count,
  float64,
  int64,
  schema,
  string,
  sum,
  timestamp,
  webSocket,
  type ConnectionEvent,
  type LiveStream,
  type RowOf,
  type Stream,
} from '../index.js';

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, seq: int64 });
type Trade = RowOf<typeof Trade>;
const url = 'ws://localhost:1';

it('rows have the columns of the schema, and that of receive times where it is asked for', () => {
  const trades = webSocket(url, { schema: Trade, time: 'ts' });
  expectTypeOf(trades).toEqualTypeOf<LiveStream<Trade>>();
  const received = webSocket(url, { schema: Trade, time: 'received', receivedAt: 'received' });
  expectTypeOf(received).toEqualTypeOf<
    LiveStream<{ ts: Trade['ts']; symbol: string; price: number; seq: number; received: Temporal.Instant }>
  >();
  received.derive(t => ({ delay: t.received.sub(t.ts) }));
  // @ts-expect-error it has no such column
  webSocket(url, { schema: Trade, time: 'received' });
  // @ts-expect-error it was not asked for
  trades.derive(t => ({ delay: t.received }));
});

it('numbers of messages are in columns', () => {
  const trades = webSocket(url, { schema: Trade, gaps: { sequence: 'seq', by: ['symbol'], last: 65535 } });
  // @ts-expect-error a misspelt column
  webSocket(url, { schema: Trade, gaps: { sequence: 'sq' } });
  // @ts-expect-error a misspelt column
  webSocket(url, { schema: Trade, gaps: { sequence: 'seq', by: ['symbl'] } });
  const events = trades.events();
  expectTypeOf(events).toEqualTypeOf<Stream<ConnectionEvent>>();
  events
    .where(t => t.event.eq('gap'))
    .groupBy('key')
    .aggregate(t => ({ n: count(), missing: sum(t.missing) }));
  // @ts-expect-error events are of the connection, not of what is made of its rows
  trades.where(t => t.price.gt(1)).events();
});

it('options are checked', () => {
  webSocket(url, { heartbeat: false });
  webSocket(url, {
    heartbeat: { every: '20 s', send: { op: 'ping' }, timeout: '10 s' },
    compression: 'gzip',
  });
  // @ts-expect-error no compression
  webSocket(url, { compression: 'zip' });
  // @ts-expect-error no duration
  webSocket(url, { heartbeat: { every: 20 } });
  // @ts-expect-error no policy
  webSocket(url, { whenFull: 'wait' });
});
