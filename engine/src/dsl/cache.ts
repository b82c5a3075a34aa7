import { cacheNode } from '../plan/build.js';
import type { CacheNode } from '../plan/nodes/cache.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import { made } from './origin.js';

/** The plan of rows that are kept, which is asked for at once. What goes wrong is told to whoever reads them. */
export function cachedPlan(plan: PlanNode, over: CacheNode['over']): PlanNode {
  const node = cacheOf(plan, over);
  ask({ type: 'cache', plan: node, owner: currentOwner() }).catch(() => undefined);
  return node;
}

/** Gives up what is kept of a plan. */
export async function uncachePlan(plan: PlanNode, over: CacheNode['over']): Promise<void> {
  await ask({ type: 'uncache', plan: cacheOf(plan, over) });
}

function cacheOf(plan: PlanNode, over: CacheNode['over']): CacheNode {
  return plan.kind === 'cache' ? plan : made(cacheNode({ input: plan, over }));
}
