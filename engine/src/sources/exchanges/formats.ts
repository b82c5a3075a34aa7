import type { ArrivalFormat } from '../arrival.js';
import { binanceCandles, binanceQuotes, binanceTrades } from './binance.js';
import { binanceBook } from './binanceBook.js';
import { coinbaseCandles, coinbaseQuotes, coinbaseTrades } from './coinbase.js';
import { coinbaseBook } from './coinbaseBook.js';
import { krakenCandles, krakenQuotes, krakenTrades } from './kraken.js';
import { krakenBook } from './krakenBook.js';

/** What exchanges send, as typed rows. */
export const EXCHANGE_FORMATS: readonly ArrivalFormat[] = [
  binanceTrades,
  binanceQuotes,
  binanceBook,
  binanceCandles,
  coinbaseTrades,
  coinbaseQuotes,
  coinbaseBook,
  coinbaseCandles,
  krakenTrades,
  krakenQuotes,
  krakenBook,
  krakenCandles,
];
