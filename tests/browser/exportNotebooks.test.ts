import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { PAGE_IDS, type PageDescription, type ViewOutput } from '@millrace/protocol';
import { ViewModel, type Frame } from '../../ui/src/model/viewModel.js';
import { notebooksFolder } from '../notebooks/run.js';
import {
  clockIs,
  millrace,
  openPage,
  seen,
  viewAt,
  type Opened,
  type Said,
} from './support/exportedPages.js';
import { ARTIFACTS } from './support/lab.js';

let browser: Browser;
let folder: string;
let opened: Opened | null = null;
beforeAll(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  browser = await chromium.connect(inject('lab').browser);
  folder = join(notebooksFolder(), 'notebooks');
});
afterEach(async () => {
  await opened?.context.close();
  opened = null;
});
afterAll(async () => {
  await browser.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** Keeps what the engine in the page sends, by the views that were opened. */
const KEEP_FRAMES = `
  window.kept = [];
  const Real = Worker;
  const views = new Map();
  window.Worker = class extends Real {
    constructor(url) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        if (data.type !== 'message' || !['snapshot', 'delta'].includes(data.message.type)) return;
        const buffers = data.buffers.map(bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')));
        window.kept.push({ viewId: views.get(data.channel), message: data.message, buffers });
      });
    }
    postMessage(message, ...more) {
      if (message.type === 'open' && message.target === 'view') views.set(message.channel, message.open.viewId);
      super.postMessage(message, ...more);
    }
  };`;

/** The rows of a view as the page's engine has told them. */
async function rowsOf(page: Page, output: ViewOutput): Promise<unknown[]> {
  type Kept = { viewId: string; message: Frame; buffers: string[] };
  const kept = (await page.evaluate(() => (window as unknown as { kept: unknown[] }).kept)) as Kept[];
  const model = new ViewModel({ ...output, snapshot: { ...output.snapshot, arrow: '' } });
  for (const { viewId, message, buffers } of kept) {
    if (viewId !== output.viewId) continue;
    model.apply(
      message,
      buffers.map(text => new Uint8Array(Buffer.from(text, 'base64'))),
    );
  }
  return plain(model);
}

function plain(model: ViewModel): unknown[] {
  return model.rows().map(({ state, values }) => [state, ...values]);
}

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
    opened = await openPage(browser, file, { script: KEEP_FRAMES, dark: mode === 'dark', width });
    const { page, troubles } = opened;
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
      const wanted = plain(new ViewModel(output));
      const rows = await rowsOf(page, output);
      expect(rows.length).toBeGreaterThan(5);
      expect(rows).toEqual(output.view.kind === 'grid' ? wanted.slice(-rows.length) : wanted);
    }
    expect(await page.locator('.page-Note').count()).toBe(notLive.length);
    await page.evaluate(() => scrollTo(0, 0));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(ARTIFACTS, `export-${name}-${mode}.png`), fullPage: true });
    expect(troubles).toEqual([]);
  });
});
