import type { OriginStep, OriginWindow } from '@millrace/protocol';
import type { PlanNode } from './plan.js';
import type { Relation } from './relation.js';
import { microsecondsOf, type RowValues } from './rowOrigins.js';

/** What kind of step a node is to who reads where its rows come from. */
export function originStep(node: PlanNode): OriginStep {
  switch (node.kind) {
    case 'source':
    case 'rolling':
    case 'distinct':
    case 'topN':
    case 'windowJoin':
      return node.kind;
    case 'aggregate':
      return node.window === null ? 'group' : 'window';
    case 'join':
    case 'lookupJoin':
    case 'asOfJoin':
    case 'intervalJoin':
      return 'join';
    case 'unionAll':
    case 'followedBy':
      return 'union';
    case 'setOperation':
      return 'sets';
    case 'rank':
      return 'topN';
    case 'upsert':
    case 'deduplicate':
      return 'versions';
    default:
      return 'other';
  }
}

/** From when to when the rows of a node's row lie, in microseconds of event time; null where no window holds them. */
export function originWindow(
  node: PlanNode,
  row: RowValues,
  { schema, time }: Relation,
): Pick<OriginWindow, 'startUs' | 'endUs'> | null {
  if (node.kind === 'aggregate' && node.window !== null) {
    return {
      startUs: Number(microsecondsOf('windowStart', row, schema)),
      endUs: Number(microsecondsOf('windowEnd', row, schema)),
    };
  }
  if (node.kind !== 'windowJoin' || time === null || (row.get(time) ?? null) === null) return null;
  const at = Number(microsecondsOf(time, row, schema));
  return { startUs: at + node.lowUs, endUs: at + node.highUs };
}
