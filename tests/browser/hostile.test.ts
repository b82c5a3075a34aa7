import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { HOSTILE_TEXTS } from './support/hostileTexts.js';
import { Lab } from './support/lab.js';
import { pageBundle } from './support/pageBundle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** What has happened on a page that should not have: scripts, dialogs, breaches of its policy, requests. */
function watched(page: Page, isOurs: (url: string) => boolean): string[] {
  const happened: string[] = [];
  page.on('dialog', dialog => {
    happened.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', request => {
    if (!isOurs(request.url())) happened.push(`request ${request.url().slice(0, 100)}`);
  });
  page.on('popup', popup => happened.push(`popup ${popup.url()}`));
  page.on('console', message => {
    if (/Content Security Policy|Refused to|violates/i.test(message.text())) happened.push(message.text());
  });
  return happened;
}

const HOOKS = `for (const name of ['pwned']) Object.defineProperty(window, name, { set() { window.wasPwned = true; }, get() { return undefined; }, configurable: true });
addEventListener('securitypolicyviolation', event => { window.wasPwned = true; console.error('violates ' + event.violatedDirective); });`;

test('a hundred hostile texts do nothing, whatever they are: values, names, titles, specs, states, tooltips', async () => {
  expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(100);
  const bundle = await pageBundle(new URL('support/hostilePage.ts', import.meta.url));
  const page = await lab.context.newPage();
  const happened = watched(page, url => url === 'http://page.test/' || url.startsWith('data:image/png'));
  const style = readFileSync(join(ROOT, 'ui', 'style', 'index.css'), 'utf8');
  const script = bundle.replaceAll('</script', '<\\/script');
  // The engine makes loops out of text; nothing else may.
  const policy =
    "default-src 'none'; script-src 'nonce-own' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:";
  await page.route('**', route =>
    route.request().url() === 'http://page.test/'
      ? route.fulfill({
          contentType: 'text/html; charset=utf-8',
          headers: { 'Content-Security-Policy': policy },
          body: `<title>hostile</title><style>${style}</style><body><script nonce=own>${HOOKS}</script><script nonce=own>${script}</script></body>`,
        })
      : route.abort(),
  );
  await page.goto('http://page.test/');
  const result = await page.waitForFunction(() => (window as { result?: unknown }).result, null, {
    timeout: 150_000,
  });
  const told = (await result.jsonValue()) as { refused?: string[]; failed?: string };
  expect(told.failed).toBeUndefined();
  // All of them are scrolled over, and pointed at.
  const sections = page.locator('section');
  const count = await sections.count();
  expect(count).toBeGreaterThan(380);
  await page.evaluate(async () => {
    for (const section of document.querySelectorAll('section')) {
      section.scrollIntoView();
      await new Promise(resolve => requestAnimationFrame(resolve));
      const canvas = section.querySelector('canvas');
      const box = canvas?.getBoundingClientRect();
      if (box === undefined || canvas === null) continue;
      for (const [x, y] of [
        [0.3, 0.5],
        [0.5, 0.5],
        [0.7, 0.3],
      ] as const) {
        const at = { clientX: box.left + box.width * x, clientY: box.top + box.height * y, bubbles: true };
        for (const type of ['pointermove', 'pointerdown', 'pointerup', 'click'])
          canvas.dispatchEvent(new PointerEvent(type, at));
      }
    }
  });
  expect(happened).toEqual([]);
  expect(await page.evaluate(() => 'wasPwned' in window)).toBe(false);
  // Nothing of a text has become an element, or a property of all objects.
  expect(
    await page
      .locator(
        'section :is(script, iframe, object, embed, link, meta, base, form:not(.vega-bindings), video, svg foreignObject)',
      )
      .count(),
  ).toBe(0);
  expect(await page.evaluate(() => Object.keys(Object.prototype).length + Number('pwned' in {}))).toBe(0);
  const images = await page.locator('section img').count();
  expect(images).toBe(0);
  expect(
    (told.refused ?? []).filter(reason => /is not a function|undefined|Cannot read/.test(reason)),
  ).toEqual([]);
}, 240_000);

test('nor in a notebook: tables, charts, numbers, texts, errors and what is printed', async () => {
  const texts = JSON.stringify(HOSTILE_TEXTS.filter(text => text.length < 1000));
  const notebook = await lab.open('hostileAll.ipynb', [
    `import { layout, md, Table } from 'millrace';
const texts = ${texts};
const table = Table.of({ symbol: texts, x: texts.map((_, k) => k), y: texts.map((_, k) => (k * 37) % 17) });
table`,
    `table.bar({ x: 'symbol', y: 'y', title: texts[3] })`,
    `table.line({ x: 'x', y: 'y', color: 'symbol', title: texts[0] })`,
    `layout.row(table.stat({ value: 'symbol', label: texts[3] }), md\`\${texts.join(' ')}\`)`,
    `for (const text of texts) console.log(text); texts`,
    `throw new Error(texts.join('\\n'))`,
  ]);
  const { page } = notebook;
  const origin = new URL(page.url()).origin;
  await page.evaluate(HOOKS);
  const happened = watched(
    page,
    url => url.startsWith(origin) || url.startsWith('data:') || url.startsWith('blob:'),
  );
  for (let cell = 0; cell < 6; cell++) {
    await notebook.run(cell);
    await notebook.cell(cell).scrollIntoViewIfNeeded();
  }
  for (const cell of [0, 1, 2, 3]) await notebook.view(cell).reaches('ended');
  await notebook.reload();
  await page.evaluate(HOOKS);
  await notebook.cell(3).scrollIntoViewIfNeeded();
  expect(happened).toEqual([]);
  expect(await page.evaluate(() => 'wasPwned' in window || 'pwned' in {})).toBe(false);
}, 180_000);
