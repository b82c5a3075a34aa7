import type { ArrivalFormat } from '../arrival.js';
import { unknownKind, type ExchangeWire } from './exchangeWire.js';
import { candleFields, quoteFields, tradeFields } from './marketRows.js';
import { rowFormat, type RowMessage } from './rowFormat.js';

/** What gives rows for one format or another, and what says that all is well. */
const KINDS = [
  'match',
  'last_match',
  'ticker',
  'snapshot',
  'l2update',
  'candles',
  'subscriptions',
  'heartbeat',
];

/** Messages of Coinbase Exchange, which have a `type`, and of Advanced Trade, which have a `channel`. */
export const coinbaseWire: ExchangeWire = {
  name: 'Coinbase',
  paths: ['type', 'channel', 'message', 'reason'],
  unwrap: null,
  kindOf(message) {
    const kind = message.text('type') ?? message.text('channel') ?? '';
    return kind === 'heartbeats' ? 'heartbeat' : kind === 'ticker_batch' ? 'ticker' : kind;
  },
  faultOf(message, kind) {
    if (KINDS.includes(kind)) return null;
    if (kind !== 'error') return unknownKind('Coinbase', kind);
    const reason = message.text('reason');
    return `Coinbase answers with an error: ${message.text('message') ?? ''}${reason === null ? '' : ` (${reason})`}`;
  },
};

const TRADE: RowMessage = {
  rows: [],
  columns: {
    ts: { at: 'time' },
    symbol: { at: 'product_id' },
    id: { at: 'trade_id' },
    price: { at: 'price' },
    size: { at: 'size' },
    // The message says on which side the maker was.
    side: { at: 'side', words: { sell: 'buy', buy: 'sell' } },
  },
};

export const coinbaseTrades: ArrivalFormat = rowFormat(coinbaseWire, {
  name: 'coinbase.trades',
  fields: tradeFields,
  // After each connection the last trade comes again.
  messages: { match: TRADE, last_match: { ...TRADE, repeats: true } },
});

export const coinbaseQuotes: ArrivalFormat = rowFormat(coinbaseWire, {
  name: 'coinbase.quotes',
  fields: quoteFields,
  messages: {
    ticker: {
      rows: [],
      columns: {
        ts: { at: 'time' },
        symbol: { at: 'product_id' },
        bid: { at: 'best_bid' },
        bidSize: { at: 'best_bid_size' },
        ask: { at: 'best_ask' },
        askSize: { at: 'best_ask_size' },
        updateId: { at: 'sequence' },
      },
    },
  },
});

/** Of five minutes each, by Advanced Trade: Coinbase Exchange sends none. */
export const coinbaseCandles: ArrivalFormat = rowFormat(coinbaseWire, {
  name: 'coinbase.candles',
  fields: candleFields,
  messages: {
    candles: {
      rows: ['events', 'candles'],
      constants: { interval: '5m' },
      columns: {
        ts: { at: '^timestamp' },
        symbol: { at: 'product_id' },
        start: { at: 'start', unit: 's' },
        open: { at: 'open' },
        high: { at: 'high' },
        low: { at: 'low' },
        close: { at: 'close' },
        volume: { at: 'volume' },
      },
    },
  },
});
