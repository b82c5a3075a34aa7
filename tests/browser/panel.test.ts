import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BARS, CANDLES, PLAY, putTrades } from './support/cells.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
  lab.put('quotes.csv', QUOTES);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const WAIT = { timeout: 60_000 };
/** Twice of it is more than int64 holds. */
const GREAT = '9007199254740991000';

/** Quotes of which one comes late, and one is none. */
const QUOTES = [
  'ts,symbol,bid',
  ...Array.from({ length: 3600 }, (_, k) => {
    const second = k === 100 ? 400 : k;
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30, 0) + second * 1000).toISOString();
    return `${at},AAPL,${k === 50 ? 'none' : 100 + k}`;
  }),
].join('\n');

const CELLS = [
  `import { clock, count, first, float64, last, max, min, replay, schema, string, sum, timestamp, tumble, vwap } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });
const Quotes = schema({ ts: timestamp('ms'), symbol: string, bid: float64 });
const quotes = replay('quotes.csv', { name: 'quotes', schema: Quotes, time: 'ts', watermark: '2 s' });`,
  BARS(),
  CANDLES,
  `const spreads = quotes.window(tumble('10 s')).groupBy('symbol').aggregate(t => ({ n: count(), bid: last(t.bid) }));
spreads`,
  // Slow enough for neither file to end while a slow machine looks.
  PLAY(15),
  `while (true) {}`,
];

async function open(name: string): Promise<{ notebook: NotebookPage; panel: Locator }> {
  const notebook = await lab.open(name, CELLS);
  await notebook.command('millrace:open-streams');
  const panel = notebook.page.locator('.millrace-Panel');
  // Another's file, as far as JupyterLab knows: its kernel is not asked until a cell is run.
  await expect
    .poll(() => panel.locator('.millrace-Panel-empty').textContent(), WAIT)
    .toContain('The notebook is not trusted');
  for (let cell = 0; cell < 5; cell++) await notebook.run(cell);
  await notebook.view(1).live();
  await panel.locator('.millrace-Panel-row').first().waitFor();
  return { notebook, panel };
}

/**
 * Pulls the side bar's handle to the right, and tells whether a column of the wide panel is seen. A pull while JupyterLab lays out may
 * miss the handle and do nothing: to be called until it is there.
 */
async function widen({ page }: NotebookPage, panel: Locator): Promise<string> {
  const handle = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)').first();
  const box = await handle.boundingBox();
  if (box === null) return 'there is no handle';
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(Math.max(x + 50, 760), y, { steps: 5 });
  await page.mouse.up();
  if (await panel.locator('thead th', { hasText: 'Rejected' }).isVisible()) return 'the column is there';
  return `no column in ${String((await panel.boundingBox())?.width)} px, handle at ${String(x)}`;
}

const rowOf = (panel: Locator, name: string): Locator =>
  panel.locator('.millrace-Panel-row', {
    has: panel.page().locator('.millrace-Panel-fold', { hasText: new RegExp(`^${name}$`) }),
  });

async function figure(panel: Locator, name: string, column: number): Promise<number> {
  const text = await rowOf(panel, name).locator('td').nth(column).textContent();
  return Number((text ?? '').replaceAll(',', ''));
}

async function pictures(notebook: NotebookPage, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    await notebook.page.screenshot({ path: join(ARTIFACTS, `panel-${name}-${theme.toLowerCase()}.png`) });
  }
  await notebook.theme('JupyterLab Light');
}

async function enabled(notebook: NotebookPage, id: string): Promise<boolean> {
  return await notebook.page.evaluate(
    id => (window.jupyterapp.commands as unknown as { isEnabled(id: string): boolean }).isEnabled(id),
    id,
  );
}

