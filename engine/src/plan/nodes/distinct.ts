import type { PlanNode } from '../plan.js';

/** Each combination of the columns' values once, as it first comes; null: of all columns. */
export interface DistinctNode {
  readonly kind: 'distinct';
  readonly input: PlanNode;
  readonly columns: readonly string[] | null;
}
