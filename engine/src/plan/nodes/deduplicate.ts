import type { PlanNode } from '../plan.js';
import type { SortKey } from './topN.js';

/** One row of each key: the first or the last in an order. */
export interface DeduplicateNode {
  readonly kind: 'deduplicate';
  readonly input: PlanNode;
  readonly by: readonly string[];
  readonly keep: 'first' | 'last';
  /** Null: event order; rows without event time go by arrival. */
  readonly order: readonly SortKey[] | null;
}
