import { cacheNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import { made } from './origin.js';

/** The plan of rows that are kept, which is asked for at once. What goes wrong is told to whoever reads them. */
export function cachedPlan(plan: PlanNode, over: 'now' | 'table'): PlanNode {
  const node = plan.kind === 'cache' ? plan : made(cacheNode({ input: plan }));
  ask({ type: 'cache', plan: node.input, owner: currentOwner(), over }).catch(() => undefined);
  return node;
}

/** Gives up what is kept of a plan. */
export async function uncachePlan(plan: PlanNode): Promise<void> {
  await ask({ type: 'uncache', plan: plan.kind === 'cache' ? plan.input : plan });
}
