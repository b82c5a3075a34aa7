import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAYOUT_CELLS } from './support/exportedLayouts.js';
import { notebookFolder } from './support/exportedNotebook.js';
import { clockIs, millrace, seen, viewAt, type Opened, type Said } from './support/exportedPages.js';
import { pictured, usePages } from './support/usePages.js';

const pages = usePages();
let folder: string;
let said: Said;
beforeAll(async () => {
  folder = notebookFolder('layouts.ipynb', LAYOUT_CELLS);
  said = await millrace(folder, 'export', 'layouts.ipynb');
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Places of the views in the page. */
const [OVERVIEW, TOTALS, SEVERAL, STAT, LINE, BARS, AGAIN, DOUBLED] = [0, 1, 2, 3, 4, 5, 6, 7];

async function open(options: Parameters<typeof pages.open>[1] = {}): Promise<Opened> {
  const opened = await pages.open(join(folder, 'layouts.html'), options);
  await clockIs(opened.page, 'ended');
  return opened;
}

/** The numbers of a column of a table, added up. */
async function sumOf(page: Page, at: number, column: number): Promise<number> {
  const texts = await viewAt(page, at).locator(`tbody tr td:nth-child(${column})`).allTextContents();
  return texts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
}

/** Whether a chart has drawn anything. */
const ink = (page: Page, at: number): Promise<number> =>
  viewAt(page, at)
    .locator('canvas')
    .evaluateAll(canvases => {
      let drawn = 0;
      for (const canvas of canvases as HTMLCanvasElement[]) {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn++;
      }
      return drawn;
    });

test('says which of the views in a layout does not run', () => {
  expect(said.code).toBe(1);
  expect(said.error).toMatch(/^Cell \[6\]: a table is in the page as it was saved\. MR8511 .*'twice'.*\n$/);
});

test('every view draws, those in layouts and of several tables, in step with the clock', async () => {
  const { page, troubles } = await open();
  for (const at of [OVERVIEW, TOTALS, SEVERAL, STAT, LINE, BARS, AGAIN]) await seen(page, at, 'ended');
  for (const at of [OVERVIEW, SEVERAL, STAT, LINE])
    await expect.poll(() => ink(page, at), { message: `view ${at}` }).toBeGreaterThan(200);
  expect(await viewAt(page, DOUBLED).getAttribute('data-millrace-state')).toBe('saved');
  expect(await page.locator('.page-Note').allTextContents()).toEqual([
    expect.stringMatching(/^Not live in this page: MR8511/),
  ]);
  expect(await sumOf(page, TOTALS, 3)).toBe(900);
  expect(Number(await viewAt(page, BARS).getAttribute('data-millrace-total'))).toBe(30);
  // Both bars are one clock.
  expect(await page.locator('.millrace-ReplayBar').count()).toBe(2);
  const first = page.getByRole('button', { name: 'Replay from the start' }).first();
  await page.getByRole('combobox', { name: 'Replay speed' }).first().selectOption('10');
  await first.click();
  await expect.poll(() => page.locator('.millrace-ReplayBar[data-millrace-clock="playing"]').count()).toBe(2);
  await page.getByRole('combobox', { name: 'Replay speed' }).nth(1).selectOption('max');
  await clockIs(page, 'ended');
  await seen(page, TOTALS, 'ended');
  expect(await sumOf(page, TOTALS, 3)).toBe(900);
  expect(troubles).toEqual([]);
});

test('a brush and an input filter', async () => {
  const { page, troubles } = await open();
  await seen(page, TOTALS, 'ended');
  await seen(page, OVERVIEW, 'ended');
  const box = (await viewAt(page, OVERVIEW).locator('canvas').first().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + 60, { steps: 6 });
  await page.mouse.up();
  await viewAt(page, TOTALS).scrollIntoViewIfNeeded();
  await expect.poll(() => sumOf(page, TOTALS, 3)).toBeLessThan(400);
  expect(await sumOf(page, TOTALS, 3)).toBeGreaterThan(10);
  await viewAt(page, OVERVIEW).scrollIntoViewIfNeeded();
  await viewAt(page, OVERVIEW).locator('.millrace-Chart-canvas').press('Escape');
  await viewAt(page, TOTALS).scrollIntoViewIfNeeded();
  await expect.poll(() => sumOf(page, TOTALS, 3)).toBe(900);
  const prose = page.locator('.millrace-Prose');
  await prose.scrollIntoViewIfNeeded();
  await expect.poll(() => prose.textContent()).toMatch(/^721 trades/);
  await page.getByRole('slider', { name: 'least size' }).fill('400');
  await expect.poll(() => prose.textContent()).toMatch(/^180 trades/);
  expect(troubles).toEqual([]);
});

test('tables are downloaded as CSV and Arrow', async () => {
  const { page, troubles } = await open();
  await seen(page, BARS, 'ended');
  const view = viewAt(page, BARS);
  const download = async (name: string): Promise<Buffer> => {
    await view.getByRole('button', { name: 'Download' }).click();
    const given = page.waitForEvent('download');
    await view.getByRole('menuitem', { name }).click();
    const file = join(folder, `downloaded.${name}`);
    await (await given).saveAs(file);
    return readFileSync(file);
  };
  await view.getByRole('button', { name: 'Download' }).click();
  expect(await view.getByRole('menuitem').allTextContents()).toEqual(['CSV', 'Arrow']);
  await page.keyboard.press('Escape');
  const lines = (await download('CSV')).toString('utf8').trim().split(/\r?\n/);
  expect(lines[0]).toMatch(/^symbol,windowStart,windowEnd,.*close,volume,n$/);
  expect(lines).toHaveLength(31);
  const arrow = await download('Arrow');
  expect(arrow.subarray(0, 6).toString('latin1')).toBe('ARROW1');
  expect(arrow.subarray(-6).toString('latin1')).toBe('ARROW1');
  expect(troubles).toEqual([]);
});

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 420],
  ['dark', 420],
] as const)('looks well, %s and %i pixels wide', async (mode, width) => {
  const { page, troubles } = await open({ dark: mode === 'dark', width });
  for (const at of [OVERVIEW, TOTALS, SEVERAL, STAT, LINE, BARS]) await seen(page, at, 'ended');
  const formula = (await page.locator('math[display="block"]').boundingBox())!;
  expect(formula.height).toBeGreaterThan(30);
  expect(await page.locator('.page-Formula').textContent()).toBe('\\frac{a}');
  await pictured(page, width, `export-layouts-${mode}-${width}`);
  expect(troubles).toEqual([]);
});
