import type { PlanNode } from '../plan.js';
import type { SortKey } from './topN.js';

/**
 * The rows of a bounded input in the order of expressions, the first one first; NULLs come last in both directions, NaN is the greatest number,
 * and rows that are equal in all of them keep their order. Then the rows from `offset` on, at most `limit` of them (null: all).
 */
export interface SortNode {
  readonly kind: 'sort';
  readonly input: PlanNode;
  readonly by: readonly SortKey[];
  readonly offset: number;
  readonly limit: number | null;
  /** Of a table that changes: its rows are in this order wherever they are looked at, and go on as they are. */
  readonly live?: boolean;
}
