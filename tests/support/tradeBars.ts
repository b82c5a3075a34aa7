import { expect } from 'vitest';
import { count, max, min, sum, tumble } from '../../engine/src/index.js';
import type { Stream, Trade } from '../../engine/src/index.js';
import { runCommand } from '../../engine/src/node/cli/run.js';
import { realWorld } from '../../engine/src/node/world.js';

/** Bars of five seconds, of sums that do not depend on the order of rows. */
export const tradeBars = (trades: Stream<Trade>) =>
  trades
    .groupBy('symbol')
    .window(tumble('5 s'))
    .aggregate(t => ({
      n: count(),
      volume: sum(t.size),
      low: min(t.price),
      high: max(t.price),
      ids: sum(t.id),
    }));

/** Rows in an order of their own. */
export const sortedRows = (rows: readonly object[]): string[] => rows.map(row => JSON.stringify(row)).sort();

/** Makes a recording of another program's file, as `millrace import` does. */
export async function importRecording(folder: string, from: string, to: string): Promise<void> {
  const said: string[] = [];
  const context = {
    world: realWorld(folder),
    print: (line: string) => said.push(line),
    note: (line: string) => said.push(line),
    signal: new AbortController().signal,
  };
  expect(await runCommand(['import', from, to], context), said.join('\n')).toBe(0);
}
