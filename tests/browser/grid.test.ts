import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { savedView } from '../support/savedView.js';
import { gridRows } from './support/gridRows.js';
import { ARTIFACTS, Lab } from './support/lab.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', ''];
const KINDS = ['+I', '-U', '+U', '-D'];
const ROWS = Array.from({ length: 400 }, (_, row) => {
  const time = new Date(Date.UTC(2026, 0, 5, 14, 30) + row * 1000).toISOString();
  const price =
    row % 11 === 0 ? '' : row % 13 === 0 ? 'NaN' : row % 17 === 0 ? '-Infinity' : ((row * 37) % 1009) + 0.25;
  return [time, SYMBOLS[row % 5] === '' ? '""' : SYMBOLS[row % 5], price, row * 1000, KINDS[row % 4]].join(
    ',',
  );
});
const CSV = `ts,symbol,price,volume,kind\n${ROWS.join('\n')}\n`;

const CELLS = [
  `import { clock, float64, int64, replay, schema, string, timestamp } from 'millrace';
const Ticks = schema({ ts: timestamp('ms'), symbol: string.nullable(), price: float64.nullable(), volume: int64, kind: string });
const ticks = replay('ticks.csv', { name: 'ticks', schema: Ticks, time: 'ts', watermark: '1 s' });`,
  'ticks',
  `await clock.start({ at: '2026-01-05T14:30:00Z', speed: 'max' })`,
];

test('a table is sorted, filtered, gone through by keys, arranged, copied and downloaded', async () => {
  lab.put('ticks.csv', CSV);
  const notebook = await lab.open('ticks.ipynb', CELLS);
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  const view = notebook.view(1);
  await view.reaches('ended');
  const { node } = view;
  const page = node.page();
  mkdirSync(ARTIFACTS, { recursive: true });
  const shot = async (name: string): Promise<void> => {
    for (const theme of ['Light', 'Dark'] as const) {
      await notebook.theme(`JupyterLab ${theme}`);
      await node.screenshot({ path: join(ARTIFACTS, `grid-${name}-${theme.toLowerCase()}.png`) });
    }
  };
  const firstCell = (column: string) =>
    node.evaluate((view, column) => {
      const heads = [...view.querySelectorAll('thead tr:first-child th')];
      const at = heads.findIndex(head => head.textContent === column);
      return view.querySelector<HTMLTableRowElement>('tbody tr')?.cells[at]?.textContent ?? null;
    }, column);
  const facts = node.locator('.millrace-Status-facts');

  // By pointer: sorted by the price, falling.
  const price = node.locator('th', { hasText: 'price' });
  await price.click();
  await price.click();
  await expect.poll(() => firstCell('price'), { timeout: 20_000 }).toBe('NaN');
  expect(await price.getAttribute('aria-sort')).toBe('descending');
  await shot('sorted');

  // Filtered by two columns; the status counts those that pass.
  await node.getByRole('button', { name: 'Filter', exact: true }).click();
  await node.getByLabel('Filter by symbol').fill('nvda');
  await node.getByLabel('Filter by price').fill('100..900');
  await expect.poll(() => facts.textContent(), { timeout: 20_000 }).toMatch(/^(?!80 )\d+ of 400 rows/);
  await node.getByLabel('Filter by volume').fill('many');
  await expect.poll(() => node.getByRole('alert').textContent(), { timeout: 20_000 }).toContain('MR1662');
  await shot('filtered');
  await node.getByLabel('Filter by volume').fill('');

  // Downloaded as it is shown.
  const downloads = page.waitForEvent('download');
  await node.getByRole('button', { name: 'Download' }).click();
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  const saved = join(lab.folder, 'saved.csv');
  await (await downloads).saveAs(saved);
  const lines = (await readFile(saved, 'utf8')).trimEnd().split('\n');
  expect(lines[0]).toBe('ts,symbol,price,volume,kind');
  const prices = lines.slice(1).map(line => Number(line.split(',')[2]));
  expect(prices.length).toBeGreaterThan(10);
  expect(prices).toEqual([...prices].sort((a, b) => b - a));
  expect(prices.every(each => each >= 100 && each <= 900)).toBe(true);
  expect((await facts.textContent())?.startsWith(`${prices.length} of 400 rows`)).toBe(true);

  // By keys alone: no filters, no sorting, to the end and back, a column moved, hidden.
  for (const column of ['symbol', 'price']) await node.getByLabel(`Filter by ${column}`).press('Escape');
  const table = node.locator('table');
  await table.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => facts.textContent(), { timeout: 20_000 }).toMatch(/^400 rows/);
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await page.keyboard.press('Shift+F10');
  await expect.poll(() => page.getByRole('menu').count()).toBe(1);
  await shot('menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+End');
  await expect.poll(() => node.locator('td[data-active]').textContent(), { timeout: 20_000 }).toBe('-D');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowLeft');
  expect(await node.locator('td[aria-selected="true"]').count()).toBe(4);
  await shot('selected');
  const copied = await node.evaluate(view => {
    const event = new ClipboardEvent('copy', {
      bubbles: true,
      cancelable: true,
      clipboardData: new DataTransfer(),
    });
    view.querySelector('table')?.dispatchEvent(event);
    return event.clipboardData?.getData('text/plain');
  });
  expect(copied).toBe('398000\t+U\n399000\t-D');
  const rows = await gridRows(view);
  expect(rows).toHaveLength(400);
});

test('columns are as their reader has arranged them when the notebook is opened again', async () => {
  lab.put('ticks.csv', CSV);
  const notebook = await lab.open('arranged.ipynb', CELLS);
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  await notebook.view(1).reaches('ended');
  const node = () => notebook.view(1).node;
  const menu = async (column: string, item: string): Promise<void> => {
    await node().locator('thead th', { hasText: column }).click({ button: 'right' });
    await node().locator('[role=menu] button', { hasText: item }).click();
  };
  await menu('price', 'Move left');
  await menu('kind', 'Hide');
  await menu('volume', 'Separate thousands');
  await menu('ts', 'Times in America/New_York');
  const shown = async () => ({
    heads: await node().locator('thead tr:first-child th').allTextContents(),
    last: await node().locator('tbody tr:not([hidden])').last().locator('td').allTextContents(),
  });
  const arranged = { heads: ['ts', 'price', 'symbol', 'volume'], last: expect.arrayContaining(['399000']) };
  expect(await shown()).toEqual(arranged);
  const before = await shown();
  expect(before.last[0]).toMatch(/^2026-01-05 09:36:39.* GMT-5$/);
  const again = async (): Promise<void> => {
    await expect.poll(shown, { timeout: 20_000 }).toEqual(before);
  };

  // With the kernel's rows, and with those that were saved alone.
  await notebook.reload();
  await notebook.view(1).reaches('ended');
  await again();
  await notebook.save();
  const cells = lab.read('arranged.ipynb').cells;
  const copy = cells.map(cell => ({ source: String(cell.source), outputs: cell.outputs ?? [] }));
  const { view: saved } = savedView(cells[1]);
  expect(saved).toMatchObject({
    columns: [{ name: 'ts', zone: 'America/New_York' }, { name: 'price' }, {}, {}, { hidden: true }],
  });
  const opened = await lab.open('copied.ipynb', copy);
  await opened.view(1).reaches('saved');
  const heads = opened.view(1).node.locator('thead tr:first-child th');
  await expect.poll(() => heads.allTextContents()).toEqual(before.heads);
});
