import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { startServer } from '../../scripts/lib/jupyter.mjs';
import { CACHE } from '../../scripts/lib/paths.mjs';

const SECONDS = 8;
const RATES = [10, 30];
const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'JPM', 'XOM'];
const VIEWS = [
  ['grid', 'ticks.keep({ rows: 1000 })'],
  ['line', "ticks.keep({ rows: 400 }).line({ x: 'ts', y: 'price', color: 'symbol' })"],
];

/**
 * From the making of a frame in the engine to its painting in JupyterLab, for a feed of 10 and of 30 updates a second of five rows each:
 * the median (`wall_ms`), the 95th percentile, what was painted a second, and the page's main-thread CPU time for each painting (`cpu_ms`).
 */
export async function run() {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-views-'));
  const { path } = await findChromium();
  if (path === null)
    throw new Error('The views are measured in a Chromium: install one, or set CHROME_PATH.');
  const server = await startServer({
    root: folder,
    extra: ['--LabApp.expose_app_in_browser=True'],
    env: { JUPYTER_CONFIG_DIR: join(folder, 'config'), JUPYTER_DATA_DIR: join(folder, 'data') },
  });
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const results = [];
    for (const rate of RATES) {
      for (const [name, show] of VIEWS)
        results.push(await measure({ folder, server, browser, rate, name, show }));
    }
    return results;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ folder, server, browser, rate, name, show }) {
  const feed = await startFeed(rate);
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  try {
    const file = `${name}-${rate}.ipynb`;
    writeFileSync(join(folder, file), JSON.stringify(notebook([opening(feed.port), show])));
    await page.goto(`${server.url}/lab/workspaces/${name}-${rate}/tree/${file}?token=${server.token}`);
    await page.waitForFunction(
      () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
    );
    await page.evaluate(async () => {
      const { commands, shell } = window.jupyterapp;
      for (const index of [0, 1]) {
        shell.currentWidget.content.activeCellIndex = index;
        await commands.execute('notebook:run-cell');
      }
    });
    await page.waitForFunction(
      () => Number(document.querySelector('[data-millrace-view]')?.dataset.millracePaintedSeq) > 5,
    );
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const before = await busy(client);
    const paints = await page.evaluate(watch, SECONDS);
    const cpu = (await busy(client)) - before;
    return report(`${name}, ${rate} updates/s`, paints, cpu);
  } finally {
    await page.close();
    feed.stop();
  }
}

/** Runs in the page: the tick-to-paint times of the paintings of some seconds. */
function watch(seconds) {
  const node = document.querySelector('[data-millrace-view]');
  const paints = [];
  const observer = new MutationObserver(() => paints.push(Number(node.dataset.millraceTickToPaintMs)));
  observer.observe(node, { attributes: true, attributeFilter: ['data-millrace-painted-seq'] });
  return new Promise(resolve => {
    setTimeout(() => {
      observer.disconnect();
      resolve(paints);
    }, seconds * 1000);
  });
}

async function busy(client) {
  const { metrics } = await client.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

function report(name, paints, cpuMs) {
  const sorted = [...paints].sort((a, b) => a - b);
  const at = part => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null;
  return {
    name,
    rows: null,
    wall_ms: at(0.5),
    p95_ms: at(0.95),
    paints_per_s: paints.length / SECONDS,
    cpu_ms: paints.length === 0 ? null : cpuMs / paints.length,
    rows_per_s: null,
    peak_mb: null,
    duckdb_ratio: null,
    polars_ratio: null,
    flink_ratio: null,
  };
}

/** A server that sends five trades as one message, so many times a second. */
async function startFeed(rate) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const prices = SYMBOLS.map((_, at) => 100 + 50 * at);
  const timer = setInterval(() => {
    const ts = new Date().toISOString();
    const rows = SYMBOLS.map((symbol, at) => {
      prices[at] = Math.round((prices[at] + (Math.random() - 0.5) / 5) * 100) / 100;
      return { ts, symbol, price: prices[at], size: 100 };
    });
    for (const socket of server.clients) socket.send(JSON.stringify(rows));
  }, 1000 / rate);
  return {
    port: server.address().port,
    stop() {
      clearInterval(timer);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function opening(port) {
  return `import { float64, int64, schema, string, timestamp, webSocket } from 'millrace';
const Tick = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64 });
const ticks = webSocket('ws://127.0.0.1:${port}', { name: 'ticks', schema: Tick, time: 'ts', watermark: '0 s' });`;
}

function notebook(sources) {
  return {
    cells: sources.map((source, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
