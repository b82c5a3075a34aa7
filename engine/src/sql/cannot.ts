import type { PlanNode } from '../plan/plan.js';

/** Something of a plan that another system cannot say: at which node, and why. */
export interface Cannot {
  readonly node: PlanNode;
  readonly why: string;
}
