import { aggregateOf } from '../functions/aggregate/registry.js';
import { canonicalJson } from './hash.js';
import type { AggregateNode } from './nodes/aggregate.js';
import type { FillSpec, FillValue } from '../windows/emission.js';

/** What stands in the rows of empty windows, and where each aggregate's value comes from. */
export interface PhysicalFill extends FillSpec {
  readonly values: readonly FillValue[];
}

/** Functions that of one value give that value: in an empty window they stay at the last value, where `last` of it is asked for, too. */
const STAYS_AT_LAST = new Set(['first', 'min', 'max', 'avg', 'median']);

/** How the empty windows of an aggregate node are filled; null: they have no rows. */
export function planFill(node: AggregateNode): PhysicalFill | null {
  const { fill, columns } = node;
  if (fill === undefined) return null;
  const lasts = new Map(
    columns.flatMap(({ call }, at) =>
      call.fn === 'last' ? [[canonicalJson([call.args, call.where]), at]] : [],
    ),
  );
  const values = columns.map(({ call }, at): FillValue => {
    const { adds } = aggregateOf(call.fn);
    if (adds === 'count') return 'zero';
    if (fill.by === 'null') return 'null';
    if (adds === 'sum') return 'zero';
    const last = STAYS_AT_LAST.has(call.fn) ? lasts.get(canonicalJson([call.args, call.where])) : undefined;
    return last ?? at;
  });
  return { ...fill, values };
}
