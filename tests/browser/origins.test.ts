import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { gridRows, numberOf, type GridRowText } from './support/gridRows.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  lab.put('origin-trades.csv', csvOf('ts,symbol,price,size', TRADES));
  lab.put('origin-quotes.csv', csvOf('ts,symbol,bid,ask', QUOTES));
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const SYMBOLS = ['AAPL', HOSTILE];
const START = Date.UTC(2026, 0, 5, 14, 30);

interface Trade {
  readonly second: number;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

/** Forty seconds of trades; those of the sizes 9001 and 9002 come when their window is over. */
const TRADES: readonly Trade[] = Array.from({ length: 80 }, (_, at) => ({
  second: at / 2,
  symbol: SYMBOLS[at % 2],
  price: 100 + ((at * 37) % 53) / 4,
  size: 1 + ((at * 13) % 29),
})).flatMap(trade => {
  if (trade.second === 25) return [{ second: 12, symbol: 'AAPL', price: 1, size: 9001 }, trade];
  if (trade.second === 31) return [{ second: 13.5, symbol: 'AAPL', price: 2, size: 9002 }, trade];
  return [trade];
});
const QUOTES = Array.from({ length: 40 }, (_, at) => ({
  second: at,
  symbol: SYMBOLS[at % 2],
  bid: 90 + ((at * 31) % 17) / 2,
  ask: 120 + ((at * 7) % 11) / 2,
}));

function csvOf(head: string, rows: readonly { readonly second: number; readonly symbol: string }[]): string {
  const lines = rows.map(({ second, symbol, ...rest }) => {
    const quoted = `"${symbol.replaceAll('"', '""')}"`;
    return [new Date(START + second * 1000).toISOString(), quoted, ...Object.values(rest)].join(',');
  });
  return `${head}\n${lines.join('\n')}\n`;
}

const CELLS = [
  `import { clock, count, first, float64, last, max, min, replay, schema, string, sum, timestamp, tumble } from 'millrace';
const Trades = schema({ ts: timestamp('ms'), symbol: string, price: float64, size: float64 });
const Quotes = schema({ ts: timestamp('ms'), symbol: string, bid: float64, ask: float64 });
const trades = replay('origin-trades.csv', { name: 'trades', schema: Trades, time: 'ts', watermark: '2 s' });
const quotes = replay('origin-quotes.csv', { name: 'quotes', schema: Quotes, time: 'ts', watermark: '2 s' });
const bars = trades.window(tumble('10 s')).groupBy('symbol')
  .aggregate(t => ({ open: first(t.price), high: max(t.price), low: min(t.price), close: last(t.price), volume: sum(t.size), n: count() }));
const joined = trades.asOfJoin(quotes, { by: 'symbol' });`,
  `bars.where(b => b.symbol.eq('AAPL')).bar({ x: 'windowStart', y: 'volume' })`,
  `joined.where(j => j.size.lt(9000))`,
  `bars.chart({ mark: 'bar', encoding: { x: { field: 'symbol', type: 'nominal' }, y: { aggregate: 'sum', field: 'n' } } })`,
  `trades.where(t => t.size.lt(9000)).line({ x: 'ts', y: 'price', color: 'symbol' })`,
  `await clock.start({ at: '2026-01-05T14:30:00Z', speed: 'max' })`,
];
const [BAR_CELL, JOIN_CELL, TOGETHER_CELL, LINE_CELL] = [1, 2, 3, 4];

async function opened(name: string): Promise<NotebookPage> {
  const notebook = await lab.open(name, CELLS);
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  for (const cell of [BAR_CELL, JOIN_CELL, TOGETHER_CELL, LINE_CELL]) {
    // What is not seen is not drawn, and the cell that was run last is.
    await notebook.view(cell).scrollTo();
    await notebook.view(cell).reaches('ended');
  }
  return notebook;
}

/** Views that the kernel has open for this page. */
async function openViews(notebook: NotebookPage): Promise<number> {
  return await notebook.page.evaluate(async () => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel as unknown as {
      requestCommInfo(content: object): Promise<{ content: { comms: object } }>;
    };
    const { content } = await kernel.requestCommInfo({ target_name: 'millrace.view' });
    return Object.keys(content.comms).length;
  });
}

/** Where the bars of a chart lie, in pixels of the canvas' page: the runs of colour along a line near their foot. */
async function barsOf(canvas: Locator): Promise<{ x: number; y: number }[]> {
  return await canvas.evaluate(node => {
    const canvas = node as HTMLCanvasElement;
    const { width, height } = canvas;
    const ratio = width / canvas.clientWidth;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const isInk = (x: number, y: number): boolean => {
      const at = (y * width + x) * 4;
      const [r, g, b] = data.slice(at, at + 3);
      return data[at + 3] > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 60;
    };
    for (let y = height - 1; y > 0; y--) {
      const runs: { x: number; y: number }[] = [];
      let from = -1;
      for (let x = 0; x <= width; x++) {
        if (x < width && isInk(x, y)) from = from < 0 ? x : from;
        else if (from >= 0) {
          if (x - from > 12) runs.push({ x: (from + x) / 2 / ratio, y: (y - 6) / ratio });
          from = -1;
        }
      }
      if (runs.length > 0) return runs;
    }
    return [];
  });
}

