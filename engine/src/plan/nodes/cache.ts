import type { PlanNode } from '../plan.js';

/**
 * The rows of its input, which may be kept since somebody asked for that: then they are not computed again. Over a bounded table they are what
 * there is in the end, and do not change; over one that is kept current (`now`) they are as they are.
 */
export interface CacheNode {
  readonly kind: 'cache';
  readonly input: PlanNode;
  readonly over: 'now' | 'table';
}
