import type { JoinColumns } from '../joined.js';
import type { PlanNode } from '../plan.js';

/** Each row of the first input with the rows that the second one has of its key when it comes. What comes later changes nothing of it. */
export interface LookupJoinNode extends JoinColumns {
  readonly kind: 'lookupJoin';
  readonly inputs: readonly [PlanNode, PlanNode];
  /** `left`: rows that meet none come with NULLs. */
  readonly how: 'left' | 'inner';
  /** Whether rows wait until the second input, which comes to an end, has been read whole. */
  readonly waits: boolean;
}
