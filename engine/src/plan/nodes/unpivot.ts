import type { PlanNode } from '../plan.js';

/**
 * Several columns as rows: for each row and each of the columns a row with the column's name and its value, beside the other columns. The values have the
 * type that all of the columns can be brought to.
 */
export interface UnpivotNode {
  readonly kind: 'unpivot';
  readonly input: PlanNode;
  readonly columns: readonly string[];
  readonly name: string;
  readonly value: string;
}
