import type { Bar } from '../../support/trades.js';
import { expectBars } from '../../support/savedView.js';
import { gridRows, numberOf, type GridRowText } from './gridRows.js';
import type { ViewHandle } from './viewHandle.js';

/** A grid of bars, as a user reads it, against the oracle's. */
export async function expectGrid(view: ViewHandle, oracle: readonly Bar[]): Promise<void> {
  const shown = await gridRows(view);
  // A cell shows the digits worth reading; its tooltip has them all.
  expectBars(shown.map(barOf), oracle, 1e-9);
}

function barOf(row: GridRowText): Bar {
  const number = (name: string): number => numberOf(row[name]);
  return {
    symbol: row['symbol'] ?? '',
    windowEnd: (row['windowEnd'] ?? '').replace('T', ' ').slice(0, 19),
    open: number('open'),
    high: number('high'),
    low: number('low'),
    close: number('close'),
    volume: number('volume'),
    vwap: number('vwap'),
    n: number('n'),
  };
}
