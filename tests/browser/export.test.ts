import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ViewOutput } from '@millrace/protocol';
import type { SavedNotebook } from '../support/savedView.js';
import { savedView } from '../support/savedView.js';
import { ViewModel } from '../../ui/src/model/viewModel.js';
import { notebooksFolder } from '../notebooks/run.js';
import { notebookFolder } from './support/exportedNotebook.js';
import { clockIs, millrace, seen, viewAt, type Said } from './support/exportedPages.js';
import { ARTIFACTS } from './support/lab.js';
import { KEEP_FRAMES, plainRows, rowsTold } from './support/pageFrames.js';
import { pictured, usePages } from './support/usePages.js';

const pages = usePages();
const { open } = pages;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (page: Page, channel: number, output: ViewOutput): Promise<unknown[]> =>
  rowsTold(page, output, kept => kept.channel === channel);

describe('the first notebook as a page', () => {
  let folder: string;
  let saved: SavedNotebook;
  beforeAll(async () => {
    const home = notebooksFolder();
    folders.push(home);
    folder = join(home, 'notebooks');
    const exported = await millrace(folder, 'export', '01-live-bars.ipynb', '-o', 'live.html');
    expect(exported).toMatchObject({ code: 0, error: '' });
    expect(exported.out).toMatch(/^live\.html: [\d.]+ MB, 3 live views, [\d.]+ MB of recordings\n$/);
    // The notebook's own values, by another run of the kernel.
    expect(await millrace(folder, 'check', '01-live-bars.ipynb', '--update')).toMatchObject({ code: 0 });
    saved = JSON.parse(readFileSync(join(folder, '01-live-bars.ipynb'), 'utf8')) as SavedNotebook;
  }, 600_000);

  test('is small, and the same each time', async () => {
    const first = readFileSync(join(folder, 'live.html'));
    expect(first.length).toBeLessThan(4e6);
    writeFileSync(join(ARTIFACTS, 'export-live.html'), first);
    expect(await millrace(folder, 'export', '01-live-bars.ipynb', '-o', 'again.html')).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(folder, 'again.html')).equals(first)).toBe(true);
  }, 600_000);

  test('replays to its end from disk without a network, with the values of the notebook', async () => {
    const { page, troubles } = await open(join(folder, 'live.html'), { script: KEEP_FRAMES });
    expect(await page.title()).toBe('Live bars');
    await clockIs(page, 'ended');
    const chart = savedView(saved.cells.find(({ source }) => String(source).includes('.candlestick(')));
    const grid = savedView(saved.cells.find(({ source }) => String(source).includes('const bars')));
    const wanted = plainRows(new ViewModel(chart));
    expect(wanted).toHaveLength(390);
    await seen(page, 1, 'ended');
    await seen(page, 0, 'ended');
    expect(await rowsOf(page, 1, chart)).toEqual(wanted);
    const tail = await rowsOf(page, 0, grid);
    expect(tail.length).toBeGreaterThan(10);
    expect(tail).toEqual(plainRows(new ViewModel(grid)).slice(-tail.length));

    await page.getByRole('combobox', { name: 'Replay speed' }).selectOption('1000');
    await page.getByRole('button', { name: 'Replay from the start' }).click();
    await clockIs(page, 'playing');
    await viewAt(page, 1).scrollIntoViewIfNeeded();
    await expect
      .poll(() => viewAt(page, 1).getAttribute('data-millrace-rows').then(Number))
      .toBeGreaterThan(3);
    expect(await viewAt(page, 1).getAttribute('data-millrace-state')).toBe('replaying');
    await page.screenshot({ path: join(ARTIFACTS, 'export-playing.png') });
    await page.getByRole('combobox', { name: 'Replay speed' }).selectOption('max');
    await clockIs(page, 'ended');
    await seen(page, 1, 'ended');
    expect(await rowsOf(page, 1, chart)).toEqual(wanted);
    expect(troubles).toEqual([]);
  });

  test('goes back and forth to the same rows, and on by steps', async () => {
    const { page, troubles } = await open(join(folder, 'live.html'), { script: KEEP_FRAMES });
    await clockIs(page, 'ended');
    await seen(page, 1, 'ended');
    const chart = savedView(saved.cells.find(({ source }) => String(source).includes('.candlestick(')));
    const seek = async (place: number): Promise<unknown[]> => {
      const before = await page.locator('.millrace-ReplayBar').getAttribute('data-millrace-now-us');
      await page.getByRole('slider', { name: 'Replay position' }).evaluate((node: HTMLInputElement, to) => {
        node.value = String(to);
        node.dispatchEvent(new Event('input'));
        node.dispatchEvent(new Event('change'));
      }, place);
      await clockIs(page, 'paused');
      await expect
        .poll(() => page.locator('.millrace-ReplayBar').getAttribute('data-millrace-now-us'))
        .not.toBe(before);
      await seen(page, 1, 'paused');
      // The rows stand once they do so for a while.
      let rows = await rowsOf(page, 1, chart);
      for (let calm = 0; calm < 4;) {
        await page.waitForTimeout(250);
        const next = await rowsOf(page, 1, chart);
        calm = JSON.stringify(next) === JSON.stringify(rows) ? calm + 1 : 0;
        rows = next;
      }
      return rows;
    };
    const middle = await seek(500);
    expect(middle.length).toBeGreaterThan(150);
    expect(middle.length).toBeLessThan(250);
    const early = await seek(100);
    expect(early.length).toBeLessThan(60);
    expect(await seek(500)).toEqual(middle);
    expect(await seek(100)).toEqual(early);
    const at = await page.locator('.millrace-ReplayBar').getAttribute('data-millrace-now-us');
    await page.getByRole('button', { name: 'Step one row' }).click();
    await expect
      .poll(() => page.locator('.millrace-ReplayBar').getAttribute('data-millrace-now-us').then(Number))
      .toBeGreaterThan(Number(at));
    expect(troubles).toEqual([]);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 420],
    ['dark', 420],
  ] as const)('looks well, %s and %i pixels wide', async (mode, width) => {
    const { page, troubles } = await open(join(folder, 'live.html'), { dark: mode === 'dark', width });
    await clockIs(page, 'ended');
    for (const at of [0, 1, 2]) await seen(page, at, 'ended');
    await pictured(page, width, `export-${mode}-${width}`);
    expect(troubles).toEqual([]);
  });
});

