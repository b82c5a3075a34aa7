import type { PlanNode } from '../plan.js';

/** The windows of an updating table, each once, when it can no longer change: an append-only stream. */
export interface FinalNode {
  readonly kind: 'final';
  readonly input: PlanNode;
}
