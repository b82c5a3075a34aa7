import type { Temporal } from 'temporal-polyfill';
import { orderBookNode } from '../plan/build.js';
import type { Flat } from './kinds.js';
import { made } from './origin.js';
import type { Stream } from './stream.js';
import { StreamTable } from './streamTable.js';

/** What `orderBook` reads of changes: those that exchanges send, or a file of them. */
export interface BookChangeColumns {
  ts: Temporal.Instant;
  symbol: string;
  kind: string;
  side: string | null;
  price: number | null;
  size: number | null;
  last: boolean;
}

/** A level of an order book: the best bid and ask are its first. */
export interface BookLevel {
  symbol: string;
  /** From 1, the best. */
  level: number;
  /** NULL where the side has fewer levels. */
  bid: number | null;
  bidSize: number | null;
  ask: number | null;
  askSize: number | null;
  /**
   * `synced`: it is the exchange's. `gap`: messages are missing, and it is as it was before; `unsynced`: there is no connection, or no snapshot yet.
   * Both are over with the next snapshot, which takes the place of all levels.
   */
  state: 'unsynced' | 'synced' | 'gap';
  /** Of the message that made the level what it is. */
  ts: Temporal.Instant;
}

/** Of that message, too, where the changes have it. */
type OfMessage<Row> = Flat<Pick<Row, Extract<keyof Row, 'received' | 'lastId'>>>;

/** What `orderBook` takes. */
export interface OrderBookOptions {
  /** How many levels of each side: 1 to 5,000; 1 is the best bid and ask. */
  readonly depth: number;
}

/**
 * The order books that changes make: a table of the best levels of each symbol, a row each, the best bid and ask first. Each message's changes take
 * effect together and are versions of the levels that they change, so that what is made of them does not depend on how the input was cut.
 *
 * @example
 * const book = orderBook(exchange.binance({ channel: 'book', symbols: ['ETHUSDT'] }), { depth: 10 });
 * const best = book.where(l => l.level.eq(1).and(l.state.eq('synced'))).derive(l => ({ mid: l.bid.add(l.ask).div(2), spread: l.ask.sub(l.bid) }));
 * @throws MillraceError `MR3530` for a depth that it cannot have; `MR3531` without event time, `MR3532` for columns of other types, such as exact
 *   decimals
 */
export function orderBook<Row extends BookChangeColumns>(
  changes: Stream<Row>,
  options: OrderBookOptions,
): StreamTable<Flat<BookLevel & OfMessage<Row>>> {
  return new StreamTable(made(orderBookNode({ input: changes.plan, depth: options.depth })));
}