test(
  'the panel shows a replay with its bars, draws the plan, counts late and rejected rows, stops, and answers beside a cell',
  { timeout: 240_000 },
  async () => {
    const { notebook, panel } = await open('panel.ipynb');
    const { page } = notebook;

    // Figures grow, also while a cell loops.
    await notebook.start(5);
    await notebook.running(5);
    const before = await figure(panel, 'trades', 0);
    await expect.poll(() => figure(panel, 'trades', 0), WAIT).toBeGreaterThan(before);
    expect(await figure(panel, 'bars', 0)).toBeGreaterThan(0);
    await expect
      .poll(() => page.locator('.millrace-StatusItem button').textContent(), WAIT)
      .toMatch(/2 sources, \d queries · [\d.,]+ rows\/s · lag/);
    await notebook.interrupt();
    await notebook.idle();

    // The plan of a query.
    await panel.getByRole('button', { name: 'bars', exact: true }).click();
    const plan = panel.getByRole('figure', { name: 'Plan of bars' });
    await plan.locator('.millrace-Plan-node').first().waitFor();
    expect(await plan.locator('.millrace-Plan-node').count()).toBeGreaterThanOrEqual(3);
    await plan.locator('.millrace-Plan-node').nth(1).click();
    await plan.locator('.millrace-Plan-more dd').first().waitFor();
    await pictures(notebook, 'plan');
    await panel.getByRole('button', { name: 'bars', exact: true }).click();

    // Late and rejected rows, with the reasons.
    await expect.poll(() => figure(panel, 'quotes', 0), WAIT).toBeGreaterThan(200);
    await panel.getByRole('button', { name: 'quotes', exact: true }).click();
    const details = panel.locator('.millrace-Panel-more:visible');
    await details.getByRole('button', { name: /Show the 1 row/ }).click();
    await expect.poll(() => details.locator('.millrace-Rejects-text').textContent(), WAIT).toContain('none');
    await expect.poll(() => details.locator('dl').textContent(), WAIT).toMatch(/Late[1-9]\d* row/);
    await pictures(notebook, 'rejects');

    // From a source to its cell.
    await notebook.selectCell(0);
    await details.getByRole('button', { name: /^Go to cell \[4\]$/ }).click();
    await expect
      .poll(() => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.activeCellIndex), WAIT)
      .toBe(3);

    // Stopping a source ends what reads it, and nothing else.
    await details.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => rowOf(panel, 'quotes').count(), WAIT).toBe(0);
    await expect
      .poll(() => rowOf(panel, 'spreads').locator('.millrace-Badge').textContent(), WAIT)
      .toBe('stopped');
    expect(await rowOf(panel, 'bars').locator('.millrace-Badge').textContent()).toBe('running');
    await notebook.run(3);
    await expect
      .poll(() => rowOf(panel, 'spreads').locator('.millrace-Badge').textContent(), WAIT)
      .toBe('running');
    await pictures(notebook, 'shown');

    // A wider panel has more columns.
    await expect.poll(() => widen(notebook, panel), WAIT).toBe('the column is there');
    await panel.getByRole('button', { name: 'bars', exact: true }).click();
    await panel.locator('.millrace-Plan-node').first().waitFor();
    await pictures(notebook, 'wide');
  },
);

