import type { SourceNode } from './nodes/source.js';
import type { PlanNode } from './plan.js';

/** The inputs of a node. */
export function planChildren(node: PlanNode): readonly PlanNode[] {
  if (node.kind === 'source') return [];
  return 'inputs' in node ? node.inputs : [node.input];
}

/** Every node of a plan, inputs before what reads them; a node that is there twice comes once. */
export function planNodes(root: PlanNode): PlanNode[] {
  const found = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (found.has(node)) return;
    for (const child of planChildren(node)) visit(child);
    found.add(node);
  };
  visit(root);
  return [...found];
}

/** The sources of a plan, in the order in which they are named. */
export function planSources(root: PlanNode): SourceNode[] {
  return planNodes(root).filter(node => node.kind === 'source');
}
