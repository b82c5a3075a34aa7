import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, END, makeHistory, SOURCE } from '../properties/histories.js';
import { Random } from '../properties/random.js';
import { operatorOf, run } from '../properties/running.js';

/**
 * Snapshots as this version writes them, kept as files: whoever changes a state's layout sees it here, raises the major version or
 * reads both, and writes the files anew with `MILLRACE_GOLDENS=write npx vitest run tests/engine/snapshotGoldens.test.ts`.
 */
const writing = process.env.MILLRACE_GOLDENS === 'write';

const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'vwap'];

const node = (window: AggregateNode['window']): AggregateNode => ({
  kind: 'aggregate',
  input: SOURCE,
  keys: ['symbol', 'level'],
  window,
  allowedLatenessUs: 7,
  columns: ALL_CALLS.filter(({ call }) => FUNCTIONS.includes(call.fn)),
});

const OPERATORS: Readonly<Record<string, () => Operator>> = {
  groupBy: () => operatorOf({ ...node(null), allowedLatenessUs: 0 }, 'retract'),
  tumble: () => operatorOf(node({ type: 'tumble', parameters: { sizeUs: 20, offsetUs: 3 } }), 'retract'),
  hop: () => operatorOf(node({ type: 'hop', parameters: { sizeUs: 20, slideUs: 5 } }), 'upsert'),
};

test.each(Object.keys(OPERATORS))('the state of %s is written as ever, and goes on as ever', name => {
  const make = OPERATORS[name];
  const rows = makeHistory(new Random(20240308), 120, { boundUs: 5, wide: true });
  const operator = make();
  run(operator, batchOf(rows.slice(0, 60)));
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const bytes = writer.encode();
  const path = fileURLToPath(new URL(`./goldens/${name}.snapshot`, import.meta.url));
  if (writing || !existsSync(path)) {
    expect(writing, `${path} is missing`).toBe(true);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  const golden = readFileSync(path);
  expect(Buffer.compare(golden, bytes)).toBe(0);
  const restored = make();
  restored.restore(readSnapshot(golden));
  for (const batch of [batchOf(rows.slice(60)), END])
    expect(run(restored, batch)).toEqual(run(operator, batch));
});
