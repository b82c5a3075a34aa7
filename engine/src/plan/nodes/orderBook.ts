import type { PlanNode } from '../plan.js';

/**
 * The best levels of the order books that rows of changes make: a snapshot is a new book, changes set the sizes of prices, and behind a gap or a
 * disconnect nothing is taken until the next snapshot.
 */
export interface OrderBookNode {
  readonly kind: 'orderBook';
  readonly input: PlanNode;
  /** How many levels of each side. */
  readonly depth: number;
}
