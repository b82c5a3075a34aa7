import { MOVING } from '../codegen/rollingShape.js';
import type { WindowJoinShape } from '../codegen/windowJoinShape.js';
import { INT64 } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { DEQUE_RULES } from '../functions/rolling/deque.js';
import type { PhysicalWindowJoin } from '../physical/windowJoin.js';
import { rollingShape } from './rollingPlan.js';

/** The argument that numbers right rows in their order, so that rows of one time are told apart. */
const ROW_NUMBER: BoundExpr = { kind: 'literal', type: INT64, value: '0', nullable: false };

/**
 * Lays out a window join as a frame of time: aggregates move with it, some of them by queues. Where one cannot take rows back, all are added
 * anew for each left row, since every row of the window is looked at anyway. A window may be empty, so every argument counts as nullable.
 */
export function windowJoinShape(physical: PhysicalWindowJoin): WindowJoinShape {
  const { lowUs, highUs, prevailing, columns, times } = physical;
  const recomputes = columns.some(({ fn, options }) => {
    const { retracts } = aggregateOf(fn);
    return !DEQUE_RULES.has(fn) && (typeof retracts === 'function' ? retracts(options) : retracts) !== true;
  });
  const numbered = columns.some(({ fn }) => aggregateOf(fn).ordered);
  const shape = rollingShape({
    keys: [],
    frame: { kind: 'range', us: highUs - lowUs },
    args: [...physical.args.map(arg => ({ ...arg, nullable: true })), ...(numbered ? [ROW_NUMBER] : [])],
    columns: recomputes ? columns.map(column => ({ ...column, over: 'start' as const })) : columns,
    time: times[1],
    sequence: numbered ? physical.args.length : null,
  });
  const bounds = { lowUs, highUs, prevailing };
  if (!recomputes) return { ...shape, bounds, recomputes };
  return {
    ...shape,
    bounds,
    recomputes,
    // Windows may be empty, as frames are that rows leave: their rows are counted.
    aggregates: shape.aggregates.map(aggregate => ({ ...aggregate, phase: MOVING })),
    roles: shape.roles.map(() => ({ kind: 'moving' as const })),
  };
}
