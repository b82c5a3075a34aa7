import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { savedView, VIEW_MIME } from '../support/savedView.js';
import { CHART_CELL, CLOCK_CELL, LIVE, putTrades, TABLE_CELL } from './support/cells.js';
import { Lab } from './support/lab.js';
import type { NotebookPage } from './support/notebookPage.js';
import { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  putTrades(lab);
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

async function moving(name: string, speed = 30): Promise<NotebookPage> {
  const notebook = await lab.open(name, LIVE(speed));
  for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
  await bothMove(notebook);
  return notebook;
}

async function bothMove(notebook: NotebookPage): Promise<void> {
  await Promise.all([notebook.view(TABLE_CELL).paints(2), notebook.view(CHART_CELL).paints(2)]);
}

describe('views', () => {
  test('go on after the page is loaded again', async () => {
    const notebook = await moving('reload.ipynb');
    await notebook.reload();
    await notebook.view(TABLE_CELL).reaches('replaying');
    await bothMove(notebook);
  });

  test('move in a second tab as well as in the first', async () => {
    const first = await moving('tabs.ipynb');
    await first.save();
    const second = await lab.visit('tabs.ipynb');
    await bothMove(second);
    // A page in the background draws nothing: the first goes on when it is looked at.
    await first.page.bringToFront();
    await bothMove(first);
  });

  test('move in a view made of an output as well', async () => {
    const notebook = await moving('cloned.ipynb');
    await notebook.selectCell(CHART_CELL);
    await notebook.command('notebook:create-output-view');
    const clone = new ViewHandle(
      notebook.page,
      notebook.page.locator('.jp-LinkedOutputView [data-millrace-view]').first(),
    );
    await clone.paints(3);
    await clone.reaches('replaying');
  });

  test('become stale when the kernel is restarted, and live when their cells are run again', async () => {
    const notebook = await moving('restart.ipynb');
    await notebook.restart();
    const table = notebook.view(TABLE_CELL);
    await table.reaches('stale');
    expect(await table.total()).toBeGreaterThan(0);
    for (let cell = 0; cell <= CLOCK_CELL; cell++) await notebook.run(cell);
    await bothMove(notebook);
  });

  test('keep the last drawing when the kernel is shut down', async () => {
    const notebook = await moving('shutdown.ipynb');
    await notebook.shutdown();
    for (const cell of [TABLE_CELL, CHART_CELL]) await notebook.view(cell).reaches('stale');
    expect(await notebook.view(CHART_CELL).node.locator('canvas, svg').count()).toBeGreaterThan(0);
  });

  test('show the last state of a saved notebook that has no kernel', async () => {
    const notebook = await moving('saved.ipynb', 600);
    for (const cell of [TABLE_CELL, CHART_CELL]) await notebook.view(cell).reaches('ended');
    const total = await notebook.view(TABLE_CELL).total();
    await notebook.save();
    await lab.endKernels();
    const saved = lab.read('saved.ipynb');
    expect(savedView(saved.cells[CHART_CELL]).snapshot.status.state).toBe('ended');

    // The same file without a kernelspec: JupyterLab starts none.
    const cells = saved.cells.map(cell => ({ source: String(cell.source), outputs: cell.outputs ?? [] }));
    lab.write('reopened.ipynb', cells, false);
    const reopened = await lab.visit('reopened.ipynb', { kernel: false });
    const table = reopened.view(TABLE_CELL);
    await table.reaches('saved');
    expect(await table.total()).toBe(total);
    await reopened.view(CHART_CELL).reaches('saved');
    expect(await reopened.view(CHART_CELL).node.locator('canvas, svg').count()).toBeGreaterThan(0);
  });

  test('open no comm in a notebook that is not trusted, and show what was saved', async () => {
    const made = await moving('made.ipynb', 600);
    for (const cell of [TABLE_CELL, CHART_CELL]) await made.view(cell).reaches('ended');
    await made.save();
    const outputs = lab.read('made.ipynb').cells.map(cell => cell.outputs ?? []);
    await lab.endKernels();

    // Another's file: this Jupyter never ran it, so it has not signed it.
    const stranger = [...LIVE(600), '// another file'].map((source, at) => ({
      source,
      outputs: outputs[at] ?? [],
    }));
    lab.write('stranger.ipynb', stranger);
    const notebook = await lab.visit('stranger.ipynb');
    await notebook.idle();
    const trusted = await notebook.page.evaluate(
      () => document.querySelector('.jp-NotebookTrustedStatus')?.textContent,
    );
    expect(trusted ?? '').not.toMatch(/^Trusted/);
    const sent = await notebook.commMessages(async () => {
      for (const cell of [TABLE_CELL, CHART_CELL]) await notebook.view(cell).reaches('saved');
      await notebook.selectCell(CLOCK_CELL);
    });
    expect(sent.filter(message => message.includes('millrace.view'))).toEqual([]);
    expect(JSON.stringify(outputs)).toContain(VIEW_MIME);
  });
});
