import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './support/lab.js';
import { openComms, READINGS, sightings } from './support/manyViews.js';
import type { NotebookPage } from './support/notebookPage.js';

/** Long test runs have a thousand outputs; `MILLRACE_OUTPUTS` says another number. */
const isLong = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;
const OUTPUTS = Number(process.env.MILLRACE_OUTPUTS ?? (isLong ? 1000 : 80));
const IN_A_CELL = 20;
/** Views that were seen last and are out of sight keep what they have drawn, and some are drawn ahead of the scrolling. */
const AHEAD = 4;
const KEPT = 16 + AHEAD;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** Cells that show a grid and a chart in turn. */
const SHOW = `for (let at = 0; at < ${IN_A_CELL}; at++) display(at % 2 === 0 ? kept : kept.line({ x: 'ts', y: 'value', color: 'device' }));`;
const CELLS = [READINGS, ...Array.from({ length: OUTPUTS / IN_A_CELL }, () => SHOW)];

/** How JupyterLab keeps cells that are out of sight: as the browser sees fit, all of them in the page, drawn when there is time, or only those in sight. */
const WINDOWING = ['contentVisibility', 'none', 'defer', 'full'] as const;

/** Scrolls the notebook to a part of its height, and waits until what is in sight has been painted. */
async function scrollTo(notebook: NotebookPage, part: number): Promise<void> {
  await notebook.page.evaluate(part => {
    const scroller = document.querySelector('.jp-WindowedPanel-outer')!;
    // Below the last cell is room for as much as is seen.
    scroller.scrollTop = part * Math.max(0, scroller.scrollHeight - 2 * scroller.clientHeight);
  }, part);
  await inSightIsLive(notebook);
}

async function inSightIsLive(notebook: NotebookPage): Promise<void> {
  await notebook.page.waitForFunction(() => {
    const box = document.querySelector('.jp-WindowedPanel-outer')!.getBoundingClientRect();
    const views = [...document.querySelectorAll<HTMLElement>('.jp-Notebook [data-millrace-view]')];
    const seen = views.filter(view => {
      const { top, bottom, height } = view.getBoundingClientRect();
      return height > 0 && bottom > box.top && top < box.bottom;
    });
    return (
      seen.length > 0 &&
      seen.every(
        view =>
          view.dataset['millraceChannel'] === 'open' &&
          Number(view.dataset['millraceSeq']) > 0 &&
          view.querySelector('canvas, tbody td') !== null,
      )
    );
  });
}

async function heightsOf(notebook: NotebookPage): Promise<number[]> {
  return await notebook.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-millrace-view]')].map(view => view.offsetHeight),
  );
}

const STEPS = Math.min(60, Math.ceil(OUTPUTS / 8));

/** No more than what is seen is drawn, open in the kernel, or told anything. */
async function expectFew(notebook: NotebookPage): Promise<void> {
  const seen = await sightings(notebook);
  const most = seen.inSight + KEPT;
  expect(seen.awake).toBeLessThanOrEqual(most);
  expect(seen.drawn).toBeLessThanOrEqual(most);
  expect(seen.open).toBeLessThanOrEqual(most);
  // Those of the page that was there before are closed: by the page as it goes, or, where that was lost, when frames were not answered for a minute.
  await expect.poll(() => openComms(notebook, 'millrace.view'), { timeout: 100_000 }).toBe(seen.open);
  expect(await told(notebook)).toBeLessThanOrEqual(seen.inSight + AHEAD);
}

/** How many views were told something while those in sight were painted some more times. */
async function told(notebook: NotebookPage): Promise<number> {
  return await notebook.page.evaluate(
    () =>
      new Promise<number>(resolve => {
        const views = [...document.querySelectorAll<HTMLElement>('[data-millrace-view]')];
        const heard = new Set<Node>();
        let paintings = 0;
        const observer = new MutationObserver(changes => {
          for (const { target } of changes) heard.add(target);
          paintings += changes.length;
          if (paintings < 60) return;
          observer.disconnect();
          resolve(heard.size);
        });
        for (const view of views)
          observer.observe(view, {
            attributes: true,
            attributeFilter: ['data-millrace-seq', 'data-millrace-total'],
          });
      }),
  );
}

describe(`${OUTPUTS} outputs`, () => {
  test(
    'cost what those that are seen cost, wherever the notebook is scrolled to',
    async () => {
      const notebook = await lab.open('thousand.ipynb', CELLS);
      for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
      await notebook.save();
      for (const windowingMode of WINDOWING) {
        await lab.set('@jupyterlab/notebook-extension:tracker', { windowingMode });
        // As a reader opens it.
        await notebook.page.reload();
        await notebook.shown();
        await notebook.idle();
        await notebook.page.waitForFunction(
          mode => window.jupyterapp.shell.currentWidget.content.notebookConfig.windowingMode === mode,
          windowingMode,
        );
        await inSightIsLive(notebook);
        if (windowingMode === 'none') expect((await sightings(notebook)).views).toBe(OUTPUTS);
        await expectFew(notebook);
        const [before, heights] = [await sightings(notebook), await heightsOf(notebook)];
        for (let step = 0; step <= STEPS; step++) await scrollTo(notebook, step / STEPS);
        await expectFew(notebook);
        // What rests keeps its room: nothing moves when it is drawn, or no longer.
        if (windowingMode === 'none')
          expect((await heightsOf(notebook)).slice(0, 2)).toEqual(heights.slice(0, 2));
        console.log(windowingMode, JSON.stringify({ before, after: await sightings(notebook) }));
      }
    },
    300_000 + OUTPUTS * 1000,
  );
});
