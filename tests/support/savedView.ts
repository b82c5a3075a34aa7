import type { ViewOutput } from '@millrace/protocol';
import { tableFromIPC } from '@uwdata/flechette';
import { expect } from 'vitest';
import type { Bar } from './trades.js';

export const VIEW_MIME = 'application/vnd.millrace.view.v1+json';

export interface SavedOutput {
  readonly text?: string | readonly string[];
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface SavedCell {
  readonly cell_type?: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly SavedOutput[];
}

export interface SavedNotebook {
  readonly cells: readonly SavedCell[];
}

/** The view that a cell of a saved notebook shows. */
export function savedView(cell: SavedCell | undefined): ViewOutput {
  const output = cell?.outputs?.find(({ data }) => data?.[VIEW_MIME] !== undefined);
  expect(output, 'a saved view').toBeDefined();
  return output?.data?.[VIEW_MIME] as ViewOutput;
}

/** The bars that a saved view holds; `count` is the name of the column that counts trades. */
export function savedBars(output: ViewOutput, count = 'n'): Bar[] {
  const table = tableFromIPC(Buffer.from(output.snapshot.arrow, 'base64'), { useBigInt: true });
  // flechette gives timestamps of every unit as milliseconds.
  return (table.toArray() as Record<string, unknown>[]).map(row => ({
    symbol: String(row['symbol']),
    windowEnd: new Date(Number(row['windowEnd'])).toISOString().replace('T', ' ').slice(0, 19),
    open: Number(row['open']),
    high: Number(row['high']),
    low: Number(row['low']),
    close: Number(row['close']),
    volume: Number(row['volume']),
    vwap: Number(row['vwap']),
    n: Number(row[count]),
  }));
}

/** Bars against the oracle's: prices, volumes and counts exactly, VWAP within a relative tolerance. */
export function expectBars(bars: readonly Bar[], oracle: readonly Bar[], tolerance = 1e-12): void {
  const sorted = [...bars].sort(byTimeAndSymbol);
  const wanted = [...oracle].sort(byTimeAndSymbol);
  expect(sorted.map(withoutVwap)).toEqual(wanted.map(withoutVwap));
  wanted.forEach((bar, at) => {
    const off = Math.abs((sorted[at]?.vwap ?? NaN) - bar.vwap);
    expect(off, `VWAP of ${bar.symbol} at ${bar.windowEnd}`).toBeLessThanOrEqual(tolerance * bar.vwap);
  });
}

function byTimeAndSymbol(a: Bar, b: Bar): number {
  return a.windowEnd.localeCompare(b.windowEnd) || a.symbol.localeCompare(b.symbol);
}

function withoutVwap({ vwap: _, ...rest }: Bar): Omit<Bar, 'vwap'> {
  return rest;
}
