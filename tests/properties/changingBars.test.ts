import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { barsOf, byNumber, makeBars } from './barWindows.js';
import type { Unit } from './changingHistories.js';
import { testChangingRowWindows } from './changingRowWindows.js';
import type { HistoryRow } from './histories.js';
import type { ResultRow } from './reference.js';

/** The bars of the rows that are left: what the watermark has passed by a tick and the lateness neither comes nor goes. */
function reference(node: AggregateNode, units: readonly Unit[]): ResultRow[] {
  let left: HistoryRow[] = [];
  let mark = -Infinity;
  for (const { kind, row, of } of units.flat()) {
    if (row.time !== null) {
      const isCertain = Number(row.time) + 1 + node.allowedLatenessUs <= mark;
      if (!isCertain && (kind & 1) === 1) left = left.filter(each => each !== of);
      else if (!isCertain) left.push(of);
    }
    mark = Math.max(mark, row.mark);
  }
  return barsOf(node, left);
}

testChangingRowWindows({
  title: 'bars',
  makeNode: makeBars,
  reference,
  keyFirst: byNumber,
  compared: node => node.keys.length + 1,
  punctual: false,
  ordered: true,
});
