import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Lab } from './support/lab.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

test('20,000 lines that a cell prints arrive in order', async () => {
  const notebook = await lab.open('lines.ipynb', [
    'for (let line = 0; line < 20_000; line++) console.log(`line ${line}`);',
  ]);
  await notebook.run(0);
  await notebook.idle();
  const lines = (await notebook.streamText(0)).trimEnd().split('\n');
  expect(lines.filter((text, at) => text !== `line ${at}`).slice(0, 3)).toEqual([]);
  expect(lines).toHaveLength(20_000);
});
