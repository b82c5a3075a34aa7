import type { PlanNode } from '../plan.js';

/** The rows of its input, which may be kept since somebody asked for that: then they are not computed again. */
export interface CacheNode {
  readonly kind: 'cache';
  readonly input: PlanNode;
}
