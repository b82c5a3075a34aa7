import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ARTIFACTS, Lab } from './support/lab.js';
import type { ViewHandle } from './support/viewHandle.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** Five devices, 200 readings a second of each: a million of them in 1,000 seconds. */
const READINGS = `import { clock, generator } from 'millrace';
const readings = generator.sensors({ devices: 5, rate: 200, duration: '20 min', drift: 4, stuck: 0 });
await clock.start({ at: '2024-01-01T00:16:45Z', speed: 1 });`;
const CHART = `readings.keep({ rows: 1_000_000 }).line({ x: 'ts', y: 'value', color: 'device' })`;
const PAUSE = `await clock.pause()`;

/** Waits until so many rows are in the table, and some of them painted. */
async function rows(view: ViewHandle, least: number): Promise<void> {
  await view.until(
    (node, least) =>
      Number(node.dataset['millraceTotal']) >= least && Number(node.dataset['millracePaintedSeq']) > 0,
    least,
  );
}

async function says(view: ViewHandle, text: string): Promise<void> {
  await view.until(
    (node, text) => (node.querySelector('.millrace-Status')?.textContent ?? '').includes(text),
    text,
  );
}

/** How many pixels of the lines' canvas are drawn. */
async function ink(view: ViewHandle): Promise<number> {
  return await view.node.locator('.millrace-Chart-lines').evaluate(canvas => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    let drawn = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn++;
    return drawn;
  });
}

test('a million rows are a few thousand that make the same picture, and each row once one looks closer', async () => {
  const notebook = await lab.open('pixels.ipynb', [READINGS, CHART, PAUSE]);
  await notebook.run(0);
  await notebook.run(1);
  const view = notebook.view(1);
  await rows(view, 1_000_000);
  await says(view, 'drawn: 1 in ');
  expect(await view.statusText()).toMatch(/[\d,]+ of 1,000,000 rows/);
  expect(Number(await view.attribute('rows'))).toBeLessThan(40_000);
  expect(await view.node.locator('.millrace-Status-facts').getAttribute('title')).toMatch(
    /of 1,000,000 rows are drawn/,
  );
  expect(await ink(view)).toBeGreaterThan(3000);
  // Rows go on arriving.
  const evicted = async (): Promise<number> =>
    Number(/([\d,]+) evicted/.exec(await view.statusText())?.[1].replaceAll(',', '') ?? 0);
  const before = await evicted();
  await view.paints(5);
  expect(await evicted()).toBeGreaterThan(before);
  mkdirSync(ARTIFACTS, { recursive: true });
  const picture = async (name: string): Promise<void> => {
    for (const theme of ['Light', 'Dark'] as const) {
      await notebook.theme(`JupyterLab ${theme}`);
      await view.paints(2);
      await view.node.screenshot({ path: join(ARTIFACTS, `pixels-${name}-${theme.toLowerCase()}.png`) });
    }
  };
  await picture('all');
  // Closer, until each row fits.
  const canvas = view.node.locator('.millrace-Chart-canvas');
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width / 2, y: 60 } });
  for (let turn = 0; turn < 26; turn++) await notebook.page.mouse.wheel(0, -200);
  await says(view, 'drawn: each row in sight');
  expect(Number(await view.attribute('rows'))).toBeLessThan(20_000);
  expect(await ink(view)).toBeGreaterThan(500);
  await picture('closer');
  await notebook.page.mouse.move(box.x + box.width / 2, box.y + 60);
  // What is held still is redrawn as rows come, and followed again with Escape.
  await canvas.press('Escape');
  await says(view, 'drawn: 1 in ');
  // Saved as a picture, and some of its rows.
  await notebook.run(2);
  await view.reaches('paused');
  await notebook.save();
  const saved = lab.read('pixels.ipynb');
  expect(JSON.stringify(saved).length).toBeLessThan(1_000_000);
}, 300_000);
