import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CANDLES, LIVE, putTrades, TABLE_CELL } from './support/cells.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import type { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const LINE = `bars.line({ x: 'windowStart', y: 'vwap', color: 'symbol' })`;
const LINE_CELL = 2;
const CLOCK_CELL = 3;
const [SOURCE, BARS] = LIVE(1);

async function opened(name: string, speed: number, chart = LINE): Promise<NotebookPage> {
  const play = LIVE(speed).at(-1)!;
  const notebook = await lab.open(name, [SOURCE!, BARS!, chart, play]);
  await notebook.page.setViewportSize({ width: 1300, height: 1000 });
  for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
  await notebook.view(LINE_CELL).until(node => Number(node.dataset['millraceRows']) > 5, null);
  return notebook;
}

const shot = (view: Locator, name: string): Promise<unknown> =>
  view.page().screenshot({ path: join(ARTIFACTS, `reader-${name}.png`) });

/** The drawing's size in pixels of the page, once it is as wide as its place, in pixels of the screen too. */
async function drawnSize(view: ViewHandle): Promise<{ width: number; height: number }> {
  await view.until(node => {
    const [canvas, place] = [node.querySelector('canvas'), node.querySelector('.millrace-Chart')];
    if (canvas === null || place === null) return false;
    const { width, height } = canvas.getBoundingClientRect();
    const sharp = canvas.width === Math.round(width * devicePixelRatio) && height > 0;
    return sharp && Math.abs(width - place.clientWidth) <= 8;
  }, null);
  const box = await view.node.locator('canvas').first().boundingBox();
  return { width: box!.width, height: box!.height };
}

