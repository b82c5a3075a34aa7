import type { PlanNode } from '../plan.js';

/** Every change of a table as a row that only comes: what it does to the table, in a first column, and the table's columns. */
export interface ChangesNode {
  readonly kind: 'changes';
  readonly input: PlanNode;
  /** The name of the column of row kinds. */
  readonly column: string;
}
