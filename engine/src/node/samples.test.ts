import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { count, read, replay, tumble } from '../index.js';
import { createNodeHost } from './host.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-samples-'));
const host = createNodeHost({ directory, threads: 0 });
const link = host.link();

beforeAll(() => {
  const rows = Array.from({ length: 50 }, (_, i) => `2026-01-05T14:30:${10 + i}Z,${i % 2 ? 'a' : ''},${i}`);
  writeFileSync(join(directory, 'rows.csv'), `ts,text,n\n${rows.join('\n')}\n`);
  writeFileSync(join(directory, 'long.ndjson'), JSON.stringify({ text: 'x'.repeat(10_000), n: 1 }));
  writeFileSync(join(directory, 'bad.csv'), `n\n${'x,y\n'.repeat(100)}`);
});

afterAll(async () => {
  await host.close();
  rmSync(directory, { recursive: true, force: true });
});

it('gives the first rows of a file, as text', async () => {
  const { plan } = replay('rows.csv', { time: 'ts' });
  expect(await link.request({ type: 'sample', plan, limit: 3 })).toEqual({
    fields: [
      { name: 'ts', type: { kind: 'timestamp', unit: 'ms' }, nullable: false },
      { name: 'text', type: { kind: 'string' }, nullable: true },
      { name: 'n', type: { kind: 'int64' }, nullable: false },
    ].map(field => ({ ...field, type: expect.objectContaining({ kind: field.type.kind }) as unknown })),
    time: 'ts',
    key: null,
    sources: [{ name: 'rows', connector: 'file', path: 'rows.csv' }],
    rows: {
      which: 'first',
      columns: [
        ['2026-01-05T14:30:10Z', '2026-01-05T14:30:11Z', '2026-01-05T14:30:12Z'].map(
          text => expect.stringContaining(text.slice(0, 19)) as unknown,
        ),
        [null, 'a', null],
        ['0', '1', '2'],
      ],
    },
  });
});

it('is bounded', async () => {
  const many = await link.request({ type: 'sample', plan: read('rows.csv').plan, limit: 1e9 });
  expect(many.rows?.columns[2]).toHaveLength(20);
  const long = await link.request({ type: 'sample', plan: read('long.ndjson').plan, limit: 5 });
  const at = long.fields.findIndex(({ name }) => name === 'text');
  expect(long.rows?.columns[at][0]).toHaveLength(60);
  const none = await link.request({ type: 'sample', plan: read('rows.csv').plan, limit: -1 });
  expect(none.rows).toBeNull();
  await expect(link.request({ type: 'sample', plan: read('gone.csv').plan, limit: 5 })).rejects.toThrow(
    'MR3201',
  );
});

it('sees a file that was written a moment ago', async () => {
  const { plan } = read('new.csv');
  writeFileSync(join(directory, 'new.csv'), 'a\n1\n');
  expect((await link.request({ type: 'sample', plan, limit: 1 })).fields.map(({ name }) => name)).toEqual([
    'a',
  ]);
  writeFileSync(join(directory, 'new.csv'), 'b\n1\n');
  expect((await link.request({ type: 'sample', plan, limit: 1 })).fields.map(({ name }) => name)).toEqual([
    'b',
  ]);
});

it('gives the last rows of a query that runs, by its name', async () => {
  const { plan } = replay('rows.csv', { time: 'ts' })
    .window(tumble('10 s'))
    .aggregate(() => ({ n: count() }));
  await link.request({ type: 'bind', plan, name: 'bars' });
  const before = await link.request({ type: 'sampleOf', name: 'bars', limit: 2 });
  expect(before).toMatchObject({ time: 'windowTime', key: ['windowEnd'], rows: null });
  const { queryId } = await link.request({ type: 'open', plan, owner: null });
  await link.request({ type: 'until', time: 'end' });
  const { rows } = (await link.request({ type: 'sampleOf', name: 'bars', limit: 2 }))!;
  expect(rows).toMatchObject({ which: 'last', columns: { 3: ['10', '10'] } });
  await link.request({ type: 'release', queryId });
});

it('knows nothing of names that nothing was bound under, nor of those of a client that is gone', async () => {
  expect(await link.request({ type: 'sampleOf', name: '__proto__', limit: 2 })).toBeNull();
  await link.request({ type: 'bind', plan: read('rows.csv').plan, name: 'rows' });
  expect(await link.request({ type: 'sampleOf', name: 'rows', limit: 2 })).not.toBeNull();
  await link.request({ type: 'clientGone' });
  expect(await link.request({ type: 'sampleOf', name: 'rows', limit: 2 })).toBeNull();
});
