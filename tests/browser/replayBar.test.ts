import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tradesCsv } from '../support/trades.js';
import { BARS } from './support/cells.js';
import { gridRows, type GridRowText } from './support/gridRows.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';

const DAYS = ['2026-01-05T14:30:00Z', '2026-01-06T14:30:00Z'];
const MINUTES = 40;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  const days = DAYS.map(from =>
    tradesCsv({ symbols: ['AAPL', 'MSFT', 'XOM'], from, minutes: MINUTES, perMinute: 60 }),
  );
  const [first, second] = days.map(text => text.trimEnd().split('\n'));
  lab.put('days.csv', [...(first ?? []), ...(second ?? []).slice(1)].join('\n') + '\n');
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const CELLS = [
  `import { replay, tumble, clock, first, last, max, min, sum, vwap, count } from 'millrace';
const trades = replay('days.csv', { name: 'trades', time: 'ts', watermark: '2 s' });`,
  BARS(),
  `await clock.start({ at: '${DAYS[0]}', speed: 60 })
await clock.pause()`,
  'clock',
  'let rounds = 0; while (true) rounds++;',
];
const [TABLE, BAR, LOOP] = [1, 3, 4];

async function opened(name: string): Promise<NotebookPage> {
  const notebook = await lab.open(name, CELLS);
  for (let cell = 0; cell <= BAR; cell++) await notebook.run(cell);
  await notebook.cell(BAR).locator('.millrace-TimeLine.millrace-mod-rows').waitFor();
  return notebook;
}

const toolbarBar = (notebook: NotebookPage): Locator =>
  notebook.page.locator('.jp-NotebookPanel .millrace-ReplayBar:not(.millrace-mod-output)');
const outputBar = (notebook: NotebookPage): Locator => notebook.cell(BAR).locator('.millrace-ReplayBar');

const us = (iso: string): number => Date.parse(iso) * 1000;

async function reaches(notebook: NotebookPage, time: number, within = 0): Promise<number> {
  const near = async (): Promise<boolean> => Math.abs((await notebook.clockTime()) - time) <= within;
  await expect.poll(near).toBe(true);
  return notebook.clockTime();
}

async function typeTime(bar: Locator, text: string): Promise<void> {
  await bar.locator('.millrace-ReplayBar-time').click();
  await bar.getByRole('textbox', { name: 'Go to a time' }).fill(text);
  await bar.getByRole('textbox', { name: 'Go to a time' }).press('Enter');
}

/** The bars of the table, once it has all that the clock has let out. */
async function rowsAt(notebook: NotebookPage): Promise<GridRowText[]> {
  const view = notebook.view(TABLE);
  await view.reaches('paused', 'ended');
  let last = -1;
  await expect
    .poll(async () => {
      const rowsIn = await view.total();
      const same = rowsIn === last;
      last = rowsIn;
      return same;
    })
    .toBe(true);
  return gridRows(view);
}

test('a click on the time line, a typed time and a bar in an output go to one time, with the same rows', async () => {
  const notebook = await opened('seek.ipynb');
  const [toolbar, output] = [toolbarBar(notebook), outputBar(notebook)];
  const slider = output.getByRole('slider', { name: 'Replay position' });
  // Into the second day, over the night.
  const box = await slider.boundingBox();
  await slider.click({ position: { x: (box?.width ?? 0) - 3, y: 10 } });
  await expect.poll(() => notebook.clockTime()).toBeGreaterThan(us('2026-01-06T14:50:00Z'));
  const clicked = await notebook.clockTime();
  await typeTime(toolbar, '2026-01-05 14:40');
  await reaches(notebook, us('2026-01-05T14:40:00Z'));
  const first = await rowsAt(notebook);
  expect(first.length).toBeGreaterThan(20);
  expect(first.length).toBeLessThanOrEqual(33);
  await typeTime(output, '2026-01-06T15:00:00Z');
  await reaches(notebook, us('2026-01-06T15:00:00Z'));
  expect(clicked).toBeGreaterThan(us(DAYS[1] ?? ''));
  expect((await rowsAt(notebook)).length).toBeGreaterThan(first.length);
  // Back by keys: all bars tell the same, in UTC and, once it was chosen, in New York's time.
  await typeTime(output, '2026-01-05 14:40');
  await reaches(notebook, us('2026-01-05T14:40:00Z'));
  expect(await rowsAt(notebook)).toEqual(first);
  await output.getByLabel('Time zone: UTC').click();
  await notebook.page.getByRole('menuitemcheckbox', { name: 'New York' }).click();
  for (const bar of [toolbar, output]) {
    await bar.getByText('2026-01-05 09:40:00').waitFor();
    await bar.getByText('14:40:00 UTC').waitFor();
  }
  await typeTime(toolbar, '09:45');
  await reaches(notebook, us('2026-01-05T14:45:00Z'));
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('2026-01-05 09:45:00 America/New_York');
  await notebook.reload();
  await toolbar.getByText('2026-01-05 09:45:00').waitFor();
  const saved = lab.read('seek.ipynb') as { metadata?: { millrace?: { timeZone?: string } } };
  expect(saved.metadata?.millrace?.timeZone).toBe('America/New_York');
  expect(JSON.stringify(lab.read('seek.ipynb').cells[BAR])).toContain(
    'Clock: paused at 2026-01-05 14:45:00 UTC',
  );
});

