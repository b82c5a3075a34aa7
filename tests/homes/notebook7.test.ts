import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Server } from '../../scripts/lib/jupyter.mjs';
import { chromePath } from '../browser/support/chrome.js';
import { NotebookPage } from '../browser/support/notebookPage.js';
import { ROOT } from '../support/checkout.js';
import { BARS, homeEnvironment, makeFolder, QUERY, writeNotebook, writeTrades } from './support/home.js';

const CELLS = [
  QUERY,
  'bars',
  "bars.where(b => b.symbol.eq('AAPL')).line({ x: 'windowEnd', y: 'close' })",
  'clock.start({ speed: 180 });',
];
const [TABLE, CHART, CLOCK] = [1, 2, 3];
const PICTURES = join(ROOT, 'tests', 'artifacts');

/** Notebook 7 in a browser, with or without the extension. */
class Notebook7 {
  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async start(extension: boolean): Promise<Notebook7> {
    const folder = makeFolder();
    writeTrades(folder);
    const settings = join(folder, 'config', 'labconfig');
    mkdirSync(settings);
    const disabledExtensions = { '@millrace/jupyterlab': !extension };
    writeFileSync(join(settings, 'page_config.json'), JSON.stringify({ disabledExtensions }));
    const server = await startServer({
      program: 'notebook',
      root: folder,
      extra: ['--JupyterNotebookApp.expose_app_in_browser=True'],
      env: homeEnvironment(folder),
    });
    const browser = await chromium.launch({
      executablePath: chromePath(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
    return new Notebook7(folder, server, browser);
  }

  async open(name: string): Promise<NotebookPage> {
    writeNotebook(join(this.folder, name), CELLS);
    const page: Page = await this.browser.newPage({ viewport: { width: 1200, height: 1300 } });
    page.setDefaultTimeout(60_000);
    await page.goto(`${this.server.url}/notebooks/${name}?token=${this.server.token}`);
    const notebook = new NotebookPage(page, name);
    await notebook.shown();
    await notebook.idle();
    return notebook;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 200 });
  }
}

async function picture(notebook: NotebookPage, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await notebook.page.screenshot({ path: join(PICTURES, `notebook7-${name}.png`) });
}

const hasChromium = existsSync(process.env['CHROME_PATH'] ?? '/usr/bin/chromium');

describe.skipIf(!hasChromium)('Notebook 7', () => {
  let home: Notebook7;
  beforeAll(async () => void (home = await Notebook7.start(true)));
  afterAll(() => home.close());

  test('draws table and chart live by the extension, in both themes, with the replay bar', async () => {
    const notebook = await home.open('live.ipynb');
    for (let cell = 0; cell <= CLOCK; cell++) await notebook.run(cell);
    const [table, chart] = [notebook.view(TABLE), notebook.view(CHART)];
    await Promise.all([table.paints(3), chart.paints(2)]);
    expect(await table.total()).toBeLessThanOrEqual(BARS);
    await notebook.clickReplayBar('pause');
    await table.reaches('paused');
    await picture(notebook, 'light');
    await notebook.theme('JupyterLab Dark');
    await picture(notebook, 'dark');
    await notebook.clickReplayBar('play');
    await table.reaches('ended');
    expect(await table.total()).toBe(BARS);
  });
});

describe.skipIf(!hasChromium)('Notebook 7 without the extension', () => {
  let home: Notebook7;
  beforeAll(async () => void (home = await Notebook7.start(false)));
  afterAll(() => home.close());

  test('has a table that moves as HTML and a chart that moves as Vega-Lite', async () => {
    const notebook = await home.open('fallback.ipynb');
    for (let cell = 0; cell <= CLOCK; cell++) await notebook.run(cell);
    expect(await notebook.page.locator('[data-millrace-view]').count()).toBe(0);
    const status = notebook.cell(TABLE).locator('.jp-RenderedHTML div div');
    const last = `StreamTable · ended · ${BARS} rows`;
    // Nothing was said of a clock when it was shown: it was read at once. Since then it is replayed.
    const seen: string[] = [];
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline && !(seen.length > 1 && seen.at(-1)?.startsWith(last) === true)) {
      const text = (await status.textContent()) ?? '';
      if (text !== seen.at(-1) && !(seen.length === 0 && text.startsWith(last))) seen.push(text);
      if (seen.length === 3) {
        seen.push('pictures');
        await notebook.cell(CHART).locator('.vega-embed canvas, .vega-embed svg').first().waitFor();
        await picture(notebook, 'fallback-light');
        await notebook.theme('JupyterLab Dark');
        await picture(notebook, 'fallback-dark');
      }
      await notebook.page.waitForTimeout(100);
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.at(-1)).toContain(last);
  });
});
