import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartSpec } from '../../protocol/src/index.js';
import { ARTIFACTS, Lab } from './support/lab.js';
import { pageBundle } from './support/pageBundle.js';
import type { Comparison, Drawing } from './support/linesPage.js';

let lab: Lab;
let page: Page;
beforeAll(async () => {
  lab = await Lab.connect();
  const bundle = await pageBundle(new URL('support/linesPage.ts', import.meta.url));
  const css = await build({
    entryPoints: [fileURLToPath(new URL('../../ui/style/index.css', import.meta.url))],
    write: false,
    logLevel: 'silent',
  });
  page = await lab.context.newPage();
  await page.setContent('<!doctype html><title>lines</title>');
  await page.addStyleTag({ content: css.outputFiles[0]!.text });
  await page.addScriptTag({ content: bundle });
}, 120_000);
afterAll(() => lab.close());

interface LinesWindow {
  compare(drawing: Drawing): Promise<Comparison>;
  follow(drawing: Drawing, steps: number): Promise<Comparison & { readonly drawn: number }>;
}

async function compare(name: string, drawing: Drawing): Promise<Comparison> {
  const compared = await page.evaluate(
    drawing => (window as unknown as LinesWindow).compare(drawing),
    drawing,
  );
  keep(name, ['vega', 'beside'], compared);
  return compared;
}

function keep(name: string, sides: readonly string[], { pictures }: Comparison): void {
  mkdirSync(ARTIFACTS, { recursive: true });
  pictures.forEach((picture, at) =>
    writeFileSync(join(ARTIFACTS, `lines-${name}-${sides[at]}.png`), picture, 'base64'),
  );
}

const LINE: ChartSpec = { form: 'line', x: 'ts', y: 'price', color: 'symbol' };
const AREA: ChartSpec = { form: 'area', x: 'ts', y: 'price', color: null, stack: false };
const SPEC: ChartSpec = {
  form: 'vegaLite',
  spec: {
    mark: 'line',
    height: 180,
    title: 'Prices',
    encoding: { x: { field: 'ts' }, y: { field: 'price' }, color: { field: 'symbol' } },
  },
};

describe('lines that are drawn beside Vega', () => {
  const few = { points: 300, columns: 0, against: 'vega', hasWindows: true } as const;
  const cases: readonly (readonly [string, Drawing])[] = [
    ['line-light', { chart: LINE, mode: 'light', ...few }],
    ['line-dark', { chart: LINE, mode: 'dark', ...few }],
    ['one', { chart: { ...LINE, color: null }, mode: 'light', ...few, hasWindows: false }],
    ['area', { chart: AREA, mode: 'light', ...few }],
    ['areas', { chart: { ...AREA, color: 'symbol' }, mode: 'dark', ...few }],
    ['spec', { chart: SPEC, mode: 'light', ...few, hasWindows: false }],
  ];
  test.each(cases)('look as in Vega: %s', async (name, drawing) => {
    const { ink, different } = await compare(name, drawing);
    expect(ink).toBeGreaterThan(1000);
    expect(different / ink).toBeLessThan(0.002);
  });

  test.each([
    // Where a line goes up and down many times within a pixel, strokes blend otherwise.
    ['vega', 0.25, 0.03],
    ['all', 0.05, 0.005],
  ] as const)(
    'of the rows that make the pixels look as of all rows: %s',
    async (against, most, mostOpposite) => {
      const drawing: Drawing = {
        chart: LINE,
        mode: 'light',
        points: 20_000,
        columns: 691,
        against,
        hasWindows: false,
      };
      const { ink, different, opposite } = await compare(`reduced-${against}`, drawing);
      expect(ink).toBeGreaterThan(1000);
      expect(opposite / ink).toBeLessThan(mostOpposite);
      expect(different / ink).toBeLessThan(most);
    },
  );

  const many = { columns: 0, against: 'all' } as const;
  test.each<readonly [string, Drawing]>([
    ['few', { chart: LINE, mode: 'light', points: 80, ...many, hasWindows: false }],
    ['dense', { chart: LINE, mode: 'dark', points: 2500, ...many, hasWindows: false }],
    ['windows', { chart: LINE, mode: 'light', points: 300, ...many, hasWindows: true }],
    ['areas', { chart: { ...AREA, color: 'symbol' }, mode: 'dark', points: 300, ...many, hasWindows: true }],
  ])('are painted only where rows come and go, to the same pixels: %s', async (name, drawing) => {
    const followed = await page.evaluate(
      drawing => (window as unknown as LinesWindow).follow(drawing, 25),
      drawing,
    );
    keep(`follow-${name}`, ['parts', 'whole'], followed);
    expect(followed.ink).toBeGreaterThan(1000);
    // The edges of a path that is long are smoothed by other steps than those of its parts.
    expect(followed.shades / followed.ink).toBeLessThan(0.005);
    expect(followed.different / followed.ink).toBeLessThan(0.0005);
    // Of all pixels, at an update.
    expect(followed.drawn).toBeLessThan(0.3);
  });
});
