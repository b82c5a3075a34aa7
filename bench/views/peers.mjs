import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { toVegaLite } from '@millrace/protocol';

/** As many as an axis that stands still takes: it moves once meanwhile. */
const UPDATES = 60;

const OURS = fileURLToPath(new URL('./linesPage.mjs', import.meta.url));
const VEGAS = fileURLToPath(new URL('./vegaPage.mjs', import.meta.url));
const COLUMNS = [
  { name: 'ts', type: "timestamp('us')", nullable: false },
  { name: 'device', type: 'string', nullable: false },
  { name: 'value', type: 'float64', nullable: true },
];

/** What draws the same lines in a page of its own, without a kernel: ours, and Vega alone, whose rows are replaced, or come and go. */
export const PEERS = [
  { name: 'millrace', points: 2000 },
  // What is sent of 100,000 points on a plot of 900 pixels.
  { name: 'millrace, 4 rows a pixel', points: 3600 },
  { name: 'Vega, all replaced', points: 2000, how: 'replace', ast: false },
  { name: 'Vega, 5 come and 5 go', points: 2000, how: 'append', ast: false },
  { name: 'Vega, interpreter, 5 come and 5 go', points: 2000, how: 'append', ast: true },
];

/** Main-thread CPU time of an update. */
export async function peer(browser, { name, points, how, ast }) {
  const isOurs = how === undefined;
  const bundle = await build({
    entryPoints: [isOurs ? OURS : VEGAS],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  try {
    await page.setContent('<!doctype html><div id="chart" style="width: 900px"></div>');
    await page.addScriptTag({ content: bundle.outputFiles[0].text });
    const chart = { form: 'line', x: 'ts', y: 'value', color: 'device' };
    const spec = toVegaLite(chart, COLUMNS, { mode: 'light', width: 900 });
    if (isOurs) {
      await page.evaluate(
        ([chart, columns, points]) => window.begin(chart, columns, points),
        [chart, COLUMNS, points],
      );
    } else await page.evaluate(({ spec, ast }) => window.begin(spec, ast), { spec, ast });
    await page.evaluate(({ how }) => window.update(how, 2), { how });
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const busy = async () => {
      const { metrics } = await client.send('Performance.getMetrics');
      return metrics.find(metric => metric.name === 'ThreadTime')?.value * 1000;
    };
    const before = await busy();
    const wall = await page.evaluate(({ how, updates }) => window.update(how, updates), {
      how,
      updates: UPDATES,
    });
    return {
      name: `page, 5 x ${points}`,
      engine: name,
      wall_ms: wall,
      cpu_ms: ((await busy()) - before) / UPDATES,
    };
  } finally {
    await page.close();
  }
}
