import { aggregateOf } from '../functions/aggregate/registry.js';
import { planChildren } from './children.js';
import type { PlanKind, PlanNode } from './plan.js';
import type { Relation } from './relation.js';

/** Nodes that hold nothing: each of their rows is made of one row. */
const STATELESS: ReadonlySet<PlanKind> = new Set(['filter', 'project', 'unpivot', 'unionAll', 'keep']);

/**
 * The part of a plan that can run as a query of its own, whose table the rest goes on from: the highest node below the root that keeps a changing
 * table. Null where the rest needs more than the rows of that table, e.g. their order, or when they came.
 */
export function partOf(root: PlanNode, relations: ReadonlyMap<PlanNode, Relation>): PlanNode | null {
  let node = root;
  while (needsRowsAlone(node)) {
    [node] = planChildren(node);
    if (relations.get(node)?.mode === 'retract' && !STATELESS.has(node.kind)) return node;
  }
  return null;
}

/** Whether what a node puts out hangs on nothing but the rows that its input holds. */
function needsRowsAlone(node: PlanNode): boolean {
  switch (node.kind) {
    case 'filter':
    case 'project':
    case 'unpivot':
    case 'distinct':
    case 'topN':
      return true;
    case 'aggregate':
      return (
        node.window === null &&
        node.ttlUs === undefined &&
        node.columns.every(({ call }) => !aggregateOf(call.fn).ordered)
      );
    default:
      return false;
  }
}
