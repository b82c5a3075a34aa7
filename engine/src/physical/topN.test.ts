import { expect, it } from 'vitest';
import { FLOAT64, timestampType } from '../columns/types.js';
import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { aggregateNode, sourceNode, topNNode } from '../plan/build.js';
import { planPhysical } from './planner.js';

const FIELDS = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const windows = aggregateNode({
  input: sourceNode({
    name: 'trades',
    connector: 'file',
    options: {},
    fields: FIELDS,
    time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
    clocked: true,
  }),
  keys: ['price'],
  window: { type: 'tumble', parameters: { sizeUs: 10 } },
  allowedLatenessUs: 5,
  columns: [],
});
const ranked = (input: typeof windows | ReturnType<typeof topNNode>, within: readonly string[]) =>
  topNNode({ input, rows: 2, order: [], within, rowNumber: null });

it('takes rows of a window for settled only where windows are ranked by themselves', () => {
  const among = ranked(windows, []);
  const above = (plan: ReturnType<typeof topNNode>) => {
    const physical = planPhysical(
      plan,
      bindPlan(plan, source => sourceRelationOf(source, FIELDS)),
    );
    const last = physical.operators.at(-1)!;
    return { forgets: last.op === 'topN' ? last.changesForUs : null, window: physical.table.window };
  };
  expect(above(ranked(windows, ['windowEnd']))).toMatchObject({ forgets: 5, window: { end: 'windowEnd' } });
  expect(above(ranked(windows, ['windowStart']))).toEqual({ forgets: null, window: null });
  // A row of a closed window may still leave the first ones of all windows, when a later one comes before it.
  expect(above(ranked(among, ['windowEnd']))).toEqual({ forgets: null, window: null });
});
