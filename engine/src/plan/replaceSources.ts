import { planChildren, planNodes } from './children.js';
import type { SourceNode } from './nodes/source.js';
import type { PlanNode } from './plan.js';

/** A node over other inputs; itself where they are the same. */
export function withInputs(node: PlanNode, inputs: readonly PlanNode[]): PlanNode {
  if (planChildren(node).every((child, k) => child === inputs[k])) return node;
  return Object.freeze('inputs' in node ? { ...node, inputs } : { ...node, input: inputs[0] }) as PlanNode;
}

/** A plan over other sources: `replace` gives what stands for each; the same plan where it gives each back. */
export function replaceSources(plan: PlanNode, replace: (source: SourceNode) => PlanNode): PlanNode {
  const known = new Map<PlanNode, PlanNode>();
  for (const node of planNodes(plan)) {
    const children = planChildren(node).map(child => known.get(child)!);
    known.set(node, node.kind === 'source' ? replace(node) : withInputs(node, children));
  }
  return known.get(plan)!;
}