class Panel {
  readonly node: Locator;

  constructor(
    readonly notebook: NotebookPage,
    cell: number,
  ) {
    this.node = notebook.view(cell).node.locator(':scope > .millrace-Origins');
  }

  /** The rows of a role, as they are read. */
  async rows(role: string): Promise<GridRowText[]> {
    const view = this.view(role);
    // What is not seen is not drawn.
    await view.scrollTo();
    await view.reaches('ended');
    return await gridRows(view);
  }

  view(role: string): ViewHandle {
    const { page } = this.notebook;
    return new ViewHandle(
      page,
      this.node.locator(`.millrace-Origins-level:not([hidden]) [data-role="${role}"] [data-millrace-view]`),
    );
  }

  async text(): Promise<string> {
    return (await this.node.locator('.millrace-Origins-level:not([hidden])').textContent()) ?? '';
  }

  async way(): Promise<string[]> {
    return await this.node.locator('.millrace-Origins-way li').allTextContents();
  }

  async shot(name: string): Promise<void> {
    mkdirSync(ARTIFACTS, { recursive: true });
    const output = this.node.locator('xpath=..');
    for (const theme of ['Light', 'Dark'] as const) {
      await this.notebook.theme(`JupyterLab ${theme}`);
      await output.screenshot({ path: join(ARTIFACTS, `origins-${name}-${theme.toLowerCase()}.png`) });
    }
    await this.notebook.theme('JupyterLab Light');
    await this.notebook.page.emulateMedia({ forcedColors: 'active' });
    await output.screenshot({ path: join(ARTIFACTS, `origins-${name}-contrast.png`) });
    await this.notebook.page.emulateMedia({ forcedColors: 'none' });
  }
}

const sizes = (rows: readonly GridRowText[]): number[] =>
  rows.map(row => numberOf(row['size'])).sort((a, b) => a - b);

test('what made a mark, or a row, is shown beneath its view, and one goes on from there', async () => {
  const notebook = await opened('origins.ipynb');
  await leadsFromBar(notebook);
  await leadsFromJoin(notebook);
  await leadsFromWhatIsTogether(notebook);
  await leadsFromLine(notebook);
}, 300_000);

/** A click on a bar lists the rows of its window, and those that came too late. */
async function leadsFromBar(notebook: NotebookPage): Promise<void> {
  const views = await openViews(notebook);
  const chart = notebook.view(BAR_CELL).node;
  const canvas = chart.locator('.millrace-Chart-canvas canvas').first();
  const bars = await barsOf(canvas);
  expect(bars).toHaveLength(4);
  await canvas.click({ position: bars[1] });
  const panel = new Panel(notebook, BAR_CELL);
  await panel.node.waitFor();
  const own = TRADES.filter(({ symbol, second }) => symbol === 'AAPL' && second >= 10 && second < 20);
  const [late, counted] = [true, false].map(is => own.filter(({ size }) => size > 9000 === is));
  expect(sizes(await panel.rows('input'))).toEqual(counted.map(({ size }) => size).sort((a, b) => a - b));
  expect(sizes(await panel.rows('late'))).toEqual(late.map(({ size }) => size));
  expect(await panel.text()).toMatch(/aggregate by symbol in tumble\(10 s\)/);
  expect(await panel.text()).toMatch(/2026-01-05 14:30:10 to 14:30:20 UTC, final/);
  expect(await panel.text()).toMatch(/the input has ended/);
  await panel.shot('bar');

  // Further in, to the source, and back.
  const row = panel.view('input').node.locator('tbody tr:not([hidden])').first();
  await row.locator('td').first().dblclick();
  await panel.node.locator('.millrace-Origins-note', { hasText: 'The source gave this row' }).waitFor();
  expect(await panel.way()).toHaveLength(2);
  await panel.node.locator('.millrace-Origins-back').click();
  expect(await panel.way()).toHaveLength(1);
  expect(sizes(await panel.rows('late'))).toEqual([9001, 9002]);

  // Another row takes the place of the first, and Escape closes all of it.
  await canvas.click({ position: bars[0] });
  await expect.poll(() => panel.text()).toMatch(/14:30:00 to 14:30:10/);
  expect(await panel.rows('late')).toEqual([]);
  await notebook.page.keyboard.press('Escape');
  await panel.node.waitFor({ state: 'hidden' });
  await expect.poll(() => openViews(notebook)).toBe(views);
  expect(await notebook.page.evaluate(() => document.activeElement?.className)).toContain(
    'millrace-Chart-canvas',
  );

  // A drag moves the axis, and asks nothing.
  const box = (await canvas.boundingBox())!;
  await notebook.page.mouse.move(box.x + bars[1].x, box.y + bars[1].y);
  await notebook.page.mouse.down();
  await notebook.page.mouse.move(box.x + bars[1].x + 60, box.y + bars[1].y, { steps: 5 });
  await notebook.page.mouse.up();
  await chart.locator('.millrace-Chart-follow').click();
  expect(await panel.node.isHidden()).toBe(true);
}