test('steps by a window, and over the night, by menu and by key; answers while a cell loops', async () => {
  const notebook = await opened('steps.ipynb');
  const bar = outputBar(notebook);
  await notebook.start(LOOP);
  await notebook.running(LOOP);
  await bar.getByLabel('Choose a step').click();
  await notebook.page.getByRole('menuitemcheckbox', { name: 'One window', exact: true }).click();
  // The row that closes a minute comes two seconds after it, at most some seconds more.
  const start = us(DAYS[0] ?? '');
  await expect.poll(() => notebook.clockTime()).toBeGreaterThanOrEqual(start + 62e6);
  expect(await notebook.clockTime()).toBeLessThan(start + 80e6);
  await toolbarBar(notebook).getByLabel('Choose a step').focus();
  await notebook.page.keyboard.press('ArrowDown');
  await notebook.page.getByRole('menuitemcheckbox', { name: '5 min' }).waitFor();
  await notebook.page.keyboard.press('Escape');
  const before = await notebook.clockTime();
  await toolbarBar(notebook).locator('.millrace-ReplayBar-play').click();
  await expect.poll(() => notebook.clockTime()).toBeGreaterThan(before);
  await notebook.clickReplayBar('pause');
  await notebook.page.locator('.millrace-ReplayBar[data-millrace-clock="paused"]').first().waitFor();
  // Nothing is known of the second day before it is read: a CSV has no index.
  const gap = bar.getByRole('button', { name: /^no rows from 2026-01-05 15:09:5\d to 2026-01-06 14:30:0\d/ });
  await gap.waitFor();
  const slider = bar.getByRole('slider');
  await slider.focus();
  await notebook.page.keyboard.press('g');
  await expect.poll(() => notebook.clockTime()).toBeGreaterThanOrEqual(us(DAYS[1] ?? ''));
  await notebook.page.keyboard.press('Home');
  await reaches(notebook, start, 2e6);
  await notebook.interrupt();
  await notebook.idle();
});

test('looks as it should: wide and narrow, light and dark', async () => {
  const notebook = await opened('looks.ipynb');
  mkdirSync(ARTIFACTS, { recursive: true });
  await typeTime(outputBar(notebook), '14:55');
  await reaches(notebook, us('2026-01-05T14:55:00Z'));
  const sizes = { wide: 1900, middle: 1400, narrow: 760 };
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    for (const [name, width] of Object.entries(sizes)) {
      await notebook.page.setViewportSize({ width, height: 1000 });
      const isRow = name !== 'wide';
      await expect
        .poll(() => toolbarBar(notebook).evaluate(node => node.className.includes('mod-row')))
        .toBe(isRow);
      await toolbarBar(notebook).getByRole('slider').waitFor();
      await notebook.cell(BAR).scrollIntoViewIfNeeded();
      const file = join(ARTIFACTS, `replayBar-${theme.toLowerCase()}-${name}.png`);
      await notebook.page.screenshot({ path: file });
      expect(statSync(file).size).toBeGreaterThan(20_000);
      // Nothing of it is cut off.
      const cut = await toolbarBar(notebook).evaluate(node => node.scrollWidth - node.clientWidth);
      expect(cut).toBeLessThanOrEqual(1);
    }
  }
});
