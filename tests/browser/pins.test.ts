import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recorded } from '../support/recordings.js';
import { Lab } from './support/lab.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(async () => {
  rmSync(join(lab.folder, 'millrace.pins.json'), { force: true });
  await lab.close();
});

async function putRecording(count: number): Promise<void> {
  const { bytes } = await recorded(
    Array.from({ length: count }, (_, i) => ({
      kind: 'text' as const,
      atUs: 1_700_000_000_000_000 + i,
      text: `{"ts":"2024-03-08T09:30:${String(i % 60).padStart(2, '0')}Z","id":${i}}`,
    })),
  );
  writeFileSync(join(lab.folder, 'pinned.mrec'), bytes);
}

const CELLS = [
  `import { count, pin, replay, sum } from 'millrace';
const ticks = replay('pinned.mrec', { time: 'ts' });
const totals = ticks.groupBy('ts').aggregate(t => ({ n: count(), total: sum(t.id) }));`,
  'await pin(ticks)',
  'await pin(totals)',
];

test('a notebook keeps what it pins in its metadata, and says so when it is opened again over another recording', async () => {
  await putRecording(100);
  const notebook = await lab.open('pins.ipynb', CELLS);
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  const output = (cell: number) => notebook.cell(cell).locator('.jp-OutputArea');
  await output(1).getByText('pinned.mrec: 100 rows from 2024-03-08T09:30:00Z').waitFor();
  await output(2).getByText('totals: 60 rows of ts, n, total').waitFor();
  await notebook.save();
  const facts = { rows: 100, from: '2024-03-08T09:30:00Z', to: '2024-03-08T09:30:59Z' };
  const saved = lab.read('pins.ipynb') as unknown as {
    metadata: object;
    cells: { outputs: { metadata: object }[] }[];
  };
  expect(saved.metadata).toMatchObject({
    millrace: {
      pins: { 'pinned.mrec': { ...facts, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      results: { totals: { rows: 60, hash: expect.stringMatching(/^[0-9a-f]{32}$/) } },
    },
  });
  expect(saved.cells[1]!.outputs[0]!.metadata).toMatchObject({
    millrace: { pins: { 'pinned.mrec': facts } },
  });
  expect(saved.cells[2]!.outputs[0]!.metadata).toMatchObject({
    millrace: { results: { totals: { rows: 60 } } },
  });

  await lab.endKernels();
  await putRecording(99);
  const again = await lab.visit('pins.ipynb');
  await again.idle();
  for (let cell = 0; cell < 2; cell++) await again.run(cell);
  const told = again.cell(1).locator('.jp-OutputArea');
  await told
    .getByText(/MR3816 'pinned\.mrec' is not the file that was pinned.*100 rows.*99 rows/)
    .first()
    .waitFor();
  // What is pinned stays what it was.
  await again.save();
  expect(lab.read('pins.ipynb') as unknown).toMatchObject({
    metadata: { millrace: { pins: { 'pinned.mrec': facts } } },
  });
});
