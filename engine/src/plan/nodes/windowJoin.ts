import type { AggregateCall } from '../../expr/ast.js';
import type { JoinKey } from '../joined.js';
import type { PlanNode } from '../plan.js';

/**
 * Each row of the first input with aggregates of the rows of the second one that have its key and lie around it in event time: within
 * [time + lowUs, time + highUs], both ends included.
 */
export interface WindowJoinNode {
  readonly kind: 'windowJoin';
  readonly inputs: readonly [PlanNode, PlanNode];
  readonly keys: readonly JoinKey[];
  readonly lowUs: number;
  readonly highUs: number;
  /** Whether the last row before the window's beginning is of it, where none lies there: kdb+'s wj; without, its wj1. */
  readonly prevailing: boolean;
  readonly columns: readonly { readonly name: string; readonly call: AggregateCall }[];
}
