// `node scripts/picture.mjs`: makes docs/images/live-bars.png, the README's picture, from the first notebook in a real JupyterLab.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from './lib/chromium.mjs';
import { startServer } from './lib/jupyter.mjs';
import { CACHE, ROOT } from './lib/paths.mjs';

const folder = mkdtempSync(join(CACHE, 'picture-'));
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
cpSync(join(ROOT, 'notebooks'), join(folder, 'notebooks'), { recursive: true });
const server = await startServer({
  root: join(folder, 'notebooks'),
  extra: ['--LabApp.expose_app_in_browser=True'],
  env: { JUPYTER_CONFIG_DIR: join(folder, 'config'), JUPYTER_DATA_DIR: join(folder, 'jupyter') },
});
const { path } = await findChromium();
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1010 } });
  await page.goto(`${server.url}/lab/tree/01-live-bars.ipynb?token=${server.token}`);
  await page.waitForFunction(
    () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
  );
  const chart = '[data-millrace-view="chart"]';
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    await commands.execute('application:toggle-left-area');
    const { content } = shell.currentWidget;
    const cells = content.widgets.filter(cell => cell.model.type === 'code');
    // Up to the clock, and no further: the replay is under way in the picture.
    for (const cell of cells.slice(0, 5)) {
      content.activeCellIndex = content.widgets.indexOf(cell);
      await commands.execute('notebook:run-cell');
    }
  });
  await page.waitForFunction(
    chart => [...document.querySelectorAll(chart)].some(node => Number(node.dataset.millraceRows) > 90),
    chart,
    { timeout: 120_000 },
  );
  await page.evaluate(() => {
    const bars = [...document.querySelectorAll('.jp-CodeCell')].find(cell =>
      cell.textContent.includes('const bars'),
    );
    bars.querySelector('.jp-OutputArea-output').scrollIntoView({ block: 'start' });
  });
  mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
  await page.screenshot({ path: join(ROOT, 'docs', 'images', 'live-bars.png') });
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
