import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './support/lab.js';
import { pageBundle } from './support/pageBundle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterAll(() => lab.close());

test("the engine's core, bundled for a page, runs a query there", async () => {
  // Any import of a Node built-in fails the bundling.
  const bundle = await pageBundle(new URL('support/corePage.ts', import.meta.url));
  const page = await lab.context.newPage();
  await page.setContent('<title>core</title>');
  await page.addScriptTag({ content: bundle });
  const result = await page.waitForFunction(() => (window as { result?: unknown }).result);
  expect(await result.jsonValue()).toEqual([
    { open: 1.5, volume: 30, n: 2 },
    { open: 4, volume: 30, n: 1 },
  ]);
});
