import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './support/lab.js';
import { closeOutputViews, openComms, READINGS } from './support/manyViews.js';
import type { NotebookPage } from './support/notebookPage.js';
import { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const [GRID, CHART] = [1, 2];
const CELLS = [READINGS, 'kept', `kept.line({ x: 'ts', y: 'value', color: 'device' })`];

async function open(name: string): Promise<NotebookPage> {
  const notebook = await lab.open(name, CELLS);
  for (const cell of CELLS.keys()) await notebook.run(cell);
  for (const cell of [GRID, CHART]) await notebook.view(cell).paints(2);
  return notebook;
}

const head = (within: Locator, column: string): Locator => within.locator('th', { hasText: column });

/** Comms of views that the kernel has: those of pages and views that are gone are none of them. */
async function expectComms(notebook: NotebookPage, comms: number): Promise<void> {
  await expect.poll(() => openComms(notebook, 'millrace.view')).toBe(comms);
}

describe('two views of one output', () => {
  test('both move, are arranged apart, and one goes on when the other is closed', async () => {
    const notebook = await open('clones.ipynb');
    await expectComms(notebook, 2);
    await notebook.selectCell(GRID);
    await notebook.command('notebook:create-output-view');
    const clones = notebook.page.locator('.jp-LinkedOutputView [data-millrace-view]');
    const grid = new ViewHandle(notebook.page, clones.first());
    await expectComms(notebook, 3);
    await grid.paints(2);
    await head(grid.node, 'value').click();
    await head(grid.node, 'value').and(notebook.page.locator('[aria-sort]')).waitFor();
    await grid.paints(2);
    const original = notebook.view(GRID);
    await original.paints(2);
    expect(await original.node.locator('[aria-sort="ascending"], [aria-sort="descending"]').count()).toBe(0);
    await closeOutputViews(notebook);
    await expect.poll(() => clones.count()).toBe(0);
    await expectComms(notebook, 2);
    for (const cell of [GRID, CHART]) await notebook.view(cell).paints(2);
  });

  test('in two tabs both move, and the kernel holds nothing for a tab that is closed or loaded again', async () => {
    const first = await open('tabbed.ipynb');
    await first.save();
    const second = await lab.visit('tabbed.ipynb');
    for (const cell of [GRID, CHART]) await second.view(cell).paints(2);
    await head(second.view(GRID).node, 'value').click();
    await second.view(GRID).paints(2);
    await first.page.bringToFront();
    for (const cell of [GRID, CHART]) await first.view(cell).paints(2);
    expect(
      await first.view(GRID).node.locator('[aria-sort="ascending"], [aria-sort="descending"]').count(),
    ).toBe(0);
    await expectComms(first, 4);
    await second.page.reload();
    await second.shown();
    for (const cell of [GRID, CHART]) await second.view(cell).paints(2);
    await expectComms(second, 4);
    await second.page.close({ runBeforeUnload: false });
    await first.page.bringToFront();
    await expectComms(first, 2);
    for (const cell of [GRID, CHART]) await first.view(cell).paints(2);
  });
});
