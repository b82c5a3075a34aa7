import type { PlanNode } from '../plan.js';

/**
 * The rows of several inputs, one after the other as they arrive; equal rows stay as many as they are. Columns are brought together by
 * name: all inputs have the same ones, and the first says their order.
 */
export interface UnionAllNode {
  readonly kind: 'unionAll';
  readonly inputs: readonly PlanNode[];
}
