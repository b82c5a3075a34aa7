import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectBars, savedBars, savedView } from '../support/savedView.js';
import { oracleBars } from '../support/trades.js';
import { expectGrid } from './support/bars.js';
import { BARS, CHART_CELL, CLOCK_CELL, LIVE, putTrades, TABLE_CELL } from './support/cells.js';
import { Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const MORE = CLOCK_CELL + 1;

/** A notebook whose table and chart move, with one more cell below. */
async function moving(name: string, more = '1 + 1'): Promise<NotebookPage> {
  const notebook = await lab.open(name, [...LIVE(30), more]);
  for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
  await bothMove(notebook);
  return notebook;
}

async function bothMove(notebook: NotebookPage): Promise<void> {
  await Promise.all([notebook.view(TABLE_CELL).paints(3), notebook.view(CHART_CELL).paints(2)]);
}

async function bothReach(notebook: NotebookPage, state: string): Promise<void> {
  await Promise.all([notebook.view(TABLE_CELL).reaches(state), notebook.view(CHART_CELL).reaches(state)]);
}

const LOOP = `const kept = 'still here';
let rounds = 0;
while (true) rounds++;`;

describe('table and chart', () => {
  test('move while no cell runs; pause stops them and play lets them go on', async () => {
    const notebook = await moving('idle.ipynb');
    await notebook.idle();
    await bothMove(notebook);
    await notebook.clickReplayBar('pause');
    await bothReach(notebook, 'paused');
    const [table, chart] = [notebook.view(TABLE_CELL), notebook.view(CHART_CELL)];
    const before = [await table.statusText(), await chart.statusText(), await notebook.clockTime()];
    // A cell that runs meanwhile shows that time passes and nothing moves.
    await notebook.setSource(MORE, 'await new Promise(done => setTimeout(done, 1500))');
    await notebook.run(MORE);
    expect([await table.statusText(), await chart.statusText(), await notebook.clockTime()]).toEqual(before);
    await notebook.clickReplayBar('play');
    await bothMove(notebook);
  });

  test('move while a cell loops for ever; pause acts, and interrupt stops the loop and keeps variables', async () => {
    const notebook = await moving('loop.ipynb', LOOP);
    await notebook.start(MORE);
    await notebook.running(MORE);
    await bothMove(notebook);
    await notebook.clickReplayBar('pause');
    await bothReach(notebook, 'paused');
    await notebook.clickReplayBar('play');
    await bothMove(notebook);
    await notebook.interrupt();
    await notebook.idle();
    await notebook.setSource(MORE, '`${kept}, ${rounds > 0}`');
    await notebook.run(MORE);
    await notebook.says(MORE, 'still here, true');
    await bothMove(notebook);
  });

  test('live on when a cell exhausts memory, which loses its variables', async () => {
    const notebook = await moving(
      'memory.ipynb',
      `const kept = 1; const hoard: number[][] = []; while (true) hoard.push(new Array(1e7).fill(1));`,
    );
    await notebook.start(MORE);
    await notebook.says(MORE, /memory/i);
    await bothMove(notebook);
    await notebook.idle();
    await notebook.setSource(MORE, 'kept');
    await notebook.run(MORE);
    await notebook.says(MORE, /kept/);
    expect(await notebook.output(MORE)).toMatch(/(not defined|Cannot find name|kept)/);
    await bothMove(notebook);
  });

  test("equal DuckDB's bars after the replay's end, in the grid and in the saved chart", async () => {
    const notebook = await lab.open('end.ipynb', LIVE(600));
    for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
    await bothReach(notebook, 'ended');
    const oracle = await oracleBars(join(lab.folder, 'trades.csv'), 60);
    await expectGrid(notebook.view(TABLE_CELL), oracle);
    await notebook.save();
    expectBars(savedBars(savedView(lab.read('end.ipynb').cells[CHART_CELL])), oracle);
  });

  test("refill at once when '1 min' becomes '10 s' and the cell is run again", async () => {
    const notebook = await moving('refill.ipynb');
    // Two whole minutes of three symbols and some more: bars of 10 s are then more than three times as many.
    await expect.poll(() => notebook.view(TABLE_CELL).total(), { timeout: 60_000 }).toBeGreaterThan(6);
    const before = await notebook.view(TABLE_CELL).total();
    await notebook.setSource(TABLE_CELL, BARS('10 s'));
    const now = await notebook.clockTime();
    await notebook.run(TABLE_CELL);
    const table = notebook.view(TABLE_CELL);
    await table.live();
    // All of the replay up to now is there, though the clock runs at 30 times wall time.
    expect(await table.total()).toBeGreaterThan(3 * before);
    expect((await notebook.clockTime()) - now).toBeLessThan(20 * 60e6);
    await notebook.run(CHART_CELL);
    await bothMove(notebook);
    await notebook.chooseSpeed('max');
    await bothReach(notebook, 'ended');
    await expectGrid(notebook.view(TABLE_CELL), await oracleBars(join(lab.folder, 'trades.csv'), 10));
  });
});
