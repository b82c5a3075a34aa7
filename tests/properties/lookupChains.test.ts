import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { InputMerge } from '../../engine/src/runtime/inputMerge.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

type Row = readonly [time: bigint, key: string, value: bigint];

const fieldsOf = (name: string): Field[] => [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'k', type: STRING, nullable: false },
  { name: `v${name}`, type: INT64, nullable: false },
];

const source = (name: string): SourceNode => ({
  kind: 'source',
  name,
  connector: 'values',
  options: {},
  fields: null,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
  clocked: true,
});

/** The highest value of each key so far. */
const highest = (name: string): PlanNode => ({
  kind: 'aggregate',
  input: source(name),
  keys: ['k'],
  window: null,
  allowedLatenessUs: 0,
  columns: [
    {
      name: `v${name}`,
      call: {
        fn: 'max',
        args: [{ kind: 'column', name: `v${name}` }],
        where: null,
        distinct: false,
        options: {},
      },
    },
  ],
});

const keys = [{ left: 'k', right: 'k' }];
const looked = (left: PlanNode, right: PlanNode): PlanNode => ({
  kind: 'lookupJoin',
  inputs: [left, right],
  keys,
  how: 'left',
  suffix: '_r',
  waits: false,
});

/** Lookups behind lookups, and in what a join gives. */
const PLANS: readonly PlanNode[] = [
  looked(looked(source('a'), highest('b')), highest('c')),
  looked(source('a'), {
    kind: 'join',
    inputs: [highest('b'), highest('c')],
    keys,
    how: 'full',
    suffix: '_r',
    where: null,
    bounded: false,
  }),
];

function batchOf(name: string, rows: readonly Row[]): Batch {
  const fields = fieldsOf(name);
  const marks = Float64Array.from(rows, ([time]) => Number(time));
  return {
    schema: { fields },
    length: rows.length,
    columns: fields.map(({ type }, k) =>
      columnOf(
        type,
        rows.map((row): Value => row[k]),
      ),
    ),
    kinds: null,
    marks,
    watermark: marks[rows.length - 1],
  };
}

/** What comes out where each source is read in pieces of some size. */
function resultOf(
  plan: PlanNode,
  rows: Readonly<Record<string, readonly Row[]>>,
  size: () => number,
): string[] {
  const relations = bindPlan(plan, ({ name }) => sourceRelationOf(source(name), fieldsOf(name)));
  const physical = planPhysical(plan, relations);
  const found: string[] = [];
  const take = ({ columns, length }: Batch): void => {
    for (let row = 0; row < length; row++) found.push(text(columns.map(each => valueAt(each, row))));
  };
  const pipeline = new Pipeline(physical, take, () => 0);
  const names = physical.sources.map(({ node }) => node.name);
  const inputs = names.map(() => ({ boundUs: 0, idleTimeoutUs: null, live: false }));
  const merge = new InputMerge(inputs, pipeline);
  const gone = names.map(() => 0);
  for (let next = merge.behind; next >= 0; next = merge.behind) {
    const piece = rows[names[next]].slice(gone[next], gone[next] + size());
    gone[next] += piece.length;
    if (piece.length === 0) merge.end(next);
    else merge.add(next, batchOf(names[next], piece), null);
  }
  return found;
}

function makeRows(random: Random): Row[] {
  let time = 0n;
  return Array.from({ length: random.below(40) }, (): Row => {
    time += BigInt(random.below(4));
    return [time, random.pick(['x', 'y']), BigInt(random.below(100))];
  });
}

test('rows find what has come by their time, however the sources are read', () =>
  forRandom(random => {
    const rows = { a: makeRows(random), b: makeRows(random), c: makeRows(random) };
    for (const plan of PLANS) {
      const expected = resultOf(plan, rows, () => 1);
      expect(expected).toHaveLength(rows.a.length);
      expect(resultOf(plan, rows, () => 1 + random.below(random.chance(0.3) ? 100 : 5))).toEqual(expected);
    }
  }));
