import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';
import { recorded, type Recorded } from '../support/recordings.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 120_000);
afterAll(async () => {
  await kernel.shutdown();
});

const messages = (count: number): Recorded[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'text',
    atUs: 1_700_000_000_000_000 + i,
    text: `{"ts":"2024-03-08T09:30:${String(i % 60).padStart(2, '0')}Z","id":${i}}`,
  }));

async function put(count: number): Promise<void> {
  const { bytes } = await recorded(messages(count));
  writeFileSync(join(kernel.directory, 'trades.mrec'), bytes);
}

const CELL = `import { count, pin, replay, sum } from 'millrace';
const trades = replay('trades.mrec', { time: 'ts' });
const totals = trades.groupBy('ts').aggregate(t => ({ n: count(), total: sum(t.id) }));`;

/** The result of a cell as it is saved. */
const result = ({ published }: Answer) => published.find(({ type }) => type === 'execute_result')?.content;

test('pins of recordings and results are in the metadata of their outputs and beside the notebook, and changes are told', async () => {
  await put(100);
  expect((await kernel.execute(CELL)).error).toBeNull();
  const file = await kernel.execute('await pin(trades)', {}, { cellId: 'file' });
  const facts = { rows: 100, from: '2024-03-08T09:30:00Z', to: '2024-03-08T09:30:59Z' };
  expect(result(file)).toMatchObject({
    data: { 'application/vnd.millrace.pin.v1+json': { file: 'trades.mrec', ...facts } },
    metadata: { millrace: { pins: { 'trades.mrec': facts } } },
  });
  // The result is known by its variable.
  const rows = await kernel.execute('await pin(totals)', {}, { cellId: 'rows' });
  expect(result(rows)).toMatchObject({
    data: { 'application/vnd.millrace.pin.v1+json': { result: 'totals', rows: 60 } },
    metadata: {
      millrace: { results: { totals: { rows: 60, hash: expect.stringMatching(/^[0-9a-f]{32}$/) } } },
    },
  });
  const pins = readFileSync(join(kernel.directory, 'millrace.pins.json'), 'utf8');
  expect(JSON.parse(pins)).toMatchObject({
    pins: { 'trades.mrec': facts },
    results: { totals: { rows: 60 } },
  });

  // The query is another one: its rows are told in the cell.
  await kernel.execute(
    'const totals = trades.where(t => t.id.lt(99)).groupBy("ts").aggregate(t => ({ n: count(), total: sum(t.id) }));',
  );
  const other = await kernel.execute('await pin(totals)', {}, { cellId: 'rows' });
  expect(other.error?.evalue).toMatch(
    /^MR3822 the result 'totals' .* 1 row differs \(1 changed\): 60 rows were pinned, 60 are there now\n +ts +n +total +differs in\n +pinned +2024-03-08T09:30:39Z +2 +138 +n, total\n +now +2024-03-08T09:30:39Z +1 +39\n/,
  );

  // The recording is another one, to a session that has not seen it yet.
  await put(99);
  const again = await JupyterClient.start({ directory: kernel.directory });
  try {
    const opened = await again.execute(`${CELL}\nawait totals.count()`);
    expect(opened.error?.evalue).toMatch(
      /^MR3816 'trades\.mrec' .* Pinned: hash \w{64}, 100 rows from 2024-03-08T09:30:00Z to 2024-03-08T09:30:59Z\. Found: hash \w{64}, 99 rows from 2024-03-08T09:30:00Z to 2024-03-08T09:30:59Z, \d+ bytes/,
    );
  } finally {
    await again.shutdown();
  }
  expect(readFileSync(join(kernel.directory, 'millrace.pins.json'), 'utf8')).toBe(pins);
}, 180_000);