test(
  'an error leads to its cell, commands are in the palette, and a restarted kernel has nothing',
  { timeout: 240_000 },
  async () => {
    const { notebook, panel } = await open('panel-error.ipynb');
    const { page } = notebook;
    expect(await enabled(notebook, 'millrace:pause')).toBe(true);
    await notebook.command('millrace:pause');
    await expect.poll(() => enabled(notebook, 'millrace:play'), WAIT).toBe(true);
    const stands = await notebook.clockTime();
    await page.keyboard.press('Control+Alt+.');
    await expect.poll(() => notebook.clockTime(), WAIT).toBeGreaterThan(stands);
    await notebook.command('millrace:go-to-start');
    await expect.poll(() => notebook.clockTime(), WAIT).toBeLessThan(stands);
    await page.keyboard.press('Control+Alt+p');
    await expect.poll(() => enabled(notebook, 'millrace:pause'), WAIT).toBe(true);

    lab.put('great.csv', `ts,n\n2026-01-05T14:30:00Z,${GREAT}\n2026-01-05T14:30:01Z,${GREAT}\n`);
    await notebook.setSource(
      5,
      `import { int64 } from 'millrace';
const great = replay('great.csv', { name: 'great', schema: schema({ ts: timestamp('ms'), n: int64 }), time: 'ts' });
const broken = great.groupBy().aggregate(t => ({ total: sum(t.n) }));
broken`,
    );
    await notebook.run(5);
    await expect
      .poll(() => rowOf(panel, 'broken').locator('.millrace-Badge').textContent(), WAIT)
      .toBe('failed');
    await panel.getByRole('button', { name: 'broken', exact: true }).click();
    await pictures(notebook, 'failed');
    await notebook.selectCell(0);
    const details = panel.locator('.millrace-Panel-more:visible');
    await details.getByRole('button', { name: /^Go to cell/ }).click();
    await expect
      .poll(() => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.activeCellIndex), WAIT)
      .toBe(5);
    await expect.poll(() => page.locator('.millrace-StatusItem').textContent(), WAIT).toContain('1 error');

    await notebook.command('apputils:activate-command-palette');
    const palette = page.locator('.jp-ModalCommandPalette');
    await palette.locator('input').fill('millrace');
    await expect
      .poll(() => palette.locator('.lm-CommandPalette-itemLabel').allTextContents(), WAIT)
      .toEqual(
        expect.arrayContaining(['Show the Streams Panel', 'Stop All Streams', 'Step the Replay by One Row']),
      );
    await page.keyboard.press('Escape');

    await notebook.restart();
    await expect
      .poll(() => panel.locator('.millrace-Panel-empty:visible').textContent(), WAIT)
      .toContain('Nothing runs in this notebook');
    expect(await panel.locator('.millrace-Panel-row').count()).toBe(0);
    await pictures(notebook, 'empty');
  },
);

test('settings take effect on what is shown', { timeout: 240_000 }, async () => {
  const { notebook, panel } = await open('panel-settings.ipynb');
  const { page } = notebook;
  const settings = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    await page.evaluate(async raw => {
      const { serviceManager } = window.jupyterapp as unknown as {
        serviceManager: { settings: { save(id: string, raw: string): Promise<void> } };
      };
      await serviceManager.settings.save('@millrace/jupyterlab:streams', raw);
    }, JSON.stringify(values));
  };
  const table = notebook.view(1).node;
  const height = (): Promise<number> =>
    table.locator('.millrace-Grid-scroller').evaluate(node => node.getBoundingClientRect().height);
  await expect.poll(height, WAIT).toBeGreaterThan(300);
  await settings({
    tableRows: 5,
    flashChanges: false,
    timeZone: 'America/New_York',
    panelRate: 1,
    viewRate: 2,
    statusBar: false,
  });
  await notebook.reload();
  await notebook.view(1).live();
  await expect.poll(height, WAIT).toBeLessThan(170);
  expect(await table.getAttribute('data-millrace-flash')).toBe('off');
  await expect
    .poll(() => table.locator('tbody tr:not([hidden])').first().textContent(), WAIT)
    .toContain('GMT-5');
  const seq = await notebook.view(1).seq();
  const from = Date.now();
  await notebook.view(1).paints(4);
  expect(Date.now() - from).toBeGreaterThan(1200);
  expect(await notebook.view(1).seq()).toBeGreaterThan(seq);
  expect(await page.locator('.millrace-StatusItem button:visible').count()).toBe(0);
  await notebook.command('millrace:open-streams');
  await panel.locator('.millrace-Panel-row').first().waitFor();
  await panel.getByRole('button', { name: 'bars', exact: true }).click();
  await expect
    .poll(() => panel.locator('.millrace-Panel-more:visible dl').first().textContent(), WAIT)
    .toContain('GMT-5');
  await settings({});
});
