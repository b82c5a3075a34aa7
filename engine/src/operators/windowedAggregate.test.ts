import { expect, test } from 'vitest';
import type { Batch } from '../columns/batch.js';
import { FLOAT64, INT64, STRING, timestampType } from '../columns/types.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import { bindPlan } from '../plan/bind.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { PlanNode } from '../plan/plan.js';
import { planPhysical } from '../physical/planner.js';
import { buildOperator } from './build.js';

const US = timestampType('us');
const schema = {
  fields: [
    { name: 'ts', type: US, nullable: false },
    { name: 'symbol', type: STRING, nullable: false },
    { name: 'price', type: FLOAT64, nullable: false },
    { name: 'size', type: INT64, nullable: false },
  ],
};
const source: PlanNode = {
  kind: 'source',
  name: 'trades',
  connector: 'values',
  options: {},
  fields: schema.fields,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
  clocked: true,
};
const column = (name: string) => ({ kind: 'column' as const, name });
const call = (fn: string, ...args: string[]) => ({
  fn,
  args: args.map(column),
  where: null,
  distinct: false,
  options: {},
});

function bars(type: 'tumble' | 'hop', allowedLatenessUs = 0): AggregateNode {
  return {
    kind: 'aggregate',
    input: source,
    keys: ['symbol'],
    window: { type, parameters: type === 'tumble' ? { sizeUs: 10 } : { sizeUs: 10, slideUs: 5 } },
    allowedLatenessUs,
    columns: [
      { name: 'open', call: call('first', 'price') },
      { name: 'high', call: call('max', 'price') },
      { name: 'close', call: call('last', 'price') },
      { name: 'volume', call: call('sum', 'size') },
      { name: 'vwap', call: call('vwap', 'price', 'size') },
      { name: 'n', call: call('count') },
    ],
  };
}

function batchOf(rows: readonly (readonly [number, string, number, bigint])[], bound = 0): Batch {
  let high = -Infinity;
  const marks = Float64Array.from(rows, row => (high = Math.max(high, row[0] - bound)));
  return {
    schema,
    length: rows.length,
    columns: schema.fields.map((field, k) =>
      columnOf(
        field.type,
        rows.map(row => (k === 0 ? BigInt(row[0]) : (row[k] as Value))),
      ),
    ),
    kinds: null,
    marks,
    watermark: high,
  };
}

function run(node: PlanNode, batches: readonly Batch[]): Value[][][] {
  const physical = planPhysical(
    node,
    bindPlan(node, () => ({ schema, time: 'ts', mode: 'append', key: null })),
  );
  const operator = buildOperator(physical.operators[0]);
  const end: Batch = { schema, length: 0, columns: [], kinds: null, marks: null, watermark: Infinity };
  return [...batches, end].map(batch => {
    const rows: Value[][] = [];
    operator.process(0, batch, out => {
      for (let i = 0; i < out.length; i++)
        rows.push([out.kinds?.[i] ?? 0, ...out.columns.map(each => valueAt(each, i))]);
    });
    return rows;
  });
}

const ROWS = [
  [1, 'a', 5, 2n],
  [3, 'b', 7, 1n],
  [9, 'a', 4, 2n],
  [12, 'a', 8, 3n],
  [25, 'b', 1, 1n],
] as const;

test('a tumbling window emits what changed once a batch, by key', () => {
  expect(run(bars('tumble'), [batchOf(ROWS.slice(0, 2)), batchOf(ROWS.slice(2))])).toEqual([
    [
      [0, 'a', 0n, 10n, 9n, 5, 5, 5, 2n, 5, 1n],
      [0, 'b', 0n, 10n, 9n, 7, 7, 7, 1n, 7, 1n],
    ],
    [
      [2, 'a', 0n, 10n, 9n, 5, 5, 4, 4n, 4.5, 2n],
      [0, 'a', 10n, 20n, 19n, 8, 8, 8, 3n, 8, 1n],
      [0, 'b', 20n, 30n, 29n, 1, 1, 1, 1n, 1, 1n],
    ],
    [],
  ]);
});

test('final emits each window once', () => {
  expect(run({ kind: 'final', input: bars('tumble') }, [batchOf(ROWS)])).toEqual([
    [
      [0, 'a', 0n, 10n, 9n, 5, 5, 4, 4n, 4.5, 2n],
      [0, 'b', 0n, 10n, 9n, 7, 7, 7, 1n, 7, 1n],
      [0, 'a', 10n, 20n, 19n, 8, 8, 8, 3n, 8, 1n],
    ],
    [[0, 'b', 20n, 30n, 29n, 1, 1, 1, 1n, 1, 1n]],
  ]);
});

test('hopping windows are put together of slices', () => {
  const rows = run({ kind: 'final', input: bars('hop') }, [batchOf(ROWS)]).flat();
  expect(rows).toContainEqual([0, 'a', 5n, 15n, 14n, 4, 8, 8, 5n, 6.4, 2n]);
  expect(rows).toContainEqual([0, 'a', 0n, 10n, 9n, 5, 5, 4, 4n, 4.5, 2n]);
  expect(rows).toHaveLength(8);
});
