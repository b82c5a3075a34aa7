import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { startServer } from '../../scripts/lib/jupyter.mjs';
import { CACHE } from '../../scripts/lib/paths.mjs';
import { bundleSizes } from './bundle.mjs';
import { browserBusy, busy } from './busy.mjs';
import { CASES } from './cases.mjs';
import { report } from './figures.mjs';
import { LAB_PEERS, labPeers } from './labPeers.mjs';
import { notebook } from './notebook.mjs';
import { PEERS, peer } from './peers.mjs';
import { startUp } from './startUp.mjs';

const SECONDS = 8;
/** JupyterLab's start-up, as a case by name. */
const START = 'start';
/** Frames that are painted before anything is measured. */
const WARM = 5;
/** Views are seen, and so drawn, where they are on the screen. */
const HEIGHTS = { one: 1000, many: 9000 };
/** What a case sets of them. */
const SETTINGS = '@millrace/jupyterlab:streams';

/**
 * From the making of a frame in the engine to its painting in JupyterLab, in a Chromium that draws without a GPU: the median (`wall_ms`), the 95th percentile
 * (`p95_ms`), what was painted a second, and the page's main-thread CPU time for each painting (`cpu_ms`). Beside it what peers take for an update of the
 * same data in a page of their own and in JupyterLab, how JupyterLab starts with and without the extension, and how large its bundle is.
 */
export async function run({ cases, only, runs = 3 }) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-views-'));
  const { path } = await findChromium();
  if (path === null)
    throw new Error('The views are measured in a Chromium: install one, or set CHROME_PATH.');
  const chosen = CASES.filter(({ name }) => cases === undefined || cases.some(each => name.includes(each)));
  const peers = PEERS.filter(({ name }) => only?.some(each => name.includes(each)) ?? true);
  const server = await startServer({
    root: folder,
    extra: ['--LabApp.expose_app_in_browser=True'],
    env: { JUPYTER_CONFIG_DIR: join(folder, 'config'), JUPYTER_DATA_DIR: join(folder, 'data') },
  });
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const results = [];
    for (const each of chosen) {
      process.stderr.write(`${each.name}\n`);
      results.push(await attempt(each.name, () => measure({ folder, server, browser }, each)));
    }
    for (const each of peers) {
      process.stderr.write(`${each.name}\n`);
      results.push(await attempt(each.name, () => peer(browser, each)));
    }
    const inLab = LAB_PEERS.filter(({ name }) => only?.some(each => name.includes(each)) ?? true);
    if (cases === undefined || only !== undefined)
      results.push(...(await labPeers(browser, folder, inLab, SECONDS)));
    const start = cases === undefined || cases.includes(START) ? await startUp(browser, folder, runs) : null;
    return [...results, ...(start?.results ?? []), ...bundleSizes(start?.atStart ?? null)];
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A case that cannot be measured costs the others nothing. Figures are told as they come. */
async function attempt(name, work) {
  try {
    const result = await work();
    process.stderr.write(`  ${JSON.stringify(result)}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`  ${error instanceof Error ? error.message : error}\n`);
    return { name, engine: 'not measured' };
  }
}

async function measure(
  { folder, server, browser },
  { name, cells, views, target, settings = {}, height = views === 1 ? HEIGHTS.one : HEIGHTS.many },
) {
  const page = await browser.newPage({ viewport: { width: 1400, height } });
  const slug = name.replace(/\W+/g, '-');
  try {
    writeFileSync(join(folder, `${slug}.ipynb`), JSON.stringify(notebook(cells)));
    await fetch(`${server.url}/lab/api/settings/${SETTINGS}?token=${server.token}`, {
      method: 'PUT',
      body: JSON.stringify({ raw: JSON.stringify(settings) }),
    });
    await page.goto(`${server.url}/lab/workspaces/${slug}/tree/${slug}.ipynb?token=${server.token}`);
    await page.waitForFunction(
      () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
    );
    await page.evaluate(async count => {
      const { commands, shell } = window.jupyterapp;
      for (let index = 0; index < count; index++) {
        shell.currentWidget.content.activeCellIndex = index;
        await commands.execute('notebook:run-cell');
      }
    }, cells.length);
    await page.waitForFunction(
      ([views, warm]) => {
        const nodes = [...document.querySelectorAll('[data-millrace-view]')];
        return nodes.length >= views && nodes.every(node => Number(node.dataset.millracePaintedSeq) > warm);
      },
      [views, WARM],
      { timeout: 120_000 },
    );
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const before = await busy(client);
    const allBefore = await browserBusy(browser);
    const rows = await page.locator('.millrace-Grid-row:not([hidden])').count();
    if (settings.tableRows !== undefined && rows !== settings.tableRows)
      throw new Error(`${rows} rows are on the screen.`);
    const paints = await page.evaluate(watch, SECONDS);
    const cpu = (await busy(client)) - before;
    const all = ((await browserBusy(browser)) - allBefore) / SECONDS;
    return { ...report(name, paints, cpu, SECONDS), browser_cpu_ms_per_s: all, target };
  } finally {
    await page
      .evaluate(() => window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown())
      .catch(() => undefined);
    await page.close();
  }
}

/** Runs in the page: the tick-to-paint times of the paintings of some seconds. */
function watch(seconds) {
  const paints = [];
  const observers = [...document.querySelectorAll('[data-millrace-view]')].map(node => {
    const observer = new MutationObserver(() => paints.push(Number(node.dataset.millraceTickToPaintMs)));
    observer.observe(node, { attributes: true, attributeFilter: ['data-millrace-painted-seq'] });
    return observer;
  });
  return new Promise(resolve => {
    setTimeout(() => {
      for (const observer of observers) observer.disconnect();
      resolve(paints);
    }, seconds * 1000);
  });
}
