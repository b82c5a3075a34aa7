import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import { PageMemory, type PageFigures } from './support/pageMemory.js';
import { closeOutputViews, openComms, painted, READINGS, VIEWS } from './support/manyViews.js';

/** Long test runs have the sizes that were measured; these variables say others. */
const isLong = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;
const UPDATES = Number(process.env.MILLRACE_UPDATES ?? (isLong ? 10_000 : 500));
const OPENED = Number(process.env.MILLRACE_VIEWS ?? (isLong ? 200 : 32));

/** Vega keeps the last canvas that it drew each kind of shape on, however many there were, and JupyterLab's observers of sizes hold what they tell of for a second. */
const HELD_BY_VEGA = 8;
const NODES_OF_A_CHART = 14;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** Runs the cells of all views, and waits until each has been painted. */
async function show(notebook: NotebookPage): Promise<void> {
  for (let cell = 1; cell <= VIEWS.length; cell++) await notebook.runAside(cell);
  for (let cell = 1; cell <= VIEWS.length; cell++) await notebook.view(cell).live();
}

async function open(name: string): Promise<NotebookPage> {
  const notebook = await lab.open(name, [READINGS, ...VIEWS]);
  // All of them in sight.
  await notebook.page.setViewportSize({ width: 1400, height: 2400 });
  await notebook.selectCell(2);
  await notebook.runAside(0);
  await show(notebook);
  return notebook;
}

function tell(title: string, figures: Readonly<Record<string, PageFigures>>): void {
  const lines = Object.entries(figures).map(([name, each]) => `${name}: ${JSON.stringify(each)}`);
  console.log([title, ...lines].join('\n  '));
}

describe('memory of the page', () => {
  // One node, listener or kept frame an update would be hundreds; what is allowed for is JupyterLab's own coming and going.
  test(
    'does not grow with updates',
    async () => {
      const notebook = await open('updates.ipynb');
      const memory = await PageMemory.of(notebook.page);
      // JupyterLab saves by itself: what it shows then for the first time listens to 131 events.
      await notebook.save();
      await painted(notebook, 200);
      await notebook.clickReplayBar('pause');
      const before = await memory.figures();
      await notebook.clickReplayBar('play');
      await painted(notebook, UPDATES);
      await notebook.clickReplayBar('pause');
      const after = await memory.figures();
      tell(`${UPDATES} updates of ${VIEWS.length} views`, { before, after });
      expect(after.nodes - before.nodes).toBeLessThan(150);
      expect(after.listeners - before.listeners).toBeLessThan(50);
      expect(after.detached).toBeLessThanOrEqual(before.detached + 2);
      // Marks of axes that are gone are kept by Vega, so many of each.
      expect(after.heapMb - before.heapMb).toBeLessThan(5);
    },
    120_000 + UPDATES * 100,
  );

  test(
    'comes back when views are opened and closed',
    async () => {
      const notebook = await open('closed.ipynb');
      const { page } = notebook;
      const memory = await PageMemory.of(page);
      const clear = async (): Promise<void> => {
        await notebook.command('notebook:clear-all-cell-outputs');
        await expect.poll(() => openComms(notebook, 'millrace.view')).toBe(0);
      };
      const ways = [
        // Cells that are run again.
        () => show(notebook),
        clear,
        async () => {
          await notebook.command('notebook:create-output-view');
          const clone = page.locator('.jp-LinkedOutputView');
          await clone.locator('[data-millrace-view][data-millrace-painted-seq]').waitFor();
          await closeOutputViews(notebook);
          await clone.waitFor({ state: 'detached' });
        },
      ];
      let round = 0;
      let opened = 0;
      const until = async (views: number): Promise<PageFigures> => {
        for (opened = 0; opened < views; opened += VIEWS.length) {
          await show(notebook);
          await ways[round++ % ways.length]();
        }
        await clear();
        return memory.figures();
      };
      const before = await until(3 * VIEWS.length);
      const after = await until(OPENED);
      tell(`${opened} views opened and closed`, { before, after });
      expect(after.thrownAway).toBeLessThanOrEqual(HELD_BY_VEGA);
      expect(after.detached).toBeLessThanOrEqual(HELD_BY_VEGA * NODES_OF_A_CHART);
      // None of ours, which are counted above: a view made of an output leaves some of JupyterLab's. Cells that are run again leave none.
      expect(after.nodes - before.nodes).toBeLessThan(200 + 24 * opened);
      expect(after.listeners - before.listeners).toBeLessThan(200 + 24 * opened);
      expect(after.heapMb - before.heapMb).toBeLessThan(3 + opened / 40);
    },
    120_000 + OPENED * 5000,
  );
});
