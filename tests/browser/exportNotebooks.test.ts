import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE_IDS, type PageDescription } from '@millrace/protocol';
import { ViewModel } from '../../ui/src/model/viewModel.js';
import { notebooksFolder } from '../notebooks/run.js';
import { clockIs, millrace, seen, viewAt, type Said } from './support/exportedPages.js';
import { KEEP_FRAMES, plainRows, rowsTold } from './support/pageFrames.js';
import { pictured, usePages } from './support/usePages.js';

const pages = usePages();
let folder: string;
beforeAll(() => {
  folder = join(notebooksFolder(), 'notebooks');
});
afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** A notebook, how many of its views run in its page, and which cells say that something does not. */
const NOTEBOOKS: readonly (readonly [name: string, live: number, notLive: readonly number[]])[] = [
  ['03-replay-and-recordings', 2, [7]],
  // It plays a day through a socket, which takes its time.
  ...(process.env.MILLRACE_NOTEBOOKS === 'all' ? [['02-live-websocket', 0, [3, 4]] as const] : []),
];

describe.each(NOTEBOOKS)('%s as a page', (name, live, notLive) => {
  let said: Said;
  let description: PageDescription;
  beforeAll(async () => {
    said = await millrace(folder, 'export', `${name}.ipynb`);
    const html = readFileSync(join(folder, `${name}.html`), 'utf8');
    const json = new RegExp(`<script type="application/json" id="${PAGE_IDS.page}">(.*?)</script>`).exec(
      html,
    );
    description = JSON.parse(json![1]) as PageDescription;
  }, 600_000);

  test('says what does not run, cell by cell', () => {
    const cells = [...said.error.matchAll(/^Cell \[(\d+)\]: .* is in the page as it was saved\. MR8512 /gm)];
    expect(cells.map(([, cell]) => Number(cell))).toEqual(notLive);
    expect(said.code).toBe(notLive.length === 0 ? 0 : 1);
    expect(description.live).toHaveLength(live);
  });

  test.each([
    ['light', 1280],
    ['dark', 420],
  ] as const)('shows its rows from disk without a network, %s and %i wide', async (mode, width) => {
    const file = join(folder, `${name}.html`);
    const options = { script: KEEP_FRAMES, dark: mode === 'dark', width };
    const { page, troubles } = await pages.open(file, options);
    if (live > 0) await clockIs(page, 'ended');
    const outputs = description.outputs.flatMap(each => (each.kind === 'view' ? [each.output] : []));
    expect(await page.locator('.millrace-View').count()).toBe(outputs.length);
    for (const [at, output] of outputs.entries()) {
      const isLive = description.live.includes(output.viewId);
      await viewAt(page, at).scrollIntoViewIfNeeded();
      if (!isLive) {
        await expect.poll(() => viewAt(page, at).getAttribute('data-millrace-state')).toBe('saved');
        continue;
      }
      await seen(page, at, 'ended');
      // These have been compared with the notebook's when the page was made.
      const wanted = plainRows(new ViewModel(output));
      const rows = await rowsTold(page, output, ({ viewId }) => viewId === output.viewId);
      expect(rows.length).toBeGreaterThan(5);
      expect(rows).toEqual(output.view.kind === 'grid' ? wanted.slice(-rows.length) : wanted);
    }
    expect(await page.locator('.page-Note').count()).toBe(notLive.length);
    await pictured(page, width, `export-${name}-${mode}`);
    expect(troubles).toEqual([]);
  });
});
