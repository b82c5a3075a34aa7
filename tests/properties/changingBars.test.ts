import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { barsOf, byNumber, makeBars } from './barWindows.js';
import type { Unit } from './changingHistories.js';
import { testChangingRowWindows } from './changingRowWindows.js';
import type { HistoryRow } from './histories.js';

/** The bars of the rows that are left: what the watermark has passed by a tick and the lateness neither comes nor goes. */
function reference(node: AggregateNode, units: readonly Unit[]) {
  let left: HistoryRow[] = [];
  const late: Unit[] = [];
  let mark = -Infinity;
  for (const { kind, row, of } of units.flat()) {
    if (row.time !== null) {
      if (Number(row.time) + 1 + node.allowedLatenessUs <= mark) late.push([{ kind, row, of }]);
      else if ((kind & 1) === 1) left = left.filter(each => each !== of);
      else left.push(of);
    }
    mark = Math.max(mark, row.mark);
  }
  return { rows: barsOf(node, left), late };
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
