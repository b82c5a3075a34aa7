import type { ArrivalFormat } from '../arrival.js';
import { unknownKind, type ExchangeWire } from './exchangeWire.js';
import { candleFields, quoteFields, tradeFields } from './marketRows.js';
import { rowFormat } from './rowFormat.js';

/** What gives rows for one format or another, and what says that all is well. */
const KINDS = ['trade', 'ticker', 'book', 'ohlc', 'status', 'heartbeat', 'answer'];

/** Minutes of a candle, as other exchanges write them. */
const INTERVALS = {
  '1': '1m',
  '5': '5m',
  '15': '15m',
  '30': '30m',
  '60': '1h',
  '240': '4h',
  '1440': '1d',
  '10080': '1w',
  '21600': '15d',
};

/** Messages of Kraken's WebSocket version 2. */
export const krakenWire: ExchangeWire = {
  name: 'Kraken',
  paths: ['channel', 'method', 'success', 'error', 'symbol', 'result.symbol'],
  unwrap: null,
  kindOf(message) {
    const channel = message.text('channel');
    if (channel !== null) return channel;
    if (message.has('error') || message.is('success', 'false')) return 'error';
    return message.has('method') ? 'answer' : '';
  },
  faultOf(message, kind) {
    if (KINDS.includes(kind)) return null;
    if (kind !== 'error') return unknownKind('Kraken', kind);
    const symbol = message.text('symbol') ?? message.text('result.symbol');
    return `Kraken answers with an error: ${message.text('error') ?? ''}${symbol === null ? '' : ` (${symbol})`}`;
  },
};

export const krakenTrades: ArrivalFormat = rowFormat(krakenWire, {
  name: 'kraken.trades',
  fields: tradeFields,
  messages: {
    trade: {
      rows: ['data'],
      // After each connection some trades come again.
      repeats: true,
      columns: {
        ts: { at: 'timestamp' },
        symbol: { at: 'symbol' },
        id: { at: 'trade_id' },
        price: { at: 'price' },
        size: { at: 'qty' },
        side: { at: 'side' },
      },
    },
  },
});

/** A ticker tells its time only lately; without, it has that of its receipt. */
export const krakenQuotes: ArrivalFormat = rowFormat(krakenWire, {
  name: 'kraken.quotes',
  fields: quoteFields,
  messages: {
    ticker: {
      rows: ['data'],
      columns: {
        ts: { at: 'timestamp' },
        symbol: { at: 'symbol' },
        bid: { at: 'bid' },
        bidSize: { at: 'bid_qty' },
        ask: { at: 'ask' },
        askSize: { at: 'ask_qty' },
      },
    },
  },
});

export const krakenCandles: ArrivalFormat = rowFormat(krakenWire, {
  name: 'kraken.candles',
  fields: candleFields,
  messages: {
    ohlc: {
      rows: ['data'],
      columns: {
        ts: { at: '^timestamp' },
        symbol: { at: 'symbol' },
        interval: { at: 'interval', words: INTERVALS },
        start: { at: 'interval_begin' },
        open: { at: 'open' },
        high: { at: 'high' },
        low: { at: 'low' },
        close: { at: 'close' },
        volume: { at: 'volume' },
        trades: { at: 'trades' },
      },
    },
  },
});
