import type { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { nearestNames } from '../columns/nearestNames.js';
import { sourceNode } from '../plan/build.js';
import type { Decimal } from './decimal.js';
import {
  binanceFeed,
  coinbaseFeed,
  krakenFeed,
  type ExchangeFeed,
  type FeedRequest,
} from './exchangeFeeds.js';
import type { Flat } from './kinds.js';
import { made } from './origin.js';
import { Stream } from './stream.js';

/** What every row of an exchange has: both clocks, and of what it is. */
interface MarketRow {
  /** By the exchange's clock: the event time. Where a message does not tell it, the time of receipt. */
  ts: Temporal.Instant;
  /** When it was received here. The two clocks may differ by seconds. */
  received: Temporal.Instant;
  /** As the exchange writes it: `ETHUSDT`, `ETH-USD`, `ETH/USD`. */
  symbol: string;
}

/** A trade. */
export interface Trade<Num = number> extends MarketRow {
  /** The exchange's number of it, of each symbol one more than the one before. */
  id: number | null;
  price: Num;
  size: Num;
  /** On which side the taker was. */
  side: 'buy' | 'sell' | null;
  /** How many trades of the symbol are missing before this one, by their numbers; NULL for the first. */
  missed: number | null;
}

/** The best bid and ask. */
export interface Quote<Num = number> extends MarketRow {
  bid: Num;
  bidSize: Num | null;
  ask: Num;
  askSize: Num | null;
  /** The book's update id (Binance) or the feed's sequence number (Coinbase) when it was so. */
  updateId: number | null;
}

/** A change of one level of an order book, or that something happened to it. */
export interface BookChange<Num = number> extends MarketRow {
  /**
   * `snapshot`: a level of a new book, which takes the old one's place; `change`: the size of a price; `gap`: messages are missing, and nothing is
   * known until the next snapshot; `disconnect`: the connection was lost.
   */
  kind: 'snapshot' | 'change' | 'gap' | 'disconnect';
  side: 'bid' | 'ask' | null;
  price: Num | null;
  /** The new size of the level; 0: it is no more. */
  size: Num | null;
  /** The first update that the message stands for. Of a gap: the one that came (Kraken: the checksum of the book as it is here). */
  firstId: number | null;
  /** The last update that the message stands for. */
  lastId: number | null;
  /** Of a gap: the update that should have come (Kraken: the checksum that the exchange tells). */
  expectedId: number | null;
  /** Whether it is the last row of its message: the rows of one take effect together. */
  last: boolean;
}

/** A candle, as it is by now. */
export interface Candle<Num = number> extends MarketRow {
  /** `1m`, `5m`, `1h`, … */
  interval: string;
  start: Temporal.Instant;
  open: Num;
  high: Num;
  low: Num;
  close: Num;
  volume: Num;
  trades: number | null;
  /** Whether it is complete; NULL where the exchange does not tell. */
  closed: boolean | null;
}

/** The rows of each channel. */
interface Channels<Num> {
  trades: Trade<Num>;
  quotes: Quote<Num>;
  book: BookChange<Num>;
  candles: Candle<Num>;
}

export type ExchangeChannel = keyof Channels<number>;

/** The row of a channel: `ExchangeRow<'trades'>`. */
export type ExchangeRow<C extends ExchangeChannel, Exact extends boolean = false> = Flat<
  Channels<Exact extends true ? Decimal : number>[C]
>;

/** What the feeds of all exchanges take. */
export interface ExchangeOptions<C extends ExchangeChannel, Exact extends boolean = false> {
  /** What is read: `'trades'`, `'quotes'` (the best bid and ask), `'book'` (every change of the order book), `'candles'`. */
  readonly channel: C;
  /** As the exchange writes them: `['ETHUSDT']`, `['ETH-USD']`, `['ETH/USD']`. */
  readonly symbols: readonly string[];
  /** Of a book: how many levels are asked for, where the exchange lets one choose. */
  readonly depth?: number;
  /** Of candles: how long one is (`'1m'`). */
  readonly interval?: string;
  /** Prices and sizes as exact decimals of 18 digits, 8 of them behind the point; not given: float64. */
  readonly exact?: Exact;
  /** Another address: a replayed recording, a test's, another region's. */
  readonly url?: string;
  /** What messages and the clock call it; not given: `binance.trades`. */
  readonly name?: string;
  /** How far rows may lag behind the latest one: 1 s unless said otherwise, 2 s for books. */
  readonly watermark?: DurationText;
  /** A feed silent for so long stops holding others back: 5 s unless said otherwise. */
  readonly idleTimeout?: DurationText;
}

/** What Binance takes beside. */
export interface BinanceOptions<
  C extends ExchangeChannel,
  Exact extends boolean = false,
> extends ExchangeOptions<C, Exact> {
  /** `'spot'` unless said otherwise; `'futures'` are those in USDT, whose trades are told together (`aggTrade`). */
  readonly market?: 'spot' | 'futures';
  /** Of a book: where snapshots are got, `{symbol}` in the place of the symbol. */
  readonly snapshotUrl?: string;
}

const CHANNELS: readonly ExchangeChannel[] = ['trades', 'quotes', 'book', 'candles'];

function exchangeStream<C extends ExchangeChannel, Exact extends boolean>(
  exchange: string,
  options: BinanceOptions<C, Exact>,
  feedOf: (request: FeedRequest) => ExchangeFeed,
): Stream<ExchangeRow<C, Exact>> {
  const { channel, symbols, exact, url, watermark, idleTimeout } = options;
  if (!CHANNELS.includes(channel)) {
    const near = nearestNames(String(channel), CHANNELS).map(name => `'${name}'`);
    throw new MillraceError(
      'MR1715',
      `exchange.${exchange}() has no channel '${String(channel)}'.`,
      `Did you mean ${near.join(', ')}?`,
    );
  }
  const isList =
    Array.isArray(symbols) && symbols.every(symbol => typeof symbol === 'string' && symbol !== '');
  if (!isList || symbols.length === 0) {
    throw new MillraceError(
      'MR1716',
      `exchange.${exchange}() needs the symbols that it is to follow.`,
      "Write { symbols: ['ETHUSDT'] }, as the exchange writes them.",
    );
  }
  const feed = feedOf({ ...options, channel, symbols });
  const node = sourceNode({
    name: options.name ?? `${exchange}.${channel}`,
    connector: 'webSocket',
    options: {
      ...feed.options,
      url: url ?? feed.url,
      subscribe: feed.subscribe,
      decode: `${exchange}.${channel}`,
      symbols,
      ...(exact === true ? { exact } : {}),
    },
    fields: null,
    time: {
      column: 'ts',
      boundUs: parseDuration(watermark ?? (channel === 'book' ? '2 s' : '1 s'), 'a watermark bound'),
      idleTimeoutUs: parseDuration(idleTimeout ?? '5 s', 'an idle timeout'),
      sequence: null,
    },
    clocked: false,
  });
  return new Stream<ExchangeRow<C, Exact>>(made(node));
}

/**
 * Live feeds of exchanges as typed rows, each with the exchange's clock (`ts`) and the receiver's (`received`). A connection that is lost is made again.
 * What an exchange says that is no row, such as an error, is counted and kept among the rejects.
 *
 * @example const trades = exchange.coinbase({ channel: 'trades', symbols: ['ETH-USD'] });
 * @example const book = orderBook(exchange.kraken({ channel: 'book', symbols: ['ETH/USD'] }), { depth: 5 });
 * @throws MillraceError `MR1715` for a channel that there is not; `MR1716` without symbols; `MR1717` for a depth, `MR1718` for an interval that the
 *   exchange does not have
 */
export const exchange = {
  /** Binance, the spot market or futures in USDT. */
  binance: <C extends ExchangeChannel, Exact extends boolean = false>(options: BinanceOptions<C, Exact>) =>
    exchangeStream('binance', options, binanceFeed),
  /** Coinbase Exchange (candles of five minutes: Advanced Trade). */
  coinbase: <C extends ExchangeChannel, Exact extends boolean = false>(options: ExchangeOptions<C, Exact>) =>
    exchangeStream('coinbase', options, coinbaseFeed),
  /** Kraken, WebSocket version 2. */
  kraken: <C extends ExchangeChannel, Exact extends boolean = false>(options: ExchangeOptions<C, Exact>) =>
    exchangeStream('kraken', options, krakenFeed),
};
