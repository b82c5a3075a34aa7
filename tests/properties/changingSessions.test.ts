import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { Unit } from './changingHistories.js';
import { testChangingRowWindows } from './changingRowWindows.js';
import { someCalls, SOURCE, type HistoryRow } from './histories.js';
import type { Random } from './random.js';
import { keyText, valueOf, type ResultRow } from './reference.js';
import { keysOf } from './rowWindows.js';

/** Sessions by random keys. */
const makeNode = (random: Random): AggregateNode => ({
  kind: 'aggregate',
  input: SOURCE,
  keys: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
  window: { type: 'session', parameters: { gapUs: 1 + random.below(12) } },
  allowedLatenessUs: random.pick([0, 0, 7, 30]),
  columns: someCalls(random, 3),
});

/** The sessions of rows: each goes on with the one before it, where that is not more than the gap away. */
function sessionsOf(node: AggregateNode, gap: number, rows: readonly HistoryRow[]): HistoryRow[][] {
  const latest = new Map<string, HistoryRow[]>();
  const sessions: HistoryRow[][] = [];
  for (const row of [...rows].sort((a, b) => Number(a.time) - Number(b.time))) {
    const key = keyText(keysOf(node, row));
    const session = latest.get(key);
    if (session !== undefined && Number(row.time) - Number(session.at(-1)!.time) <= gap) session.push(row);
    else {
      sessions.push([row]);
      latest.set(key, sessions.at(-1)!);
    }
  }
  return sessions;
}

/**
 * Sessions are those of the rows that are left. What the watermark has passed by the gap, a tick and the lateness neither comes nor goes; and a session
 * whose last row is so is final as soon as the watermark moves.
 */
function reference(node: AggregateNode, units: readonly Unit[]): ResultRow[] {
  const gap = Number(node.window!.parameters.gapUs);
  let left: HistoryRow[] = [];
  const final: HistoryRow[][] = [];
  let mark = -Infinity;
  const isCertain = (row: HistoryRow): boolean => Number(row.time) + gap + 1 + node.allowedLatenessUs <= mark;
  for (const unit of units) {
    const before = mark;
    for (const { kind, row, of } of unit) {
      if (row.time !== null && !isCertain(row)) {
        if ((kind & 1) === 1) left = left.filter(each => each !== of);
        else left.push(of);
      }
      mark = Math.max(mark, row.mark);
    }
    if (mark === before) continue;
    for (const session of sessionsOf(node, gap, left)) {
      if (!isCertain(session.at(-1)!)) continue;
      final.push(session);
      left = left.filter(row => !session.includes(row));
    }
  }
  return [...final, ...sessionsOf(node, gap, left)].map((session): ResultRow => {
    const end = BigInt(Number(session.at(-1)!.time) + gap);
    const values = node.columns.map(({ call }) => valueOf(call, session, end, true));
    return [...keysOf(node, session[0]), session[0].time, end, end - 1n, ...values];
  });
}

testChangingRowWindows({
  title: 'sessions',
  makeNode,
  reference,
  keyFirst(node, row) {
    const at = node.keys.length;
    return [...row.slice(0, at), row[at + 1], row[at], ...row.slice(at + 2)];
  },
  compared: node => node.keys.length + 3,
  punctual: true,
  ordered: false,
});
