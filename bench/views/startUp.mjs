import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startServer } from '../../scripts/lib/jupyter.mjs';
import { busy } from './busy.mjs';
import { notebook } from './notebook.mjs';

const EXTENSION = '@millrace/jupyterlab';
const FILE = 'start-up.ipynb';

/**
 * JupyterLab from the opening of its address to a notebook that is shown, with the extension and without, in turns: wall time, CPU time of the
 * page's main thread, and how much was loaded. Medians; each page has a cache of its own, which is empty. Beside them the extension's files that were loaded.
 */
export async function startUp(browser, folder, runs) {
  const sides = [
    { engine: 'with the extension', disabled: false },
    { engine: 'without the extension', disabled: true },
  ];
  writeFileSync(join(folder, FILE), JSON.stringify(notebook(['1 + 1'])));
  const measured = sides.map(() => []);
  for (const [index, { disabled }] of sides.entries()) {
    const server = await startServer({
      root: folder,
      extra: ['--LabApp.expose_app_in_browser=True'],
      env: settings(folder, disabled),
    });
    try {
      // The server's own caches are filled by the first.
      await start(browser, server);
      for (let run = 0; run < runs; run++) measured[index].push(await start(browser, server));
    } finally {
      await server.stop();
    }
  }
  const results = sides.map(({ engine }, index) => ({
    name: 'JupyterLab to its notebook',
    engine,
    wall_ms: median(measured[index].map(({ wallMs }) => wallMs)),
    cpu_ms: median(measured[index].map(({ cpuMs }) => cpuMs)),
    loaded_kb: median(measured[index].map(({ kilobytes }) => kilobytes)),
  }));
  return { results, atStart: measured[0][0].files };
}

/** Folders of the server's own, in which the extension is on or off. */
function settings(folder, disabled) {
  const config = join(folder, disabled ? 'config-without' : 'config-with');
  mkdirSync(join(config, 'labconfig'), { recursive: true });
  const page = { disabledExtensions: disabled ? { [EXTENSION]: true } : {} };
  writeFileSync(join(config, 'labconfig', 'page_config.json'), JSON.stringify(page));
  return { JUPYTER_CONFIG_DIR: config, JUPYTER_DATA_DIR: join(folder, 'data') };
}

async function start(browser, server) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  try {
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    await client.send('Performance.enable');
    await client.send('Network.enable');
    let bytes = 0;
    client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    const files = new Set();
    page.on('request', request => {
      const { pathname } = new URL(request.url());
      if (pathname.includes(`${EXTENSION}/static/`) && pathname.endsWith('.js'))
        files.add(basename(pathname));
    });
    const begun = performance.now();
    await page.goto(`${server.url}/lab/workspaces/start/tree/${FILE}?reset&token=${server.token}`);
    await page.waitForFunction(
      () =>
        window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle' &&
        document.querySelector('.jp-Notebook .jp-Cell') !== null,
      null,
      { timeout: 90_000 },
    );
    const wallMs = performance.now() - begun;
    const cpuMs = await busy(client);
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown());
    return { wallMs, cpuMs, kilobytes: bytes / 1024, files: [...files] };
  } finally {
    await context.close();
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
