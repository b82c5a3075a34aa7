import { MillraceError } from '../columns/error.js';

/** What a feed is asked for. */
export interface FeedRequest {
  readonly channel: 'trades' | 'quotes' | 'book' | 'candles';
  readonly symbols: readonly string[];
  readonly depth?: number;
  readonly interval?: string;
  readonly market?: 'spot' | 'futures';
  readonly snapshotUrl?: string;
}

/** Where a feed is, what is said to it first, and what its format has to know. */
export interface ExchangeFeed {
  readonly url: string;
  readonly subscribe: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Depths of snapshots, by market, and of Kraken's books. */
const SNAPSHOTS = { spot: [100, 500, 1000, 5000], futures: [5, 10, 20, 50, 100, 500, 1000] };
const KRAKEN_DEPTHS = [10, 25, 100, 500, 1000];
/** Kraken's intervals, in minutes. */
const KRAKEN_INTERVALS: Readonly<Record<string, number>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '1h': 60,
  '4h': 240,
  '1d': 1440,
  '1w': 10080,
  '15d': 21600,
};
const BINANCE_INTERVALS = '1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M'.split(' ');

const BINANCE = {
  spot: { url: 'wss://stream.binance.com:9443/stream', rest: 'https://api.binance.com/api/v3/depth' },
  futures: { url: 'wss://fstream.binance.com/stream', rest: 'https://fapi.binance.com/fapi/v1/depth' },
};

/** Binance's streams. */
export function binanceFeed(request: FeedRequest): ExchangeFeed {
  const { channel, symbols, depth = 1000, interval = '1m', market = 'spot', snapshotUrl } = request;
  const { url, rest } = BINANCE[market];
  if (channel === 'candles') requireChoice('binance', 'interval', interval, BINANCE_INTERVALS);
  const streams = {
    trades: market === 'futures' ? 'aggTrade' : 'trade',
    quotes: 'bookTicker',
    book: 'depth@100ms',
    candles: `kline_${interval}`,
  };
  const params = symbols.map(symbol => `${symbol.toLowerCase()}@${streams[channel]}`);
  const subscribe = [{ method: 'SUBSCRIBE', params, id: 1 }];
  if (channel !== 'book') return { url, subscribe, options: {} };
  const limit = deepEnough('binance', depth, SNAPSHOTS[market]);
  return {
    url,
    subscribe,
    options: { snapshotUrl: snapshotUrl ?? `${rest}?symbol={symbol}&limit=${limit}` },
  };
}

/** Coinbase's channels. Its books are whole. */
export function coinbaseFeed({ channel, symbols, interval = '5m' }: FeedRequest): ExchangeFeed {
  if (channel === 'candles') {
    requireChoice('coinbase', 'interval', interval, ['5m']);
    const subscribe = [{ type: 'subscribe', product_ids: symbols, channel: 'candles' }];
    return { url: 'wss://advanced-trade-ws.coinbase.com', subscribe, options: {} };
  }
  const name = { trades: 'matches', quotes: 'ticker', book: 'level2_batch' }[channel];
  return {
    url: 'wss://ws-feed.exchange.coinbase.com',
    subscribe: [{ type: 'subscribe', product_ids: symbols, channels: [name] }],
    options: {},
  };
}

/** Kraken's channels. */
export function krakenFeed({ channel, symbols, depth = 10, interval = '1m' }: FeedRequest): ExchangeFeed {
  if (channel === 'candles') requireChoice('kraken', 'interval', interval, Object.keys(KRAKEN_INTERVALS));
  const levels = deepEnough('kraken', depth, KRAKEN_DEPTHS);
  const params = {
    trades: { channel: 'trade', symbol: symbols },
    // Every change of the best prices, and not trades alone.
    quotes: { channel: 'ticker', symbol: symbols, event_trigger: 'bbo' },
    book: { channel: 'book', symbol: symbols, depth: levels },
    candles: { channel: 'ohlc', symbol: symbols, interval: KRAKEN_INTERVALS[interval] },
  };
  return {
    url: 'wss://ws.kraken.com/v2',
    subscribe: [{ method: 'subscribe', params: params[channel] }],
    options: channel === 'book' ? { depth: levels } : {},
  };
}

/** The least of the depths that an exchange has which is deep enough. */
function deepEnough(exchange: string, depth: number, depths: readonly number[]): number {
  const found = Number.isInteger(depth) && depth > 0 ? depths.find(each => each >= depth) : undefined;
  if (found !== undefined) return found;
  throw new MillraceError(
    'MR1717',
    `exchange.${exchange}() has no book of ${String(depth)} levels.`,
    `It is a whole number, ${depths.at(-1)} at most.`,
  );
}

function requireChoice(exchange: string, option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new MillraceError(
    'MR1718',
    `exchange.${exchange}() has no ${option} '${value}'.`,
    `These exist: ${choices.map(choice => `'${choice}'`).join(', ')}.`,
  );
}