describe('a notebook of every kind of output, whose texts are hostile', () => {
  let file: string;
  let said: Said;
  beforeAll(async () => {
    const folder = notebookFolder('day.ipynb');
    folders.push(folder);
    said = await millrace(folder, 'export', 'day.ipynb');
    file = join(folder, 'day.html');
  }, 600_000);

  test('says what does not run', () => {
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/^day\.html: [\d.]+ MB, 6 live views, /);
    expect(said.error).toMatch(/^Cell \[8\]: a table is in the page as it was saved\. MR8511 .*'twice'.*\n$/);
  });

  test('is shown, and nothing of it runs', async () => {
    const { page, troubles } = await open(file);
    await clockIs(page, 'ended');
    for (const at of [0, 1, 2, 3]) await seen(page, at, 'ended');
    expect(await page.title()).toBe('A day of trades');
    const prose = page.locator('.millrace-Prose');
    expect(await prose.textContent()).toMatch(
      /^There were 900 trades, the dearest at 185; <\/script><img src=x/,
    );
    expect(await page.locator('.page-Note').allTextContents()).toEqual([
      expect.stringMatching(/^Not live in this page: MR8511/),
      'Scripts, styles and frames of this output are not part of the page.',
    ]);
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    const harm =
      'iframe, object, embed, form:not(.vega-bindings), main script, main style, main svg, [onerror], [onload], a[href^="javascript"]';
    expect(await page.locator(harm).count()).toBe(0);
    expect(await viewAt(page, 4).getAttribute('data-millrace-state')).toBe('saved');
    await page.screenshot({ path: join(ARTIFACTS, 'export-every-kind.png'), fullPage: true });
    expect(troubles).toEqual([]);
  });

  test('its inputs move what depends on them', async () => {
    const { page, troubles } = await open(file);
    await clockIs(page, 'ended');
    await seen(page, 3, 'ended');
    const count = async (): Promise<number> => {
      const texts = await viewAt(page, 3).locator('tbody td:last-child').allTextContents();
      return texts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
    };
    await expect.poll(count).toBe(721);
    const slider = page.getByRole('slider', { name: 'least size' });
    await slider.fill('0');
    await expect.poll(count).toBe(900);
    await slider.fill('400');
    await expect.poll(count).toBe(180);
    expect(troubles).toEqual([]);
  });

  test('without scripts it can be read, and says so', async () => {
    const context = await pages.browser.newContext({ javaScriptEnabled: false, offline: true });
    try {
      const page = await context.newPage();
      await page.goto(pathToFileURL(file).href);
      expect(await page.locator('noscript').count()).toBe(1);
      expect(await page.locator('.page-Image').count()).toBe(2);
      expect(await page.getByText('There were 900 trades').count()).toBe(1);
    } finally {
      await context.close();
    }
  });

  test('has landmarks, one first heading, names for its controls, and runs where there can be no worker', async () => {
    const { page, troubles } = await open(file, {
      script: 'delete window.Worker; window.Worker = undefined;',
    });
    await clockIs(page, 'ended');
    await seen(page, 0, 'ended');
    for (const role of ['banner', 'main', 'contentinfo', 'navigation'] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    expect(await page.getByRole('region', { name: 'Replay' }).count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>('button, select, input')].filter(
          node =>
            node.getAttribute('aria-label') === null &&
            node.textContent.trim() === '' &&
            (node as HTMLInputElement).labels?.length !== 1,
        ).length,
    );
    expect(unnamed).toBe(0);
    expect(troubles).toEqual([]);
  });
});
