import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { SPECS } from './specs/index.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import { pageBundle } from './support/pageBundle.js';
import type { SpecResult } from './support/specsPage.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterAll(() => lab.close());

test('sixty specs of our own draw live rows in one page, which loads nothing and has nothing to complain of', async () => {
  expect(SPECS.length).toBeGreaterThanOrEqual(60);
  const bundle = await pageBundle(new URL('support/specsPage.ts', import.meta.url));
  const page = await lab.context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
  page.on('pageerror', error => said.push(String(error)));
  page.on('request', request => asked.push(request.url()));
  const style = readFileSync(join(ROOT, 'ui', 'style', 'index.css'), 'utf8');
  await page.setContent(
    `<title>specs</title><style>${style} body { display: flex; flex-wrap: wrap; }</style>`,
  );
  await page.addScriptTag({ content: bundle });
  const results = async (): Promise<SpecResult[]> =>
    await page.evaluate(() => (window as unknown as { results?: () => SpecResult[] }).results?.() ?? []);
  await expect.poll(async () => (await results()).length, { timeout: 60_000 }).toBe(SPECS.length);
  await expect
    .poll(
      async () =>
        (await results()).filter(({ marks, frames, error }) => error === '' && (marks === 0 || frames < 3)),
      {
        timeout: 60_000,
      },
    )
    .toEqual([]);
  expect((await results()).filter(({ error }) => error !== '')).toEqual([]);
  expect(said).toEqual([]);
  expect(asked.filter(url => !url.startsWith('data:'))).toEqual([]);
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, 'specs.png'), fullPage: true });
  await page.close();
}, 180_000);
