import { aggregateOf } from '../functions/aggregate/registry.js';
import { planChildren } from './children.js';
import type { PlanKind, PlanNode } from './plan.js';
import type { Relation } from './relation.js';

/** Nodes that keep a table of one row a key or group: its rows are few beside those that they are made of. */
const TABLES: ReadonlySet<PlanKind> = new Set(['aggregate', 'upsert', 'deduplicate', 'topN', 'orderBook']);

/**
 * The part of a plan that can run as a query of its own, whose table the rest goes on from: the highest node below the root that keeps a changing
 * table. Null where the rest needs more than the rows of that table, e.g. their order, or when they came.
 */
export function partOf(root: PlanNode, relations: ReadonlyMap<PlanNode, Relation>): PlanNode | null {
  let node = root;
  while (needsRowsAlone(node, relations)) {
    [node] = planChildren(node);
    if (relations.get(node)?.mode === 'retract' && TABLES.has(node.kind)) return node;
  }
  return null;
}

/** Whether what a node puts out hangs on nothing but the rows that its input holds. */
function needsRowsAlone(node: PlanNode, relations: ReadonlyMap<PlanNode, Relation>): boolean {
  switch (node.kind) {
    case 'filter':
    case 'project':
    case 'unpivot':
      return true;
    case 'distinct':
    case 'topN':
      // Of rows with event time it is told how far the watermark was when they came.
      return relations.get(node.input)?.time === null;
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
