import type { ViewOutput } from '@millrace/protocol';
import { tableFromIPC } from '@uwdata/flechette';
import { expect } from 'vitest';
import type { Bar } from '../../support/trades.js';
import { gridRows, numberOf, type GridRowText } from './gridRows.js';
import type { SavedNotebook } from './lab.js';
import type { ViewHandle } from './viewHandle.js';

export const VIEW_MIME = 'application/vnd.millrace.view.v1+json';
const EXACT = ['open', 'high', 'low', 'close', 'volume', 'n'] as const;

/** A grid of bars, as a user reads it, against the oracle's. */
export async function expectGrid(view: ViewHandle, oracle: readonly Bar[]): Promise<void> {
  const shown = await gridRows(view);
  expectBars(
    shown.map(row => ({
      symbol: row['symbol'] ?? '',
      windowEnd: timeOf(row),
      ...(Object.fromEntries(
        [...EXACT, 'vwap' as const].map(name => [name, numberOf(row[name])]),
      ) as Numbers),
    })),
    oracle,
    // A cell shows four decimals; its tooltip has them all.
    1e-6,
  );
}

type Numbers = Record<(typeof EXACT)[number] | 'vwap', number>;

function timeOf(row: GridRowText): string {
  return (row['windowEnd'] ?? '').replace('T', ' ').slice(0, 19);
}

/** The rows that a chart's output has in a saved notebook, against the oracle's. */
export function expectSavedChart(notebook: SavedNotebook, cell: number, oracle: readonly Bar[]): void {
  expectBars(savedRows(savedView(notebook, cell)), oracle, 1e-12);
}

/** The view output that a cell of a saved notebook has. */
export function savedView(notebook: SavedNotebook, cell: number): ViewOutput {
  const output = notebook.cells[cell]?.outputs?.find(({ data }) => data?.[VIEW_MIME] !== undefined);
  expect(output, `a view in cell ${cell}`).toBeDefined();
  return output?.data?.[VIEW_MIME] as ViewOutput;
}

function savedRows(output: ViewOutput): Bar[] {
  const table = tableFromIPC(Buffer.from(output.snapshot.arrow, 'base64'), { useBigInt: true });
  const unit = /timestamp\('(\w+)'\)/.exec(typeOf(output, 'windowEnd'))?.[1] ?? 'us';
  const perMs = { s: 0.001, ms: 1, us: 1e3, ns: 1e6 }[unit] ?? 1e3;
  return (table.toArray() as Record<string, unknown>[]).map(row => ({
    symbol: String(row['symbol']),
    windowEnd: new Date(Number(row['windowEnd']) / perMs).toISOString().replace('T', ' ').slice(0, 19),
    ...(Object.fromEntries([...EXACT, 'vwap' as const].map(name => [name, Number(row[name])])) as Numbers),
  }));
}

function typeOf(output: ViewOutput, name: string): string {
  return output.columns.find(column => column.name === name)?.type ?? '';
}

function expectBars(bars: readonly Bar[], oracle: readonly Bar[], tolerance: number): void {
  const order = (a: Bar, b: Bar): number =>
    a.windowEnd.localeCompare(b.windowEnd) || a.symbol.localeCompare(b.symbol);
  const keyed = (bar: Bar): object => ({
    symbol: bar.symbol,
    windowEnd: bar.windowEnd,
    ...Object.fromEntries(EXACT.map(name => [name, bar[name]])),
  });
  const sorted = [...bars].sort(order);
  expect(sorted.map(keyed)).toEqual([...oracle].sort(order).map(keyed));
  [...oracle].sort(order).forEach((bar, at) => {
    const off = Math.abs((sorted[at]?.vwap ?? NaN) - bar.vwap);
    expect(off, `VWAP of ${bar.symbol} at ${bar.windowEnd}`).toBeLessThanOrEqual(tolerance * bar.vwap);
  });
}
