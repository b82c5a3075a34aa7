import { planHash } from './hash.js';
import { planNodes } from './children.js';
import type { PlanNode } from './plan.js';

/** The line of the user's code that made each node: beside the plan, so that equal plans stay equal. */
const origins = new WeakMap<PlanNode, string>();

/** Remembers the stack line that made a node. */
export function rememberOrigin(node: PlanNode, origin: string | null): void {
  if (origin !== null) origins.set(node, origin);
}

/** The stack line that made a node, or null. */
export function originOf(node: PlanNode): string | null {
  return origins.get(node) ?? null;
}

/** The origin of the node with a content hash in a plan, or of the nearest node above it; null where none is known. */
export function originInPlan(root: PlanNode, hash: string): string | null {
  const nodes = planNodes(root);
  const at = nodes.findIndex(node => planHash(node) === hash);
  if (at === -1) return null;
  for (const node of nodes.slice(at)) {
    const origin = originOf(node);
    if (origin !== null) return origin;
  }
  return null;
}
