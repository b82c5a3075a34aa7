import type { Temporal } from 'temporal-polyfill';
import { exchange, pin, read, replay, webSocket } from '../index.js';
import type { Pin, PinnedResult, Recording, RecordingState, Stream, Trade } from '../index.js';

declare const trades: Stream<{ ts: Temporal.Instant; price: number }>;

const recording: Promise<Recording> = trades.record('trades.mrec');
const over: Promise<Recording> = trades.record('trades.mrec', { exists: 'replace' });
// @ts-expect-error: there is no other way
void trades.record('trades.mrec', { exists: 'append' });
// @ts-expect-error: a recording is of a file
void trades.record();
const state: RecordingState = await (await recording).stop();
const latest: Temporal.Instant | null = state.latest;

const feed = exchange.binance({ channel: 'trades', symbols: ['ETHUSDT'] });
const replayed: Stream<Trade> = replay('trades.mrec', { as: feed });
replayed.where(t => t.price.gt(1));
// @ts-expect-error: the rows are those of the feed
replayed.where(t => t.prise.gt(1));
read('trades.mrec', { as: feed }).where(t => t.symbol.eq('ETHUSDT'));
replay(await over, { as: feed, time: 'received' });
// @ts-expect-error: event time is a column of the rows
replay('trades.mrec', { as: feed, time: 'when' });
// @ts-expect-error: only a stream says how messages are read
replay('trades.mrec', { as: read('trades.csv') });
replay('https://example.org/trades.mrec', { hash: '9f86d0', maxBytes: 1e9 });

const pinned: Promise<Pin | PinnedResult> = pin(replayed);
const file: Promise<Pin> = pin('trades.mrec', { renew: true });
const result: Promise<Pin | PinnedResult> = pin(
  replayed.where(t => t.price.gt(1)),
  { name: 'dear' },
);
// @ts-expect-error: a file has its own name
void pin('trades.mrec', { name: 'trades' });
void pin(await recording);
// @ts-expect-error: a file, or a result
void pin(3);
// A feed that never ends gives no result, which is said when it runs.
void pin(webSocket('ws://localhost:1').keep());

export { file, latest, pinned, result };