/** A row of a join leads to the rows on both sides, by keys alone. */
async function leadsFromJoin(notebook: NotebookPage): Promise<void> {
  const views = await openViews(notebook);
  const { node } = notebook.view(JOIN_CELL);
  const { page } = notebook;
  await node.locator('tbody tr:not([hidden]) td').first().click();
  expect(await new Panel(notebook, JOIN_CELL).node.isHidden()).toBe(true);
  await page.keyboard.press('Control+Home');
  for (let down = 0; down < 7; down++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const panel = new Panel(notebook, JOIN_CELL);
  const trade = TRADES[7];
  const quote = QUOTES.filter(({ symbol, second }) => symbol === trade.symbol && second <= trade.second).at(
    -1,
  )!;
  const [left, right] = [await panel.rows('left'), await panel.rows('right')];
  expect(left.map(row => [row['symbol'], numberOf(row['size'])])).toEqual([[HOSTILE, trade.size]]);
  expect(right.map(row => [row['symbol'], numberOf(row['bid']), numberOf(row['ask'])])).toEqual([
    [HOSTILE, quote.bid, quote.ask],
  ]);
  expect((await panel.way())[0]).toContain(HOSTILE);
  expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
  expect(await panel.node.locator('img').count()).toBe(0);
  await panel.shot('join');

  // By keys: to the right side's row, from there to its source, and back.
  await panel.view('right').node.locator('table').focus();
  await page.keyboard.press('Enter');
  await panel.node.locator('.millrace-Origins-note', { hasText: 'The source gave this row' }).waitFor();
  await page.keyboard.press('Backspace');
  await expect.poll(() => panel.way()).toHaveLength(1);
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Matched on the right');
  await page.keyboard.press('Escape');
  await panel.node.waitFor({ state: 'hidden' });
  await expect.poll(() => openViews(notebook)).toBe(views);

  // The tool, and the menu of a row.
  await node.getByRole('button', { name: 'Where from?' }).click();
  await panel.rows('left');
  await panel.node.getByRole('button', { name: 'Close' }).click();
  await node.locator('tbody tr:not([hidden]) td').nth(2).click({ button: 'right' });
  await node.getByRole('menuitem', { name: 'Where from?' }).click();
  await panel.rows('right');
  // Its cell is run again: the output is another, and what was asked about is over.
  await notebook.run(JOIN_CELL);
  await notebook.view(JOIN_CELL).reaches('ended');
  await expect.poll(() => openViews(notebook)).toBe(views);
}

/** A mark that is no row says so, and leads to the rows of the chart. */
async function leadsFromWhatIsTogether(notebook: NotebookPage): Promise<void> {
  const { node } = notebook.view(TOGETHER_CELL);
  const canvas = node.locator('.millrace-Chart-canvas canvas').first();
  const bars = await barsOf(canvas);
  await canvas.click({ position: bars[0] });
  const panel = new Panel(notebook, TOGETHER_CELL);
  await panel.node.locator('.millrace-Origins-note', { hasText: 'put it together of 4 rows' }).waitFor();
  expect(await panel.rows('rows')).toHaveLength(8);
  await panel.view('rows').node.locator('tbody td').first().dblclick();
  expect(await panel.rows('input')).toHaveLength(10);
  expect((await panel.way())[0]).toBe('Rows of the chart');
  await panel.shot('together');
  await panel.node.getByRole('button', { name: 'Close' }).click();
  await node.getByRole('button', { name: 'Rows' }).press('Enter');
  expect(await panel.rows('rows')).toHaveLength(8);
}

/** A click next to a point of lines that are drawn beside Vega leads to its row. */
async function leadsFromLine(notebook: NotebookPage): Promise<void> {
  const { node } = notebook.view(LINE_CELL);
  const lines = node.locator('.millrace-Chart-lines');
  await lines.scrollIntoViewIfNeeded();
  await expect.poll(() => firstInk(lines)).not.toBeNull();
  const first = (await firstInk(lines))!;
  // The canvas of the lines lets the pointer through.
  await node.locator('.millrace-Chart-canvas canvas').first().click({ position: first });
  const panel = new Panel(notebook, LINE_CELL);
  await panel.node.locator('.millrace-Origins-note', { hasText: 'The source gave this row' }).waitFor();
  expect((await panel.way())[0]).toContain('14:30:00Z · AAPL · 100');
}

/** The leftmost pixel that is drawn, as a place on the page. */
async function firstInk(lines: Locator): Promise<{ x: number; y: number } | null> {
  return await lines.evaluate(node => {
    const canvas = node as HTMLCanvasElement;
    const { width, height } = canvas;
    const ratio = width / canvas.clientWidth;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    for (let x = 0; x < width; x++)
      for (let y = 0; y < height; y++)
        if (data[(y * width + x) * 4 + 3] > 200) return { x: (x + 1) / ratio, y: (y + 1) / ratio };
    return null;
  });
}
