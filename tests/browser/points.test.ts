import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ARTIFACTS, Lab } from './support/lab.js';
import { pageBundle } from './support/pageBundle.js';
import type { PointsCompared } from './support/pointsPage.js';
import type { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
  mkdirSync(ARTIFACTS, { recursive: true });
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** Five devices, 200 readings a second of each: 100,000 of them in 100 seconds, and more to come. */
const READINGS = `import { clock, generator } from 'millrace';
const readings = generator.sensors({ devices: 5, rate: 200, duration: '20 min', drift: 4, stuck: 0 });
await clock.start({ at: '2024-01-01T00:01:45Z', speed: 1 });`;
const CHART = `readings.keep({ rows: 100_000 }).point({ x: 'ts', y: 'value', color: 'device' })`;

const PAUSE = `await clock.pause()`;

async function says(view: ViewHandle, text: string): Promise<void> {
  await view.until(
    (node, text) => (node.querySelector('.millrace-Status')?.textContent ?? '').includes(text),
    text,
  );
}

test('100,000 points are some thousands, and each one once one looks closer', async () => {
  const notebook = await lab.open('points.ipynb', [READINGS, CHART, PAUSE]);
  await notebook.run(0);
  await notebook.run(1);
  const view = notebook.view(1);
  await view.until(node => Number(node.dataset['millraceTotal']) >= 100_000, null);
  await says(view, 'drawn: 1 in ');
  expect(await view.statusText()).toMatch(/[\d,]+ of 100,000 rows/);
  const sent = Number(await view.attribute('rows'));
  expect(sent).toBeGreaterThan(1000);
  expect(sent).toBeLessThan(26_000);
  expect(await view.node.locator('.millrace-Status-facts').getAttribute('title')).toMatch(
    /of each series and each cell of [\d.]+ × [\d.]+ pixels the newest/,
  );
  for (const theme of ['Dark', 'Light'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    await view.node.screenshot({ path: join(ARTIFACTS, `points-${theme.toLowerCase()}.png`) });
  }
  const canvas = view.node.locator('.millrace-Chart-canvas');
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width / 2, y: 60 } });
  for (let turn = 0; turn < 16; turn++) await notebook.page.mouse.wheel(0, -200);
  await says(view, 'drawn: each row in sight');
  await view.node.screenshot({ path: join(ARTIFACTS, 'points-closer.png') });
  await canvas.press('Escape');
  await says(view, 'drawn: 1 in ');
  await notebook.run(2);
  await view.reaches('paused');
  await notebook.save();
  expect(JSON.stringify(lab.read('points.ipynb')).length).toBeLessThan(1_000_000);
}, 120_000);

test('the rows that are sent look as all rows do', async () => {
  const page = await lab.context.newPage();
  await page.setContent('<!doctype html><title>points</title>');
  await page.addScriptTag({ content: await pageBundle(new URL('support/pointsPage.ts', import.meta.url)) });
  for (const [name, color] of [
    ['one', null],
    ['series', 'symbol'],
  ] as const) {
    const compared = await page.evaluate(
      color =>
        (
          window as unknown as { comparePoints(count: number, color: string | null): Promise<PointsCompared> }
        ).comparePoints(30_000, color),
      color,
    );
    compared.pictures.forEach((picture, at) =>
      writeFileSync(join(ARTIFACTS, `points-${name}-${at === 0 ? 'all' : 'sent'}.png`), picture, 'base64'),
    );
    const { all, sent, ink, holes, different } = compared;
    expect(sent).toBeLessThan(all / 2);
    // What is covered at all, and by which series.
    expect(ink).toBeGreaterThan(5000);
    expect(holes / ink, JSON.stringify({ sent, ink, holes })).toBeLessThan(0.02);
    expect(different / ink, JSON.stringify({ sent, ink, different })).toBeLessThan(0.05);
  }
  await page.close();
}, 120_000);
