import { tradesCsv } from '../../support/trades.js';
import type { Lab } from './lab.js';

export const SYMBOLS = ['AAPL', 'MSFT', 'XOM'];

/** Forty minutes of trades. */
export const TRADES = tradesCsv({
  symbols: SYMBOLS,
  from: '2026-01-05T14:30:00Z',
  minutes: 40,
  perMinute: 60,
});

export const REPLAY = `import { replay, tumble, clock, first, last, max, min, sum, vwap, count } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });`;

export const BARS = (size = '1 min'): string => `const bars = trades
  .window(tumble('${size}'))
  .groupBy('symbol')
  .aggregate(t => ({ open: first(t.price), high: max(t.price), low: min(t.price), close: last(t.price),
                     volume: sum(t.size), vwap: vwap(t.price, t.size), n: count() }));
bars`;

export const CANDLES = `bars.candlestick({ open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume', facet: 'symbol' })`;

export const PLAY = (speed: number | string): string =>
  `await clock.start({ at: '2026-01-05T14:30:00Z', speed: ${typeof speed === 'number' ? speed : `'${speed}'`} })`;

/** The cells of most tests: replay, table, candlesticks, clock. */
export const LIVE = (speed: number | string): string[] => [REPLAY, BARS(), CANDLES, PLAY(speed)];
export const [TABLE_CELL, CHART_CELL, CLOCK_CELL] = [1, 2, 3];

/** Puts the trades beside the notebooks. */
export function putTrades(lab: Lab): void {
  lab.put('trades.csv', TRADES);
}
