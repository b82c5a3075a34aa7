import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { barsOf, byNumber, makeBars } from './barWindows.js';
import type { HistoryRow } from './histories.js';
import { testRowWindows } from './rowWindows.js';

/** The bars of what has arrived and is not late. */
function reference(node: AggregateNode, arrived: readonly HistoryRow[]) {
  const late: HistoryRow[] = [];
  const rows: HistoryRow[] = [];
  let mark = -Infinity;
  for (const row of arrived) {
    if (row.time !== null) (Number(row.time) + 1 + node.allowedLatenessUs <= mark ? late : rows).push(row);
    mark = Math.max(mark, row.mark);
  }
  return { rows: barsOf(node, rows), late };
}

testRowWindows({
  title: 'bars',
  makeNode: makeBars,
  reference,
  keyFirst: byNumber,
  compared: node => node.keys.length + 1,
  isSettled(node, row, mark) {
    // Rows of a negative value open a bar again that was told as complete; between two tellings nobody hears of it (decision 0014).
    if (node.window?.type === 'dollarBars') return false;
    const at = node.keys.length;
    return row[at + 4] === true && Number(row[at + 2]) + node.allowedLatenessUs <= mark;
  },
  // What the end leaves incomplete comes after its time.
  isOnTime: (node, row) => row[node.keys.length + 4] === true,
  endsQuietly: false,
});
