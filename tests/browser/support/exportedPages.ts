import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../../support/checkout.js';

const BIN = join(ROOT, 'engine', 'bin', 'millrace.mjs');

/** What a command has said. */
export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a command of `millrace` in a folder. */
export async function millrace(folder: string, ...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder });
  let [out, error] = ['', ''];
  child.stdout.on('data', data => (out += String(data)));
  child.stderr.on('data', data => (error += String(data)));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, out, error };
}

/** A page opened from disk, without a network, and what went wrong in it. */
export interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly troubles: string[];
}

/** Opens a page from disk. */
export async function openPage(
  browser: Browser,
  file: string,
  options: { dark?: boolean; width?: number; script?: string } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 1000 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    offline: true,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', message => troubles.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => troubles.push(`thrown: ${error.message}`));
  const url = pathToFileURL(file).href;
  page.on('request', request => {
    if (request.url() !== url && !request.url().startsWith('blob:'))
      troubles.push(`asks for ${request.url()}`);
  });
  await page.route('**/*', route => (route.request().url() === url ? route.continue() : route.abort()));
  if (options.script !== undefined) await page.addInitScript(options.script);
  await page.goto(url);
  return { context, page, troubles };
}

export const clockIs = (page: Page, mode: string): Promise<unknown> =>
  page.waitForSelector(`.millrace-ReplayBar[data-millrace-clock="${mode}"]`);

export const viewAt = (page: Page, at: number) => page.locator('.millrace-View').nth(at);

/** Scrolls to a view, and waits until it shows a state. */
export async function seen(page: Page, at: number, state: string): Promise<void> {
  const view = viewAt(page, at);
  await view.scrollIntoViewIfNeeded();
  await page.waitForFunction(
    ([place, wanted]) => {
      const node = document.querySelectorAll<HTMLElement>('.millrace-View')[Number(place)];
      const { millraceState, millraceSeq, millracePaintedSeq } = node.dataset;
      return millraceState === wanted && millraceSeq === millracePaintedSeq;
    },
    [String(at), state],
  );
}
