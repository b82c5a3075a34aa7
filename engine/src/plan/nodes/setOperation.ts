import type { PlanNode } from '../plan.js';

/**
 * Rows of the first input that the second one has as well (`intersect`), or has not (`except`), by the values of all columns, NULL being equal to
 * NULL. Columns are brought together by name.
 */
export interface SetOperationNode {
  readonly kind: 'setOperation';
  readonly inputs: readonly [PlanNode, PlanNode];
  readonly keeps: 'intersect' | 'except';
  /** Whether equal rows count: as often as on the side that has fewer, or so often more than on the second. Else each comes once. */
  readonly all: boolean;
  /** Whether both inputs come to an end, so that rows come once, then. */
  readonly bounded: boolean;
}
