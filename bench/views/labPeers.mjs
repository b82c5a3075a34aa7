import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../scripts/lib/python.mjs';
import { startServer } from '../../scripts/lib/jupyter.mjs';
import { CACHE, venvProgram } from '../../scripts/lib/paths.mjs';
import { browserBusy, busy } from './busy.mjs';
import { countFrames, framesSince } from './drawnFrames.mjs';
import { notebook } from './notebook.mjs';

const PYTHON = join(CACHE, 'bench-jupyter');
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
/** Loading a widget's code and its first rows. */
const PATIENCE_MS = 90_000;
/** A chart that never rests for a fifth of it is drawn all the time. */
const QUIET_MS = 15_000;

/** Ticks in a second, as `ROWS` has them. */
const HERTZ = 30;

const ROWS = `import threading, time, json
import numpy as np, pandas as pd
DEVICES, POINTS, HERTZ = 5, 2000, 30
made = 0
def rows(count):
    global made
    at = np.repeat(np.arange(made, made + count), DEVICES)
    k = np.tile(np.arange(DEVICES), count)
    made += count
    values = 20 + k * 2 + np.sin(at / 300) + np.random.rand(len(at)) / 5
    return pd.DataFrame({'ts': 1_700_000_000_000 + at * 33, 'device': np.char.add('D', k.astype(str)), 'value': values})
def every_tick(work):
    def loop():
        begun, tick = time.monotonic(), 0
        while True:
            tick += 1
            work()
            time.sleep(max(0, begun + tick / HERTZ - time.monotonic()))
    threading.Thread(target=loop, daemon=True).start()
first = rows(POINTS)`;

/**
 * Notebooks in Python that draw the lines of our first case: five devices, of 2,000 points each; of each a point comes, and one goes, 30 times a second.
 * ipyvega is not among them: its wheel (4.1.0) has no extension for JupyterLab 4, where its widget is an error.
 */
export const LAB_PEERS = [
  {
    // It has no way to add rows: a chart is given anew.
    name: "altair's JupyterChart",
    cells: [
      ROWS,
      `import altair as alt
alt.data_transformers.disable_max_rows()
alt.JupyterChart.enable_offline()
shown = first
def chart():
    return alt.Chart(shown).mark_line(clip=True).encode(x='ts:T', y=alt.Y('value:Q').scale(zero=False), color='device:N').properties(width=850, height=300)
widget = alt.JupyterChart(chart())
widget`,
      `def tick():
    global shown
    shown = pd.concat([shown.iloc[DEVICES:], rows(1)])
    widget.chart = chart()
every_tick(tick)`,
    ],
  },
  {
    // It draws in a worker, where frames cannot be counted: its CPU time is that of a tick.
    name: 'perspective-jupyterlab',
    inWorker: true,
    cells: [
      ROWS,
      `import perspective
from perspective.widget import PerspectiveWidget
server = perspective.Server()
client = server.new_local_client()
table = client.table({'ts': 'datetime', 'device': 'string', 'value': 'float'}, limit=DEVICES * POINTS)
def arriving(frame):
    return [{**row, 'ts': int(row['ts'])} for row in frame.to_dict('records')]
table.update(arriving(first))
widget = PerspectiveWidget(table, plugin='X/Y Line', columns=['ts', 'value'], split_by=['device'])
widget`,
      `every_tick(lambda: table.update(arriving(rows(1))))`,
    ],
  },
];

/** An environment with the peers: made at the first time. A sentence where it cannot be. */
async function environment() {
  const python = venvProgram('python', PYTHON);
  const has = () => spawnSync(python, ['-c', 'import altair, perspective.widget']).status === 0;
  if (existsSync(python) && has()) return null;
  mkdirSync(CACHE, { recursive: true });
  const [command, ...args] = await findPython();
  spawnSync(command, [...args, '-m', 'venv', PYTHON], { stdio: 'ignore' });
  const pip = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS], {
    encoding: 'utf8',
  });
  return has()
    ? null
    : `The peers in JupyterLab could not be installed: ${pip.stderr?.trim().split('\n').at(-1)}`;
}

/**
 * What each of them takes: CPU time of the page's main thread for a frame in which something was drawn, how many frames that was, and the CPU time
 * of the whole browser in a second.
 */
export async function labPeers(browser, folder, peers, seconds) {
  if (peers.length === 0) return [];
  const problem = await environment();
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    return peers.map(({ name }) => ({ name: 'line 5 x 2,000, 30/s', engine: `${name} (not measured)` }));
  }
  const server = await startServer({
    root: folder,
    venv: PYTHON,
    extra: ['--LabApp.expose_app_in_browser=True'],
    env: { JUPYTER_CONFIG_DIR: join(folder, 'peers'), JUPYTER_DATA_DIR: join(folder, 'peers') },
  });
  const results = [];
  try {
    for (const each of peers) {
      process.stderr.write(`${each.name}\n`);
      results.push(await measure({ server, browser, folder }, each, seconds));
      process.stderr.write(`  ${JSON.stringify(results.at(-1))}\n`);
    }
  } finally {
    await server.stop();
  }
  return results;
}

/** Resolves when something was drawn since there were so many frames, and nothing more for a while. */
async function settled(page, before) {
  await page.waitForFunction(`(${framesSince})() > ${before}`, null, { timeout: PATIENCE_MS });
  const end = performance.now() + QUIET_MS;
  for (let last = -1; performance.now() < end;) {
    const frames = await page.evaluate(framesSince);
    if (frames === last) return;
    last = frames;
    await new Promise(resolve => setTimeout(resolve, QUIET_MS / 5));
  }
}

async function measure({ server, browser, folder }, { name, cells, inWorker = false }, seconds) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const slug = name.replace(/\W+/g, '-');
  const file = `${slug}.ipynb`;
  const result = { name: 'line 5 x 2,000, 30/s', engine: name };
  try {
    await page.addInitScript(countFrames);
    writeFileSync(join(folder, file), JSON.stringify(notebook(cells, 'python3')));
    await page.goto(`${server.url}/lab/workspaces/${slug}/tree/${file}?token=${server.token}`);
    await page.waitForFunction(
      () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
    );
    for (let index = 0; index < cells.length; index++) {
      const before = await page.evaluate(framesSince);
      await page.evaluate(async at => {
        window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
        await window.jupyterapp.commands.execute('notebook:run-cell');
      }, index);
      const wrong = await page.locator('.jp-RenderedText[data-mime-type*="error"]').count();
      if (wrong > 0) throw new Error((await page.locator('.jp-OutputArea').allTextContents()).join('\n'));
      // Rows that come before the widget is there, with its first ones, would wait for it.
      if (index > 0) await settled(page, before);
    }
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const cpuBefore = await busy(client);
    const allBefore = await browserBusy(browser);
    const framesBefore = await page.evaluate(framesSince);
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    const frames = (await page.evaluate(framesSince)) - framesBefore;
    const cpu = (await busy(client)) - cpuBefore;
    const all = ((await browserBusy(browser)) - allBefore) / seconds;
    const figures = inWorker
      ? { cpu_ms: cpu / (HERTZ * seconds) }
      : { paints_per_s: frames / seconds, cpu_ms: frames === 0 ? null : cpu / frames };
    return { ...result, ...figures, browser_cpu_ms_per_s: all };
  } catch (error) {
    process.stderr.write(`  ${error instanceof Error ? error.message : error}\n`);
    return { ...result, engine: `${name} (not measured)` };
  } finally {
    await page.close();
  }
}
