import { expect, it } from 'vitest';
import { FLOAT64, timestampType } from '../columns/types.js';
import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { rollingNode, sourceNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { planPhysical } from './planner.js';

const FIELDS = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const source = sourceNode({
  name: 'trades',
  connector: 'file',
  options: {},
  fields: FIELDS,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
  clocked: true,
});
const shifted = (fn: 'lag' | 'lead', input: PlanNode) => {
  const call = {
    fn,
    args: [{ kind: 'column' as const, name: 'price' }],
    where: null,
    distinct: false,
    options: {},
  };
  return rollingNode({ input, keys: [], frame: null, columns: [{ name: fn, over: 'row', call }] });
};

it('puts rows in order again that waited for others and come one by one', () => {
  const operators = (plan: PlanNode) =>
    planPhysical(
      plan,
      bindPlan(plan, each => sourceRelationOf(each, FIELDS)),
    ).operators.map(({ op }) => op);
  expect(operators(shifted('lead', shifted('lag', source)))).toEqual(['reorder', 'rolling', 'lead']);
  // Those of one time are not together any more.
  expect(operators(shifted('lag', shifted('lead', source)))).toEqual([
    'reorder',
    'lead',
    'reorder',
    'rolling',
  ]);
});
