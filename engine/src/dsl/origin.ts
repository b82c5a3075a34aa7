import { rememberOrigin } from '../plan/origin.js';
import type { PlanNode } from '../plan/plan.js';

/** Where this package's own files are: frames from there are not the user's. Empty in a bundled script, which has no address. */
const HERE = ((import.meta as { readonly url?: string }).url ?? '').replace(/dsl\/origin\.[jt]s.*$/, '');

/** The first line of the stack that is outside this package, e.g. `at Cell [3]:4:12`, or null. */
export function callerLine(stack = new Error().stack ?? ''): string | null {
  if (HERE === '') return null;
  const path = HERE.replace(/^file:\/\//, '');
  const line = stack
    .split('\n')
    .slice(1)
    .find(
      frame =>
        frame.trim() !== '' &&
        !frame.includes(HERE) &&
        !frame.includes(path) &&
        !frame.includes('<anonymous>'),
    );
  return line?.trim() ?? null;
}

/** Remembers, beside the plan, the user's line that made a node. */
export function made<Node extends PlanNode>(node: Node): Node {
  rememberOrigin(node, callerLine());
  return node;
}
