import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { chromePath } from '../browser/support/chrome.js';
import { ROOT } from '../support/checkout.js';

/** What the page computes: bars of a made-up market, and a table's rows. */
const PAGE = `
import { Table, count, generator, last, sum, tumble } from './engine/src/page/index.ts';

const market = () => generator.market({ seed: 7, rows: 20_000, symbols: ['AAPL', 'MSFT'], day: '2026-01-05' });
const bars = market()
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));
globalThis.answer = (async () => {
  const rows = await bars.final().rows();
  const table = Table.of({ symbol: ['a', 'b', 'a'], size: [1, 2, null] });
  return {
    bars: rows.length,
    trades: rows.reduce((total, row) => total + row.n, 0),
    first: String(rows[0].windowStart),
    sums: await table.groupBy('symbol').aggregate(t => ({ size: sum(t.size) })).rows(),
    misspelt: await market().where(t => t.prise.gt(1)).rows().catch(error => error.message),
  };
})();
`;

it('the core runs in a page: it bundles without Node and answers queries', async () => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    conditions: ['millrace-source'],
    logLevel: 'silent',
  });
  const browser = await chromium.launch({
    executablePath: chromePath(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(String(error)));
    await page.addScriptTag({ content: outputFiles[0].text });
    expect(errors).toEqual([]);
    const answer = (await page.evaluate('globalThis.answer')) as Record<string, unknown>;
    expect(answer).toMatchObject({
      trades: 20_000,
      first: '2026-01-05T14:30:00Z',
      sums: [
        { symbol: 'a', size: 1 },
        { symbol: 'b', size: 2 },
      ],
    });
    expect(answer.bars).toBeGreaterThan(700);
    expect(answer.misspelt).toMatch(/^MR1101 there is no column 'prise'/);
  } finally {
    await browser.close();
  }
});
