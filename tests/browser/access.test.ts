import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { accessCells, cellOf, QUOTES } from './support/accessCells.js';
import { faultsIn, letIn } from './support/axe.js';
import { putTrades } from './support/cells.js';
import { notebookFolder } from './support/exportedNotebook.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';

let lab: Lab;
beforeAll(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  lab = await Lab.connect();
  putTrades(lab);
  lab.put('quotes.csv', QUOTES);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

const TABLE = 1;
const THEMES = ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast'] as const;

/** A notebook with all that Millrace draws, paused in the middle, on a page that is tall enough for all of it. */
async function opened(name: string): Promise<NotebookPage> {
  const cells = accessCells(60);
  const notebook = await lab.open(name, cells);
  await notebook.page.setViewportSize({ width: 1500, height: 6600 });
  for (let cell = 0; cell < cells.length; cell++) await notebook.run(cell);
  // Windows that are open, and some that are not.
  await notebook.view(TABLE).until(node => Number(node.dataset['millraceTotal']) > 14, null);
  await notebook.clickReplayBar('pause');
  await notebook.view(TABLE).reaches('paused');
  return notebook;
}

async function inTheme(notebook: NotebookPage, theme: string): Promise<void> {
  const { page } = notebook;
  await notebook.command('apputils:change-theme', { theme });
  await page.waitForFunction(theme => document.body.dataset['jpThemeName'] === theme, theme);
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
}

/** Opens what can be opened, beside each other. */
async function openAll(notebook: NotebookPage): Promise<void> {
  const { page } = notebook;
  await notebook.command('millrace:open-streams');
  const panel = page.locator('.millrace-Panel');
  const fold = (name: string) => panel.getByRole('button', { name, exact: true }).first();
  await fold('quotes').click();
  await panel.getByRole('button', { name: /Show the \d row/ }).click();
  await panel.locator('.millrace-Rejects-text').first().waitFor();
  await fold('bars').click();
  await panel.locator('.millrace-Plan-node').nth(1).click();
  await panel.locator('.millrace-Plan-more dd').first().waitFor();
  const table = notebook.cell(TABLE);
  await table.getByRole('button', { name: 'Filter', exact: true }).click();
  await table.getByLabel('Filter by volume').fill('many');
  await table.getByRole('alert').filter({ hasText: 'MR1662' }).waitFor();
  await table.locator('.millrace-Grid-row td').nth(30).click();
  await page.keyboard.press('Shift+ArrowDown');
  const chart = notebook.cell(cellOf('line')).locator('.millrace-Chart-canvas');
  await chart.press('+');
  await notebook.cell(cellOf('line')).locator('.millrace-Chart-follow').waitFor();
  await notebook.cell(cellOf('selection')).locator('summary').click();
  await page.locator('.millrace-ReplayBar-time').first().click();
}

/** The menus and popups, of which one is open at a time, and what opens each. */
const MENUS: readonly (readonly [string, (notebook: NotebookPage) => Promise<unknown>])[] = [
  ['columns', notebook => notebook.cell(TABLE).getByRole('button', { name: 'Columns' }).click()],
  ['download', notebook => notebook.cell(TABLE).getByRole('button', { name: 'Download' }).click()],
  [
    'column',
    async notebook => {
      await notebook.cell(TABLE).locator('th').nth(2).click({ button: 'right' });
    },
  ],
  ['steps', notebook => notebook.page.getByRole('button', { name: 'Choose a step' }).first().click()],
  ['zones', notebook => notebook.page.locator('.millrace-ReplayBar-zone').first().click()],
];

async function pictures(page: Page, name: string): Promise<void> {
  for (let part = 0; part < 4; part++) {
    const clip = { x: 0, y: part * 1500, width: 1500, height: 1500 };
    await page.screenshot({ path: join(ARTIFACTS, `access-${name}-${part}.png`), clip });
  }
}

test('axe finds nothing wrong in any view, in three themes', { timeout: 300_000 }, async () => {
  const notebook = await opened('access.ipynb');
  const { page } = notebook;
  await openAll(notebook);
  const faults: string[] = [];
  for (const theme of THEMES) {
    await inTheme(notebook, theme);
    await pictures(page, theme.replace(/\W+/g, '-'));
    for (const fault of await faultsIn(page)) faults.push(`${theme}: ${fault}`);
    if (theme === 'JupyterLab Dark') continue;
    for (const [name, open] of MENUS) {
      await open(notebook);
      await page.locator('.millrace-Menu').waitFor();
      for (const fault of await faultsIn(page, ['.millrace-Menu']))
        faults.push(`${theme}, ${name}: ${fault}`);
      await page.keyboard.press('Escape');
      await page.locator('.millrace-Menu').waitFor({ state: 'detached' });
    }
  }
  expect(faults).toEqual([]);
});

test(
  'axe finds nothing wrong in an exported page, in both colour schemes',
  { timeout: 300_000 },
  async () => {
    const folder = notebookFolder('day.ipynb');
    const bin = join(ROOT, 'engine', 'bin', 'millrace.mjs');
    try {
      // It says what does not run in the page, and so ends with 1.
      await new Promise<void>(resolve => {
        execFile(process.execPath, [bin, 'export', 'day.ipynb'], { cwd: folder }, () => resolve());
      });
      const page = await lab.context.newPage();
      await letIn(page);
      await page.setViewportSize({ width: 1280, height: 6000 });
      const faults: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(pathToFileURL(join(folder, 'day.html')).href);
        await page.locator('.millrace-ReplayBar[data-millrace-clock="ended"]').waitFor();
        await page.waitForFunction(() =>
          [...document.querySelectorAll<HTMLElement>('.millrace-View')].every(
            ({ dataset }) =>
              dataset['millraceState'] === 'saved' || dataset['millracePaintedSeq'] !== undefined,
          ),
        );
        for (const fault of await faultsIn(page, null)) faults.push(`${colorScheme}: ${fault}`);
        await page.screenshot({ path: join(ARTIFACTS, `access-export-${colorScheme}.png`), fullPage: true });
      }
      expect(faults).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
