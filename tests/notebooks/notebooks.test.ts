import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectBars, savedBars, savedView, VIEW_MIME, type SavedOutput } from '../support/savedView.js';
import { oracleBars, type Bar } from '../support/trades.js';
import { execute, notebooksFolder, type Executed } from './run.js';

const home = notebooksFolder();
afterAll(() => rmSync(home, { recursive: true, force: true }));

function outputs({ notebook }: Executed): readonly SavedOutput[] {
  return notebook.cells.flatMap(cell => cell.outputs ?? []);
}

function views(executed: Executed, kind: 'grid' | 'chart') {
  return executed.notebook.cells
    .filter(cell => (cell.outputs ?? []).some(({ data }) => data?.[VIEW_MIME] !== undefined))
    .map(cell => ({ cell, output: savedView(cell) }))
    .filter(({ output }) => output.view.kind === kind);
}

describe.each(['01-live-bars.ipynb', '02-live-websocket.ipynb'])('%s, run without a user', name => {
  let executed: Executed;
  let oracle: Bar[];
  beforeAll(async () => {
    executed = await execute(home, name);
    oracle = await oracleBars(join(executed.folder, 'data', 'trades.parquet'), 60);
  }, 240_000);

  test('has no error', () => {
    expect(outputs(executed).filter(output => output.output_type === 'error')).toEqual([]);
  });

  test('saves its charts as pictures and its tables as HTML, all at their end', () => {
    expect(views(executed, 'chart').length).toBeGreaterThan(0);
    expect(views(executed, 'grid').length).toBeGreaterThan(0);
    for (const { cell, output } of views(executed, 'chart')) {
      const data = cell.outputs?.find(each => each.data?.[VIEW_MIME] !== undefined)?.data ?? {};
      const png = Buffer.from(String(data['image/png']), 'base64');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.length).toBeGreaterThan(5_000);
      expect(output.snapshot.status.state).toBe('ended');
    }
    for (const { cell, output } of views(executed, 'grid')) {
      const data = cell.outputs?.find(each => each.data?.[VIEW_MIME] !== undefined)?.data ?? {};
      expect(String([data['text/html']].flat().join(''))).toMatch(/<table/);
      expect(output.snapshot.status.state).toBe('ended');
    }
  });

  test("shows DuckDB's bars of the day", () => {
    const [grid] = views(executed, 'grid');
    const rows = savedBars(grid!.output, 'trades');
    expect(rows.length).toBeGreaterThan(20);
    const shown = new Set(rows.map(row => `${row.windowEnd} ${row.symbol}`));
    expectBars(
      rows,
      oracle.filter(bar => shown.has(`${bar.windowEnd} ${bar.symbol}`)),
    );
    expect(grid!.output.snapshot.status.total).toBe(oracle.length);

    const [candles] = views(executed, 'chart');
    expectBars(
      savedBars(candles!.output, 'trades'),
      oracle.filter(bar => bar.symbol === 'AAPL'),
    );
  });

  test('shows pictures and tables in what nbconvert makes of it', () => {
    expect(executed.html).toMatch(/<img[^>]+src="data:image\/png;base64,/);
    expect(executed.html).toMatch(/<table/);
  });

  test('counts the bars in its last cell', () => {
    const last = JSON.stringify(executed.notebook.cells.at(-1)?.outputs);
    expect(last).toContain(`${oracle.length} bars`);
  });
});

describe('03-replay-and-recordings.ipynb, run without a user', () => {
  let executed: Executed;
  beforeAll(async () => {
    executed = await execute(home, '03-replay-and-recordings.ipynb');
  }, 240_000);

  const said = (): string =>
    outputs(executed)
      .map(({ text, data }) => [text ?? data?.['text/plain'] ?? ''].flat().join(''))
      .join('\n');

  test('has no error', () => {
    expect(outputs(executed).filter(output => output.output_type === 'error')).toEqual([]);
  });

  test('steps to the end of a window, and goes back to the table of an earlier time', () => {
    expect(said()).toMatch(/2026-01-05T15:00:0\d\.\d+Z: a window has closed, 18 rows/);
    expect(said()).toContain('2026-01-05T14:45:00Z: 9 rows');
  });

  test('gets the same rows live, replayed and read at once, of made-up feeds and of a recording', () => {
    expect(said()).toContain('The same live, replayed and read at once: 234 rows.');
    expect(said()).toContain('150 messages are in the recording');
    expect(said()).toContain('The same live, replayed and read at once: 2 rows.');
  });
});
