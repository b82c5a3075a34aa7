import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BARS, PLAY, putTrades, REPLAY, TRADES } from './support/cells.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const SOURCE = REPLAY.replace('import {', 'import { chart, input, layout, md,');
const OVERVIEW = `const overview = trades.chart({
  height: 140,
  params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
  mark: { type: 'point', size: 8 },
  encoding: { x: { field: 'ts', type: 'temporal' }, y: { field: 'price', scale: { zero: false } }, color: { field: 'symbol' } },
}, { maxRows: 2000 });
const picked = trades.where(overview.selection('brush'));
const totals = picked.groupBy('symbol').aggregate(t => ({ volume: sum(t.size), n: count() }));
overview`;
const SEVERAL = `const large = trades.where(t => t.size.gt(350));
chart({
  layer: [
    { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'vwap', scale: { zero: false } }, color: { field: 'symbol' } } },
    { data: large, mark: { type: 'point', filled: true, size: 20 }, encoding: { x: { field: 'ts' }, y: { field: 'price' }, color: { field: 'symbol' } } },
  ],
}, { title: 'Prices, and large trades' })`;
const LAYOUT = `const least = input.range({ min: 0, max: 1000, value: 100, label: 'At least' });
layout.row(
  layout.column(least, md\`**\${trades.where(t => t.size.ge(least)).count()}** trades\`,
    bars.where(b => b.symbol.eq('AAPL')).stat({ value: 'close', label: 'AAPL' })),
  bars.line({ x: 'windowStart', y: 'vwap', color: 'symbol' }),
  totals,
)`;
const CELLS = [SOURCE, BARS(), OVERVIEW, 'totals', SEVERAL, LAYOUT];
const [CHART, TOTALS, TABLES, ROW] = [2, 3, 4, 5];

async function opened(name: string, speed: number | string): Promise<NotebookPage> {
  const notebook = await lab.open(name, [...CELLS, PLAY(speed)]);
  for (let cell = 0; cell <= CELLS.length; cell++) await notebook.run(cell);
  return notebook;
}

async function drawn(view: ViewHandle): Promise<void> {
  await view.scrollTo();
  await view.until(node => (node.querySelector('canvas')?.width ?? 0) > 0, null);
}

/** How many trades lie between two times (UTC), both included. */
function tradesWithin(from: string, to: string): number {
  const at = (text: string): number => Date.parse(`${text.replace(' ', 'T').replace(/Z?$/, '')}Z`);
  const times = TRADES.trim()
    .split('\n')
    .slice(1)
    .map(line => at(line.split(',')[0]));
  return times.filter(time => time >= at(from) && time <= at(to)).length;
}

/** The first cell of a column, over all rows of a small table. */
async function sumOf(notebook: NotebookPage, column: number): Promise<number> {
  const texts = await notebook.cell(TOTALS).locator(`tbody tr td:nth-child(${column})`).allTextContents();
  return texts.reduce((total, text) => total + Number(text.replaceAll(',', '')), 0);
}

test('several tables in one chart, views in one output, and a brush that filters', async () => {
  const notebook = await opened('layouts.ipynb', 'max');
  const { page } = notebook;
  const overview = notebook.view(CHART);
  await drawn(overview);
  await overview.reaches('ended');
  const all = 40 * 60;
  await expect.poll(() => sumOf(notebook, 3)).toBe(all);

  // Dragging selects, and what is filtered by it follows.
  const canvas = overview.node.locator('canvas');
  const box = (await canvas.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 8 });
  await page.mouse.up();
  const summary = overview.node.locator('.millrace-Selection-summary');
  const TOLD = /^brush: ts (2026-01-05 \S+) to (2026-01-05 \S+)$/;
  await expect.poll(() => summary.textContent()).toMatch(TOLD);
  const told = TOLD.exec((await summary.textContent()) ?? '');
  const some = tradesWithin(told?.[1] ?? '', told?.[2] ?? '');
  expect(some).toBeGreaterThan(100);
  expect(some).toBeLessThan(all / 2);
  await expect.poll(() => sumOf(notebook, 3)).toBe(some);

  // Another theme draws it anew, with what was selected.
  mkdirSync(ARTIFACTS, { recursive: true });
  for (const theme of ['Dark', 'Light'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    for (const [name, cell] of [
      ['brush', CHART],
      ['tables', TABLES],
      ['row', ROW],
    ] as const) {
      const output = notebook.cell(cell).locator('.jp-Cell-outputWrapper');
      await output.scrollIntoViewIfNeeded();
      await drawn(notebook.view(cell));
      const file = join(ARTIFACTS, `layout-${name}-${theme.toLowerCase()}.png`);
      await page.waitForTimeout(300);
      await output.screenshot({ path: file });
      expect(statSync(file).size, name).toBeGreaterThan(2000);
    }
  }
  expect(await sumOf(notebook, 3)).toBe(some);

  // Shift drags the axis, and selects nothing else.
  await overview.scrollTo();
  const now = (await canvas.boundingBox())!;
  await page.keyboard.down('Shift');
  await page.mouse.move(now.x + now.width * 0.7, now.y + 60);
  await page.mouse.down();
  await page.mouse.move(now.x + now.width * 0.6, now.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await overview.node.locator('.millrace-Chart-follow').waitFor({ state: 'visible' });
  expect(await sumOf(notebook, 3)).toBe(some);

  // Escape gives up what is selected, then the axis.
  await overview.node.locator('.millrace-Chart-canvas').press('Escape');
  await expect.poll(() => sumOf(notebook, 3)).toBe(all);
  expect(await summary.textContent()).toBe('brush: all rows');
  await overview.node.locator('.millrace-Chart-canvas').press('Escape');
  await overview.node.locator('.millrace-Chart-follow').waitFor({ state: 'hidden' });

  // Keys alone select as well.
  await summary.press('Enter');
  await overview.node.getByLabel('ts from').fill('2026-01-05T14:40:00');
  await overview.node.getByLabel('ts to').fill('2026-01-05T14:49:59.999');
  await page.keyboard.press('Tab');
  await expect.poll(() => sumOf(notebook, 3)).toBe(all / 4);
  await overview.node.getByRole('button', { name: 'Clear' }).press('Enter');
  await expect.poll(() => sumOf(notebook, 3)).toBe(all);

  // A chart of two tables holds the rows of both.
  const tables = notebook.view(TABLES);
  expect(await tables.node.locator('.millrace-Error:visible').count()).toBe(0);
  const rows = await tables.attribute('rows');
  expect(Number(rows)).toBeGreaterThan(120);

  // Each view of a layout has its own state, and its input moves them.
  const row = notebook.cell(ROW).locator('.millrace-Layout').first();
  expect(await row.locator('.millrace-View').count()).toBe(3);
  expect(await row.locator('.millrace-Status').count()).toBe(3);
  const count = async (): Promise<number> =>
    Number((await row.locator('.millrace-Prose strong').textContent())?.replaceAll(',', ''));
  await expect.poll(count).toBeGreaterThan(100);
  const before = await count();
  await row.getByLabel('At least').fill('390');
  await expect.poll(count).toBeLessThan(before / 2);

  // Side by side where there is room, below each other where there is none.
  const tops = async (): Promise<number[]> =>
    await row
      .locator(':scope > .millrace-Layout-view')
      .evaluateAll(nodes => nodes.map(node => Math.round(node.getBoundingClientRect().top)));
  expect(new Set(await tops()).size).toBe(1);
  await page.setViewportSize({ width: 700, height: 1600 });
  await expect.poll(async () => new Set(await tops()).size).toBeGreaterThan(1);
  await page.setViewportSize({ width: 1400, height: 1600 });

  // What is saved can be read without the extension, and is shown again.
  await notebook.save();
  const saved = JSON.stringify(lab.read('layouts.ipynb').cells[ROW]);
  expect(saved).toContain('At least: 390');
  expect(saved).toContain('data:image/png;base64');
  await notebook.reload();
  await row.locator('.millrace-View').nth(2).waitFor();
  const again = new ViewHandle(page, row.locator('.millrace-View').nth(1));
  await again.scrollTo();
  await again.live();
}, 300_000);

test('a brush stays where it is while rows come', async () => {
  const notebook = await opened('brush.ipynb', 20);
  const { page } = notebook;
  const overview = notebook.view(CHART);
  await drawn(overview);
  await overview.until(node => Number(node.dataset['millraceRows']) >= 60, null);
  const box = (await overview.node.locator('canvas').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 8 });
  await page.mouse.up();
  const summary = overview.node.locator('.millrace-Selection-summary');
  await expect.poll(() => summary.textContent()).toMatch(/brush: ts/);
  const text = await summary.textContent();
  await overview.paints(5);
  expect(await summary.textContent()).toBe(text);
}, 300_000);
