import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { openPage, type Opened } from './exportedPages.js';
import { ARTIFACTS } from './lab.js';

/** Exported pages in the browser of the suite, for the tests of a file: each is closed with its test. */
export function usePages() {
  let browser: Browser;
  let opened: Opened | null = null;
  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    browser = await chromium.connect(inject('lab').browser);
  });
  afterEach(async () => {
    await opened?.context.close();
    opened = null;
  });
  afterAll(() => browser.close());
  return {
    get browser(): Browser {
      return browser;
    },
    open: async (file: string, options: Parameters<typeof openPage>[2] = {}): Promise<Opened> => {
      opened = await openPage(browser, file, options);
      return opened;
    },
  };
}

/** Takes a picture of a whole page, which is no wider than its window. */
export async function pictured(page: Page, width: number, name: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: true });
}
