import { RowKind } from '../columns/batch.js';
import { END_OF_TIME, START_OF_TIME } from '../columns/time.js';
import type { PhysicalJoin } from '../physical/join.js';
import { PAIRS_AT_ONCE, type JoinCondition } from './joinCondition.js';
import type { JoinOutput } from './joinOutput.js';
import type { JoinSide } from './joinSide.js';
import type { Emitter } from './operator.js';

/**
 * Puts out what a join has of the left rows that there are, once all right ones have come: for each, in the order in which they came, the right ones that
 * it meets; and at the `end` of both inputs right rows that meet none, where they are wanted.
 */
export function emitFinal(
  how: PhysicalJoin['how'],
  [left, right]: readonly [JoinSide, JoinSide],
  condition: JoinCondition | null,
  rows: JoinOutput,
  out: Emitter,
  end: boolean,
): void {
  const ofLeft = how === 'semi' || how === 'anti';
  const alone = how === 'left' || how === 'full' || how === 'anti';
  const met = right.plan.preserved ? new Uint8Array(right.store.used) : null;
  const flush = (): void => {
    if (rows.count >= PAIRS_AT_ONCE) rows.emit(START_OF_TIME, START_OF_TIME, out);
  };
  /** Puts out one left row; returns where the pairs of the next one begin. */
  const put = (slot: number, pair: number): number => {
    const copies = left.copies?.[slot] ?? 1;
    const key = left.keyOf[slot];
    let found = 0;
    let k = pair;
    if (key >= 0 && ofLeft && condition === null) found = right.size[key];
    else if (key >= 0) {
      for (let row = right.head[key]; row !== 0; row = right.next[row]) {
        if (condition !== null && condition.meets[k++] === 0) continue;
        found++;
        if (met !== null) met[row] = 1;
        if (!ofLeft) rows.push(slot, row, RowKind.Insert, copies * (right.copies?.[row] ?? 1));
      }
    }
    const wanted = how === 'semi' ? found > 0 : alone && found === 0;
    if (wanted) rows.push(slot, 0, RowKind.Insert, copies);
    flush();
    return k;
  };
  const { used } = left.store;
  for (let slot = 1; slot < used;) {
    const from = slot;
    let pairs = 0;
    for (; slot < used && pairs < PAIRS_AT_ONCE; slot++) {
      if (condition !== null && left.isLive(slot)) pairs += condition.add(0, slot, left, right);
      else if (condition === null) pairs++;
    }
    condition?.evaluate();
    let pair = 0;
    for (let k = from; k < slot; k++) if (left.isLive(k)) pair = put(k, pair);
  }
  if (met !== null) {
    for (let slot = 1; slot < right.store.used; slot++) {
      if (!right.isLive(slot) || met[slot] === 1) continue;
      rows.push(0, slot, RowKind.Insert, right.copies?.[slot] ?? 1);
      flush();
    }
  }
  rows.emit(START_OF_TIME, end ? END_OF_TIME : START_OF_TIME, out);
}
