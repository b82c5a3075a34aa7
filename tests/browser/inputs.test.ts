import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';

const ROWS = 1000;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  const lines = Array.from(
    { length: ROWS },
    (_, k) => `${new Date(k * 1000).toISOString()},${k % 2 === 0 ? 'AAPL' : 'MSFT'},${k}`,
  );
  lab.put('sizes.csv', `ts,symbol,size\n${lines.join('\n')}\n`);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const HOSTILE = '**bold** <img src=x onerror="window.hacked=1"> `code` $x^2$ [a](javascript:hacked)';

const CELLS = [
  `import { input, md, replay } from 'millrace';
const trades = replay('sizes.csv', { name: 'sizes', time: 'ts' });
const least = input.range({ min: 0, max: ${ROWS}, value: 900, label: 'At least' });
const symbol = input.select({ options: { All: '%', Apple: 'AAPL', Microsoft: 'MSFT' }, label: 'Symbol' });
const odd = input.toggle({ value: false, label: 'Only odd sizes' });
const note = input.text({ value: 'shares', label: 'Unit' });
const from = input.date({ value: '1970-01-01T00:00:00Z', label: 'From' });
const hits = trades.where(t => t.size.ge(least).and(t.symbol.like(symbol as never), t.ts.ge(from),
  odd.not().or(t.size.mod(2).eq(1))));`,
  'least',
  'display(symbol); display(odd); display(note); from',
  'hits',
  "md`There are **${hits.count()}** trades of at least ${least} ${note}, the first at ${hits.min('ts')}.`",
  `md\`Letter by letter: \${${JSON.stringify(HOSTILE)}}.\``,
];
const [SLIDER, OTHERS, TABLE, PROSE, LETTERS] = [1, 2, 3, 4, 5];

async function run(notebook: NotebookPage): Promise<void> {
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  await notebook.view(TABLE).reaches('ended');
}

async function total(notebook: NotebookPage, rows: number): Promise<void> {
  await notebook.view(TABLE).until((node, wanted) => node.dataset['millraceTotal'] === String(wanted), rows);
}

const control = (notebook: NotebookPage, name: string) =>
  notebook.page.locator(`.millrace-Input[data-millrace-input="${name}"] .millrace-Input-control`);

test('moving the slider by keyboard moves the table and the text at one moment; every control moves them', async () => {
  const notebook = await lab.open('inputs.ipynb', CELLS);
  await run(notebook);
  await total(notebook, 100);
  const prose = notebook.cell(PROSE).locator('.millrace-Prose');
  await prose
    .getByText('There are 100 trades of at least 900 shares, the first at 1970-01-01 00:15:00 UTC.')
    .waitFor();
  expect(await prose.locator('strong').textContent()).toBe('100');
  // As a user without a mouse: the label names the control, and arrows move it.
  const slider = notebook.page.getByLabel('At least');
  expect(await slider.getAttribute('type')).toBe('range');
  await slider.focus();
  for (let press = 0; press < 5; press++) await notebook.page.keyboard.press('ArrowRight');
  await total(notebook, 95);
  await prose.getByText('There are 95 trades of at least 905 shares').waitFor();
  expect(await notebook.cell(SLIDER).locator('output').first().textContent()).toBe('905');
  await slider.fill('500');
  await total(notebook, 500);
  await notebook.page.getByLabel('Symbol').selectOption({ label: 'Apple' });
  await total(notebook, 250);
  await notebook.page.getByLabel('Symbol').selectOption({ label: 'All' });
  await notebook.page.getByLabel('Only odd sizes').check();
  await total(notebook, 250);
  await notebook.page.getByLabel('From', { exact: true }).fill('1970-01-01T00:15:00');
  await notebook.page.keyboard.press('Tab');
  await total(notebook, 50);
  await notebook.page.getByLabel('Unit').fill('<b>*lots*</b>');
  await notebook.page.keyboard.press('Tab');
  await prose.getByText('of at least 500 <b>*lots*</b>, the first at 1970-01-01 00:15:01 UTC.').waitFor();
  expect(await prose.locator('b').count()).toBe(0);
});

test('two controls of one input agree, and what was moved is saved and shown again', async () => {
  const notebook = await lab.open('agree.ipynb', [...CELLS.slice(0, 4), 'least']);
  for (let cell = 0; cell < 5; cell++) await notebook.run(cell);
  const second = notebook.cell(4).locator('.millrace-Input-control');
  await second.fill('990');
  await total(notebook, 10);
  await notebook.page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('.millrace-Input-control[type="range"]')?.value === '990',
  );
  await notebook.reload();
  const shown = control(notebook, 'least').first();
  await shown.waitFor();
  await notebook.page.waitForFunction(
    () => document.querySelector<HTMLElement>('.millrace-Input')?.dataset['millraceState'] === 'live',
  );
  expect(await shown.inputValue()).toBe('990');
  const saved = JSON.stringify(lab.read('agree.ipynb').cells[SLIDER]);
  expect(saved).toContain('At least: 990');
});

test('hostile values stand in a text letter by letter; a notebook in light and in dark', async () => {
  const notebook = await lab.open('hostile.ipynb', CELLS);
  await run(notebook);
  const letters = notebook.cell(LETTERS).locator('.millrace-Prose');
  await letters.getByText('Letter by letter').waitFor();
  expect((await letters.textContent())?.trim()).toBe(`Letter by letter: ${HOSTILE}.`);
  expect(await letters.locator('img, code, a, strong, mjx-container, .MathJax').count()).toBe(0);
  expect(await notebook.page.evaluate(() => 'hacked' in window)).toBe(false);
  mkdirSync(ARTIFACTS, { recursive: true });
  const colours: string[] = [];
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    colours.push(await control(notebook, 'note').evaluate(node => getComputedStyle(node).backgroundColor));
    await notebook.cell(OTHERS).scrollIntoViewIfNeeded();
    const file = join(ARTIFACTS, `inputs-${theme.toLowerCase()}.png`);
    await notebook.page.screenshot({ path: file });
    expect(statSync(file).size).toBeGreaterThan(20_000);
  }
  expect(colours[0]).not.toBe(colours[1]);
});
