import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { inject, type TestContext } from 'vitest';
import { ROOT } from '../../support/checkout.js';
import type { SavedNotebook } from '../../support/savedView.js';
import { NotebookPage } from './notebookPage.js';

export const ARTIFACTS = join(ROOT, 'tests', 'artifacts');

/** A cell of a notebook to be: its text, and outputs that were saved with it. */
export type CellText = string | { readonly source: string; readonly outputs: readonly unknown[] };

/** JupyterLab in a browser. Make one for a test file with `Lab.connect()` and close it after. */
export class Lab {
  /** Plug-ins whose settings are not what they were. */
  private readonly changed = new Set<string>();

  private constructor(
    private readonly browser: Browser,
    readonly context: BrowserContext,
  ) {}

  static async connect(): Promise<Lab> {
    const browser = await chromium.connect(inject('lab').browser);
    const context = await browser.newContext({ viewport: { width: 1400, height: 1600 } });
    context.setDefaultTimeout(60_000);
    return new Lab(browser, context);
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.browser.close();
  }

  /** The folder that JupyterLab shows. */
  get folder(): string {
    return inject('lab').folder;
  }

  /** Writes a notebook of these cells into JupyterLab's folder. */
  write(name: string, cells: readonly CellText[], kernel = true): void {
    writeFileSync(join(this.folder, name), JSON.stringify(notebook(cells, kernel)));
  }

  /** A notebook as it stands on disk. */
  read(name: string): SavedNotebook {
    return JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as SavedNotebook;
  }

  /** Puts a file beside the notebooks. */
  put(name: string, contents: string | Uint8Array): void {
    const path = join(this.folder, name);
    if (!existsSync(path)) writeFileSync(path, contents);
  }

  /** Writes a notebook, opens it in a tab of its own and waits for its kernel. */
  async open(name: string, cells: readonly CellText[]): Promise<NotebookPage> {
    this.write(name, cells);
    const page = await this.visit(name);
    await page.idle();
    return page;
  }

  /** Opens a notebook that is there, without waiting for a kernel. */
  async visit(name: string, { kernel = true } = {}): Promise<NotebookPage> {
    const { url, token } = inject('lab');
    const page = await this.context.newPage();
    const workspace = `${name.replace(/\W/g, '')}-${Math.random().toString(36).slice(2)}`;
    await page.goto(`${url}/lab/workspaces/${workspace}/tree/${name}?token=${token}`);
    const opened = new NotebookPage(page, name);
    await opened.shown();
    if (!kernel) await opened.chooseNoKernel();
    return opened;
  }

  /** Sets what a plug-in of JupyterLab is to do, for pages that are loaded from here on, to the end of the test: other files have the same JupyterLab. */
  async set(plugin: string, values: object): Promise<void> {
    this.changed.add(plugin);
    const { url, token } = inject('lab');
    const response = await fetch(`${url}/lab/api/settings/${plugin}`, {
      method: 'PUT',
      headers: { Authorization: `token ${token}` },
      body: JSON.stringify({ raw: JSON.stringify(values) }),
    });
    if (!response.ok) throw new Error(`The setting of ${plugin} was answered with ${response.status}.`);
  }

  /** Asks the server: `await lab.api('/api/sessions')`. */
  async api(path: string, method = 'GET'): Promise<unknown> {
    const { url, token } = inject('lab');
    const response = await fetch(url + path, { method, headers: { Authorization: `token ${token}` } });
    return response.status === 204 ? null : await response.json();
  }

  /** Closes all pages and ends all kernels, as after each test; keeps pictures of the pages of one that failed. */
  async clear({ task }: TestContext): Promise<void> {
    for (const page of this.context.pages()) {
      if (task.result?.state === 'fail') await keepPicture(page, task.name);
      await page.close();
    }
    await this.endKernels();
    for (const plugin of this.changed) await this.set(plugin, {});
    this.changed.clear();
  }

  /** Closes all pages and ends all kernels. */
  async endKernels(): Promise<void> {
    for (const page of this.context.pages()) await page.close();
    const sessions = (await this.api('/api/sessions')) as { id: string }[];
    await Promise.all(sessions.map(({ id }) => this.api(`/api/sessions/${id}`, 'DELETE')));
  }
}

function notebook(cells: readonly CellText[], kernel: boolean): object {
  const kernelspec = { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' };
  return {
    cells: cells.map((cell, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      source: typeof cell === 'string' ? cell : cell.source,
      outputs: typeof cell === 'string' ? [] : cell.outputs,
    })),
    metadata: kernel ? { kernelspec, language_info: { name: 'typescript' } } : {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

async function keepPicture(page: Page, test: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  const name = test.replace(/\W+/g, '-').slice(0, 60);
  await page.screenshot({ path: join(ARTIFACTS, `failed-${name}-${Date.now()}.png`) });
}
