import type { ArrivalFormat } from '../arrival.js';
import type { ExchangeMessage } from './exchangeMessage.js';
import { unknownKind, type ExchangeWire } from './exchangeWire.js';
import { candleFields, quoteFields, tradeFields } from './marketRows.js';
import { rowFormat, type ColumnSource } from './rowFormat.js';

/** The kinds of Binance's messages that have rows for one format or another. */
const KINDS = ['trade', 'aggTrade', 'bookTicker', 'depthUpdate', 'kline', 'depthSnapshot'];

/** Binance's messages, of the spot market and of futures, on raw and on combined streams (`{"stream":…,"data":…}`). */
export const binanceWire: ExchangeWire = {
  name: 'Binance',
  paths: [
    'e',
    'u',
    'b',
    'lastUpdateId',
    'bids',
    'error',
    'error.msg',
    'error.code',
    'result',
    'id',
    'code',
    'msg',
  ],
  unwrap: 'data',
  kindOf: message => message.text('e') ?? kindWithoutName(message),
  faultOf(message, kind) {
    if (KINDS.includes(kind) || kind === 'answer') return null;
    if (kind !== 'error') return unknownKind('Binance', kind);
    const code = message.text('error.code') ?? message.text('code') ?? 'none';
    const text = message.text('error.msg') ?? message.text('msg') ?? message.text('error') ?? '';
    return `Binance answers with an error: ${text} (code ${code})`;
  },
};

/** The best bid and ask of the spot market, snapshots and answers do not say what they are. */
function kindWithoutName(message: ExchangeMessage): string {
  if (message.has('error') || (message.has('code') && message.has('msg'))) return 'error';
  if (message.has('lastUpdateId') && message.has('bids')) return 'depthSnapshot';
  if (message.has('u') && message.has('b')) return 'bookTicker';
  const { slots } = message;
  return slots.starts[message.placeOf('result')] >= 0 ? 'answer' : '';
}

const HEAD: Readonly<Record<string, ColumnSource>> = { ts: { at: 'E' }, symbol: { at: 's' } };
/** What the buyer's being the maker says of who took. */
const SIDE: ColumnSource = { at: 'm', words: { true: 'sell', false: 'buy' } };
const TRADE = { ...HEAD, price: { at: 'p' }, size: { at: 'q' }, side: SIDE };

export const binanceTrades: ArrivalFormat = rowFormat(binanceWire, {
  name: 'binance.trades',
  fields: tradeFields,
  messages: {
    trade: { rows: [], columns: { ...TRADE, id: { at: 't' } } },
    aggTrade: { rows: [], columns: { ...TRADE, id: { at: 'a' } } },
  },
});

/** The spot market's have no time, and then that of their receipt. */
export const binanceQuotes: ArrivalFormat = rowFormat(binanceWire, {
  name: 'binance.quotes',
  fields: quoteFields,
  messages: {
    bookTicker: {
      rows: [],
      columns: {
        ...HEAD,
        bid: { at: 'b' },
        bidSize: { at: 'B' },
        ask: { at: 'a' },
        askSize: { at: 'A' },
        updateId: { at: 'u' },
      },
    },
  },
});

export const binanceCandles: ArrivalFormat = rowFormat(binanceWire, {
  name: 'binance.candles',
  fields: candleFields,
  messages: {
    kline: {
      rows: [],
      columns: {
        ...HEAD,
        interval: { at: 'k.i' },
        start: { at: 'k.t' },
        open: { at: 'k.o' },
        high: { at: 'k.h' },
        low: { at: 'k.l' },
        close: { at: 'k.c' },
        volume: { at: 'k.v' },
        trades: { at: 'k.n' },
        closed: { at: 'k.x' },
      },
    },
  },
});
