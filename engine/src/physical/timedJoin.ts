import type { TimeUnit } from '../columns/types.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import { timeOf } from '../plan/timedJoin.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

/** Where the rows of one side of a join come from. */
export interface JoinSide {
  readonly at: PhysicalInput;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
}

type Time = { readonly column: string; readonly unit: TimeUnit };

/** Both sides of a join, put in event order where they do not come so, and their times. */
export function inEventOrder(
  nodes: readonly PlanNode[],
  relations: readonly Relation[],
  sides: readonly JoinSide[],
  add: (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput,
): { readonly inputs: readonly PhysicalInput[]; readonly times: readonly Time[] } {
  const times = relations.map(relation => timeOf(relation)!);
  const inputs = sides.map(({ at, sequence }, side) => {
    if (comesInOrder(nodes[side])) return at;
    const { schema } = relations[side];
    return add({ op: 'reorder', input: schema, output: schema, time: times[side], sequence }, at);
  });
  return { inputs, times };
}
