import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { JupyterClient, type Answer, type ClientMessage } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  // Without a front end a cell waits for what goes on, which some of it does for ever.
  kernel = await JupyterClient.start({ env: { MILLRACE_SETTLE_SECONDS: '2' } });
  symlinkSync(join(ROOT, 'node_modules'), join(kernel.directory, 'node_modules'), 'dir');
}, 60_000);
afterAll(() => kernel.shutdown());

type Bundle = Record<string, string>;

const idOf = (message: ClientMessage): unknown =>
  (message.content.transient as { display_id?: unknown } | undefined)?.display_id;

/** What was displayed, changes among them: type, text and display id. */
function displays(answer: Answer): { type: string; data: Bundle; id: unknown }[] {
  return answer.published
    .filter(({ type }) => /display_data$/.test(type))
    .map(message => ({ type: message.type, data: message.content.data as Bundle, id: idOf(message) }));
}

function resultOf(answer: Answer): Bundle {
  expect(answer.error).toBeNull();
  return answer.published.find(({ type }) => type === 'execute_result')?.content.data as Bundle;
}

describe('values', () => {
  test('are trees, tables and errors, and nothing of them is markup or run', async () => {
    const tree = resultOf(
      await kernel.execute(
        `class Trade { price = 1.5; get total(): number { throw new Error('called'); } }
         ({ trade: new Trade(), '<b>': '<script>alert(1)</script>', list: Array.from({ length: 500 }, (_, i) => i) })`,
      ),
    );
    expect(tree['text/html']).toContain('<details open>');
    expect(tree['text/html']).toContain('450 more items');
    expect(tree['text/html']).not.toMatch(/<script|<b>/);
    const error = resultOf(await kernel.execute(`new Error('outer', { cause: new TypeError('inner') })`));
    expect(error['text/plain']).toMatch(/Error: outer\n {4}at Cell \[\d+\]:1:1/);
    expect(error['text/plain']).toContain('Caused by TypeError: inner');
    const arrow = resultOf(
      await kernel.execute(
        `import { tableFromArrays } from '@uwdata/flechette';\ntableFromArrays({ a: [1, 2], b: ['x', null] })`,
      ),
    );
    expect(arrow['text/plain']).toContain('Arrow table · 2 rows');
  });

  test('that are malformed are told, and the kernel lives', async () => {
    for (const made of ['5', '{ html: 1 }', '{}', '(() => { throw new Error("no"); })()']) {
      const code = `({ [Symbol.for('Jupyter.display')]() { return ${made}; } })`;
      expect(resultOf(await kernel.execute(code))['text/plain']).toContain("Symbol.for('Jupyter.display')");
    }
    const late = `({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<i>late</i>' }; } })`;
    expect(resultOf(await kernel.execute(late))).toEqual({ 'text/html': '<i>late</i>' });
    const wrong = await kernel.execute(`display.png(new Uint8Array([1, 2, 3]))`);
    expect(wrong.error?.evalue).toContain('MR4104');
  });

  test('that are specs are charts with a picture, and load nothing', async () => {
    const chart = resultOf(
      await kernel.execute(
        `display.vegaLite({ data: { values: [{ a: 'x', b: 2 }] }, mark: 'bar',
           encoding: { x: { field: 'a' }, y: { field: 'b', type: 'quantitative' } } })`,
      ),
    );
    expect(Object.keys(chart).sort()).toEqual([
      'application/vnd.vegalite.v6+json',
      'image/png',
      'text/plain',
    ]);
    const refused = await kernel.execute(
      `display.vegaLite({ data: { url: 'https://example.com/a.csv' }, mark: 'bar' })`,
    );
    expect(refused.error?.evalue).toContain('MR4103');
  });
});

