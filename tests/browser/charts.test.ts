import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BARS, PLAY, putTrades, REPLAY, SYMBOLS } from './support/cells.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import type { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const ONE = `bars.where(b => b.symbol.eq('${SYMBOLS[0]}'))`;
const COMPOSED = `bars.chart({
  vconcat: [
    { encoding: { x: { field: 'windowStart' }, y: { field: 'close', scale: { zero: false } }, color: { field: 'symbol' } },
      layer: [{ mark: 'line' }, { mark: 'point' }] },
    { transform: [{ calculate: 'datum.high - datum.low', as: 'range' }], height: 80,
      mark: 'bar', encoding: { x: { field: 'windowStart' }, y: { field: 'range', type: 'quantitative' } } },
  ],
})`;
const BOOK = `Table.of({ level: [1, 2, 3, 4], bid: [99, 98, 97, 95], bidSize: [2, 5, 1, 9], ask: [101, 102, 104, 105], askSize: [1, 4, 4, 8] }).depth()`;

const FORMS: readonly (readonly [name: string, code: string])[] = [
  ['line', `bars.line({ x: 'windowStart', y: 'vwap', color: 'symbol', timeZone: 'America/New_York' })`],
  ['area', `bars.area({ x: 'windowStart', y: 'volume', color: 'symbol', stack: true })`],
  ['bar', `bars.bar({ x: 'windowStart', y: 'volume', color: 'symbol', last: '20 min' })`],
  ['point', `trades.point({ x: 'price', y: 'size', color: 'symbol', maxRows: 1500 })`],
  ['histogram', `trades.histogram({ x: 'size', color: 'symbol' })`],
  ['heatmap', `bars.heatmap({ x: 'windowStart', y: 'symbol', color: 'volume' })`],
  ['boxplot', `trades.boxplot({ x: 'symbol', y: 'price' })`],
  ['depth', BOOK],
  ['stat', `${ONE}.stat({ value: 'close', label: '${SYMBOLS[0]}', format: ',.2f' })`],
  ['candlestick', `${ONE}.candlestick({ last: '30 min' })`],
  ['spec', COMPOSED],
];
const FIRST = 2;

/** Runs the forms, and plays the replay. */
async function opened(name: string, forms: typeof FORMS, speed: number): Promise<NotebookPage> {
  const source = REPLAY.replace('import {', 'import { Table,');
  const notebook = await lab.open(name, [source, BARS(), ...forms.map(([, code]) => code), PLAY(speed)]);
  for (let cell = 0; cell <= forms.length + FIRST; cell++) await notebook.run(cell);
  return notebook;
}

/** The chart's node is brought to where it is drawn. */
async function shown(view: ViewHandle): Promise<void> {
  await view.scrollTo();
  await view.until(node => (node.querySelector('canvas')?.width ?? 0) > 0, null);
}

test('all forms, in light and in dark', async () => {
  const notebook = await opened('forms.ipynb', FORMS, 600);
  mkdirSync(ARTIFACTS, { recursive: true });
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    for (const [index, [name]] of FORMS.entries()) {
      const view = notebook.view(FIRST + index);
      await shown(view);
      await view.reaches('ended');
      expect(await view.node.locator('.millrace-Error:visible').count(), name).toBe(0);
      const file = join(ARTIFACTS, `chart-${name}-${theme.toLowerCase()}.png`);
      await view.node.screenshot({ path: file });
      expect(statSync(file).size, name).toBeGreaterThan(1500);
    }
  }
  // A number that stands alone is told to readers who do not see it.
  const stat = notebook.view(FIRST + FORMS.findIndex(([name]) => name === 'stat'));
  const label = await stat.node.locator('.millrace-Chart-canvas').getAttribute('aria-label');
  expect(label).toMatch(new RegExp(`^${SYMBOLS[0]}, [\\d,.]+, [▲▼±]`));
}, 300_000);

test('what is zoomed to holds still while rows come, until Escape', async () => {
  // Slow enough for rows to come for as long as this takes on any machine.
  const notebook = await opened('zoom.ipynb', FORMS.slice(0, 1), 20);
  const view = notebook.view(FIRST);
  await shown(view);
  // A single time has no span that could be zoomed into.
  await view.until(node => Number(node.dataset['millraceRows']) >= 6, null);
  const canvas = view.node.locator('.millrace-Chart-canvas');
  const follow = view.node.locator('.millrace-Chart-follow');
  expect(await follow.isVisible()).toBe(false);
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width / 2, y: 60 } });
  await notebook.page.mouse.wheel(0, -200);
  await follow.waitFor({ state: 'visible' });
  await notebook.page.mouse.move(box.x + box.width / 2, box.y + 60);
  await notebook.page.mouse.down();
  await notebook.page.mouse.move(box.x + box.width / 2 + 80, box.y + 60, { steps: 4 });
  await notebook.page.mouse.up();
  await view.paints(3);
  expect(await follow.isVisible()).toBe(true);
  await canvas.press('Escape');
  await follow.waitFor({ state: 'hidden' });
  await view.paints(1);
  // Keys alone do it, too.
  await canvas.press('+');
  await canvas.press('ArrowLeft');
  await follow.waitFor({ state: 'visible' });
  await follow.press('Enter');
  await follow.waitFor({ state: 'hidden' });
}, 300_000);