test('a chart is told in words, and its rows are there for keys', async () => {
  const notebook = await opened('words.ipynb', 120);
  const { page } = notebook;
  const view = notebook.view(LINE_CELL);
  const chart = view.node.getByRole('img', { name: 'Line chart of vwap by windowStart, one line a symbol' });
  await view.reaches('ended');
  await chart.focus();
  const words = await chart.evaluate(
    node => document.getElementById(node.getAttribute('aria-describedby') ?? '')?.textContent,
  );
  expect(words).toMatch(
    /^Line chart of vwap by windowStart, one line a symbol\. 120 rows\. windowStart from 2026-01-05 14:30:00 to 2026-01-05 15:09:00\. (?:\w+: last [\d.]+, from [\d.]+ to [\d.]+\. ?){3}$/,
  );
  expect(await chart.locator('[aria-live], [role=status]').count()).toBe(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  // The kernel's: all of them, each of which can be asked about.
  const rows = view.node.getByRole('grid', { name: 'Rows of the view' });
  await rows.focus();
  await expect.poll(() => rows.getAttribute('aria-rowcount')).toBe('121');
  await page.keyboard.press('Control+End');
  await expect.poll(() => rows.locator('[data-active]').count()).toBe(1);
  const last = rows.locator('tbody tr:not([hidden])').last();
  await expect.poll(() => last.getAttribute('aria-rowindex')).toBe('121');
  await shot(view.node, 'rows');
  await page.keyboard.press('Escape');
  await expect.poll(() => rows.count()).toBe(0);
}, 240_000);

test('a view has the whole screen by button, keys and command, goes on, and comes back as it was', async () => {
  const notebook = await opened('full.ipynb', 20);
  const { page } = notebook;
  const view = notebook.view(LINE_CELL);
  await view.scrollTo();
  const before = await drawnSize(view);
  const isFull = () => page.evaluate(() => document.fullscreenElement?.className ?? null);
  const full = view.node.getByRole('button', { name: 'Full screen' });
  await full.focus();
  await page.keyboard.press('Enter');
  await expect.poll(isFull).toContain('millrace-mod-full');
  // The headless browser's screen may be another size than its window.
  const tall = (node: HTMLElement): boolean => {
    const canvas = node.querySelector('canvas')!.getBoundingClientRect();
    return (
      canvas.height > 0.7 * innerHeight && canvas.bottom < innerHeight && canvas.width > 0.9 * innerWidth
    );
  };
  await view.until(tall, null);
  await drawnSize(view);
  await view.paints(2);
  await shot(view.node, 'full-line');
  // A headless browser has no window whose Escape it would see itself.
  await page.evaluate(() => document.exitFullscreen());
  await expect.poll(isFull).toBeNull();
  await view.until(
    (node, height) => node.querySelector('canvas')!.getBoundingClientRect().height === height,
    before.height,
  );
  expect(await drawnSize(view)).toEqual(before);
  expect(await view.node.getByRole('button', { name: 'Full screen' }).getAttribute('aria-pressed')).toBe(
    'false',
  );

  // Where the browser refuses, it is over the page, and Escape goes back.
  await page.evaluate(
    () => (Element.prototype.requestFullscreen = () => Promise.reject(new Error('refused'))),
  );
  await notebook.selectCell(LINE_CELL);
  await notebook.command('millrace:full-screen');
  await view.until(tall, null);
  const box = await view.node.boundingBox();
  expect(box).toMatchObject({ x: 0, y: 0, width: 1300, height: 1000 });
  await view.node.locator('.millrace-Chart-canvas').press('+');
  await view.node.getByRole('button', { name: 'Follow' }).waitFor();
  await shot(view.node, 'over-page');
  await page.keyboard.press('Escape');
  await view.node.getByRole('button', { name: 'Follow' }).waitFor({ state: 'hidden' });
  await view.until(tall, null);
  await page.keyboard.press('Escape');
  await view.until(node => !node.classList.contains('millrace-mod-full'), null);

  // A table, by its keys, which JupyterLab does not look at.
  const table = notebook.view(TABLE_CELL);
  const height = () => table.node.locator('.millrace-Grid-scroller').evaluate(node => node.clientHeight);
  // As high as it gets beside other cells.
  await table.until(node => Number(node.dataset['millraceTotal']) >= 30, null);
  const small = await height();
  await table.node.locator('table').focus();
  await page.keyboard.press('Control+Alt+f');
  await expect.poll(height).toBeGreaterThan(800);
  await expect.poll(() => table.node.locator('tbody tr:not([hidden])').count()).toBeGreaterThan(25);
  await table.paints(1);
  await shot(table.node, 'full-table');
  await page.keyboard.press('Escape');
  await expect.poll(height).toBe(small);
}, 240_000);

test('candlesticks of several symbols fill the screen; a chart follows its place, and the presentation mode', async () => {
  const notebook = await opened('resize.ipynb', 600, CANDLES);
  const { page } = notebook;
  const view = notebook.view(LINE_CELL);
  await view.reaches('ended');
  const before = await drawnSize(view);
  await notebook.command('application:toggle-left-area');
  await view.until(
    (node, width) => node.querySelector('canvas')!.getBoundingClientRect().width !== width,
    before.width,
  );
  const other = await drawnSize(view);
  expect(other.width).not.toBe(before.width);
  await notebook.command('application:toggle-left-area');
  await view.until(
    (node, width) => node.querySelector('canvas')!.getBoundingClientRect().width === width,
    before.width,
  );
  await notebook.command('application:toggle-presentation-mode');
  await drawnSize(view);
  await shot(view.node, 'presentation');
  expect(await view.node.locator('.millrace-Error:visible').count()).toBe(0);
  expect(await notebook.view(TABLE_CELL).node.locator('tbody tr:not([hidden])').count()).toBe(12);
  await notebook.command('application:toggle-presentation-mode');
  await page.setViewportSize({ width: 1300, height: 1500 });
  await view.node.getByRole('button', { name: 'Full screen' }).click();
  await view.until(node => {
    const { height, bottom } = node.querySelector('canvas')!.getBoundingClientRect();
    return height > 0.8 * innerHeight && bottom < innerHeight;
  }, null);
  await shot(view.node, 'full-candles');
}, 240_000);

test('colours that the system forces, more contrast and less motion are followed', async () => {
  const notebook = await opened('forced.ipynb', 20);
  const { page } = notebook;
  const [table, chart] = [notebook.view(TABLE_CELL), notebook.view(LINE_CELL)];
  const flashing = () =>
    table.node.evaluate(node => {
      const cell = node.querySelector<HTMLElement>('tbody td')!;
      cell.dataset['flash'] = 'a';
      const names = [cell, node.querySelector('.millrace-Badge')!].map(
        (each, at) => getComputedStyle(each, at === 1 ? '::before' : null).animationName,
      );
      return names;
    });
  expect(await flashing()).toEqual(['millrace-flash-a', 'millrace-pulse']);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await flashing()).toEqual(['none', 'none']);
  await page.emulateMedia({ reducedMotion: null });
  await notebook.clickReplayBar('pause');
  await chart.reaches('paused');

  /** The strongest colour of the chart's labels: how light it is. */
  const labels = () =>
    chart.node
      .locator('canvas')
      .first()
      .evaluate((node: HTMLCanvasElement) => {
        const { data } = node.getContext('2d')!.getImageData(0, 0, node.width, node.height);
        let [dark, light] = [0, 0];
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3]! < 250) continue;
          const sum = data[at]! + data[at + 1]! + data[at + 2]!;
          if (sum < 180) dark++;
          if (sum > 600) light++;
        }
        return { dark, light };
      });
  await page.emulateMedia({ contrast: 'more' });
  await expect.poll(async () => (await labels()).dark).toBeGreaterThan(100);
  await shot(chart.node, 'more-contrast');
  await page.emulateMedia({ contrast: null });
  await expect.poll(async () => (await labels()).dark).toBeLessThan(100);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ forcedColors: 'active', colorScheme });
    await expect
      .poll(async () => {
        const { dark, light } = await labels();
        return colorScheme === 'dark' ? light > 100 && light > dark : dark > 100;
      })
      .toBe(true);
    await shot(chart.node, `forced-${colorScheme}`);
  }
}, 240_000);