describe('what goes on', () => {
  test('an async iterable is one output that changes, until the cell is run again', async () => {
    const code = (to: string) => `let n = 0;
async function* ticks() { try { while (n < ${to}) { await new Promise(done => setTimeout(done, 20)); yield ++n; } } finally { n = -1; } }
ticks()`;
    const id = kernel.startCell(code('20'), {}, { cellId: 'ticking' });
    const answer = await kernel.finished(id);
    expect(answer.error).toBeNull();
    const shown = () => displays({ ...answer, published: kernel.of(id) });
    await kernel.until(() => shown().find(({ data }) => data['text/plain'] === '20'), 'the last tick');
    const seen = shown();
    expect(seen.map(({ type }) => type).filter(type => type === 'display_data')).toHaveLength(1);
    expect(new Set(seen.map(one => one.id)).size).toBe(1);
    const endless = kernel.startCell(code('Infinity'), {}, { cellId: 'ticking' });
    await kernel.finished(endless);
    await kernel.until(() => kernel.of(endless).find(({ type }) => type === 'update_display_data'), 'a tick');
    const again = await kernel.finished(kernel.startCell('0', {}, { cellId: 'ticking' }));
    expect(again.error).toBeNull();
    // Its generator has been closed.
    await kernel.until(
      async () => ((await kernel.execute('n')).result === '-1' ? true : undefined),
      'the end',
    );
  });

  test('a promise that is displayed shows its value, or why there is none', async () => {
    const answer = await kernel.execute(
      `display(new Promise(done => setTimeout(done, 30, 'late')));
       display(Promise.reject(new Error('broken')));
       await new Promise(done => setTimeout(done, 100));`,
    );
    expect(answer.error).toBeNull();
    expect(answer.stderr).toBe('');
    const texts = displays(answer).map(({ data }) => data['text/plain'].split('\n')[0]);
    expect(texts.sort()).toEqual(["'late'", 'Error: broken', '…', '…']);
  });

  test('an interrupt ends it, and marks the bars', async () => {
    const id = kernel.startCell(`for (const _ of progress([1, 2, 3], { label: 'long' })) while (true);`);
    await kernel.until(() => kernel.of(id).find(({ type }) => type === 'display_data'), 'the bar');
    await kernel.interrupt();
    const answer = await kernel.finished(id);
    expect(displays(answer).at(-1)?.data['text/plain']).toContain('interrupted');
  });
});

describe('progress', () => {
  test('keeps types, and is one output at a bounded rate', async () => {
    const answer = await kernel.execute(
      `let total: number = 0;
for (const value of progress([1.5, 2.5])) total += value;
async function* names() { yield 'a'; yield 'b'; }
let joined: string = '';
for await (const name of progress(names(), { total: 2, label: 'names' })) joined += name;
for (const i of progress(Array.from({ length: 300_000 }, (_, i) => i))) total += i;
[total, joined]`,
    );
    expect(answer.result).toBe("[ 44999850004, 'ab' ]");
    const shown = displays(answer);
    expect(shown.filter(({ type }) => type === 'display_data')).toHaveLength(3);
    expect(shown.length).toBeLessThan(60);
    expect(shown.at(-1)?.data['text/plain']).toContain('300,000/300,000');
    expect(shown.at(-1)?.data['text/html']).toContain('<progress');
    const wrong = await kernel.execute('for (const value of progress([1])) { const text: string = value; }');
    expect(String(wrong.error?.evalue ?? '') + String(wrong.error?.traceback)).toContain('number');
  });
});

describe('danfojs', () => {
  test('DataFrames are tables, their plots charts, and they become tables of ours', async () => {
    const frame = await kernel.execute(
      `import { Table } from 'millrace';
const frame = await Table.of({ symbol: ['A', '<b>'], price: [1.5, 2.5] }).toDanfo();
frame`,
    );
    expect(resultOf(frame)['text/plain']).toContain('DataFrame · 2 rows · 2 columns');
    expect(resultOf(frame)['text/html']).not.toContain('<b>');
    const plots = await kernel.execute(
      `frame.plot('here').bar({ config: { x: 'symbol', y: 'price' }, layout: { title: 'Prices' } });
frame.price.plot('here').hist();
frame.plot('here').table();`,
    );
    expect(plots.error).toBeNull();
    const last = displays(plots).filter(({ data }) => data['text/plain'] !== '…');
    expect(last.map(({ data }) => Object.keys(data).sort().join())).toEqual(
      expect.arrayContaining([
        'application/vnd.vegalite.v6+json,image/png,text/plain',
        'text/html,text/plain',
      ]),
    );
    expect(last.find(({ data }) => data['text/plain'].includes('Prices'))).toBeDefined();
    expect((await kernel.execute('await Table.fromDanfo(frame).rows()')).result).toContain('price');
    const imported = await kernel.execute(
      `import { Series } from 'danfojs';\nnew Series([1, 2, 4]).plot('div').line();`,
    );
    expect(imported.error).toBeNull();
    expect(displays(imported).at(-1)?.data).toHaveProperty(['image/png']);
  });
});
