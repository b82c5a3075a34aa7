import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromePath } from '../browser/support/chrome.js';
import { ROOT } from '../support/checkout.js';

/** What the page computes: bars of a made-up market, and a table's rows. */
const PAGE = `
import { generatedScript } from './engine/src/codegen/ahead.ts';
import { Table, count, generator, last, sum, tumble } from './engine/src/page/index.ts';

const market = () => generator.market({ seed: 7, rows: 20_000, symbols: ['AAPL', 'MSFT'], day: '2026-01-05' });
const bars = market()
  .where(t => t.size.gt(0))
  .derive(t => ({ symbol: t.symbol.lower() }))
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));
globalThis.script = generatedScript;
globalThis.answer = (async () => {
  const rows = await bars.final().rows();
  const table = Table.of({ symbol: ['a', 'b', 'a'], size: [1, 2, null] });
  return {
    bars: rows.length,
    trades: rows.reduce((total, row) => total + row.n, 0),
    first: String(rows[0].windowStart),
    sums: await table.groupBy('symbol').aggregate(t => ({ size: sum(t.size) })).rows(),
    misspelt: await market().where(t => t.prise.gt(1)).rows().catch(error => error.message),
    evaluates: (() => {
      try {
        return new Function('return true')();
      } catch {
        return false;
      }
    })(),
  };
})().catch(error => ({ error: String(error) }));
`;

let bundle: string;
let browser: Browser;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    conditions: ['millrace-source'],
    logLevel: 'silent',
  });
  bundle = outputFiles[0].text.replaceAll('</script', '<\\/script');
  browser = await chromium.launch({ executablePath: chromePath(), args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(() => browser.close());

/** A page of these scripts alone, under a policy that allows them by their hashes and, if so said, `eval`. */
async function pageOf(scripts: readonly string[], { evaluates }: { evaluates: boolean }): Promise<Page> {
  const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  const policy = `default-src 'none'; script-src ${hashes.join(' ')}${evaluates ? " 'unsafe-eval'" : ''}`;
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  await page.route('**/*', route =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': policy },
      body: `<!doctype html><title>Millrace</title>${scripts.map(script => `<script>${script}</script>`).join('')}`,
    }),
  );
  await page.goto('http://millrace.test/');
  expect(errors).toEqual([]);
  return page;
}

const answerOf = (page: Page) => page.evaluate('globalThis.answer') as Promise<Record<string, unknown>>;

it('the core runs in a page: it bundles without Node and answers queries', async () => {
  const answer = await answerOf(await pageOf([bundle], { evaluates: true }));
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
});

it('loops written ahead of time run where eval is forbidden, with the same answers', async () => {
  const free = await pageOf([bundle], { evaluates: true });
  const answer = await answerOf(free);
  const script = (await free.evaluate('globalThis.script()')) as string;
  const strict = await pageOf([script, bundle], { evaluates: false });
  expect(await answerOf(strict)).toEqual({ ...answer, evaluates: false });
  expect(answer).toMatchObject({ trades: 20_000, evaluates: true });
});

it('a loop that nobody wrote ahead of time is an error that says so', async () => {
  const strict = await pageOf([bundle], { evaluates: false });
  expect((await answerOf(strict)).error).toMatch(/MR3601.*generatedScript\(\)/s);
});
