import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CHART_CELL, CLOCK_CELL, LIVE, putTrades, TABLE_CELL } from './support/cells.js';
import { ARTIFACTS, Lab } from './support/lab.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

test('a notebook in light and in dark', async () => {
  const notebook = await lab.open('themes.ipynb', LIVE(600));
  for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
  for (const cell of [TABLE_CELL, CHART_CELL]) await notebook.view(cell).reaches('ended');
  mkdirSync(ARTIFACTS, { recursive: true });
  const colours: string[] = [];
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    const chart = notebook.view(CHART_CELL);
    await chart.until(node => node.querySelector('canvas, svg') !== null, null);
    colours.push(
      await chart.node.evaluate(node => getComputedStyle(node).getPropertyValue('--jp-layout-color0')),
    );
    // Nothing is cut off: the drawing is as wide as its cell, also after the theme has changed.
    await chart.until(node => {
      const canvas = node.querySelector('.millrace-Chart-canvas');
      return canvas !== null && canvas.scrollWidth <= (canvas.parentElement?.clientWidth ?? 0);
    }, null);
    const file = join(ARTIFACTS, `notebook-${theme.toLowerCase()}.png`);
    await notebook.page.screenshot({ path: file });
    expect(statSync(file).size).toBeGreaterThan(20_000);
  }
  expect(colours[0]).not.toBe(colours[1]);
});
