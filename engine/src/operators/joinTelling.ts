import { RowKind } from '../columns/batch.js';
import type { JoinOutput } from './joinOutput.js';
import type { JoinSide } from './joinSide.js';

type Sides = readonly [JoinSide, JoinSide];

/** Tells what the changes of one side change of the pairs of rows that meet, and of the rows that meet none. */
export function tellPairs(port: number, sides: Sides, out: JoinOutput): void {
  new PairTeller(port, sides, out).tell();
}

class PairTeller {
  readonly #own: JoinSide;
  readonly #other: JoinSide;
  /** Whether rows of the other side take the place of those with NULLs, one for one. */
  readonly #trades: boolean;

  constructor(
    private readonly port: number,
    sides: Sides,
    private readonly out: JoinOutput,
  ) {
    this.#own = sides[port];
    this.#other = sides[1 - port];
    this.#trades = this.#other.plan.preserved && this.#own.unique;
  }

  tell(): void {
    const own = this.#own;
    const counts = this.#other.plan.preserved && !this.#trades;
    // What is taken back comes first: rows may have the same key.
    if (counts) this.#tellAlone(true);
    const { before, after, copiesBefore, copiesAfter, keyOf } = own;
    for (let at = 0; at < own.changes; at++) {
      const [old, now] = [before[at], after[at]];
      if (old === 0 && now !== 0) this.#one(now, RowKind.Insert, copiesAfter[at]);
      else if (old === now) {
        const more = copiesAfter[at] - copiesBefore[at];
        if (now !== 0 && more !== 0)
          this.#one(now, more > 0 ? RowKind.Insert : RowKind.Delete, Math.abs(more));
      } else if (now !== 0 && keyOf[old] === keyOf[now]) this.#replace(old, now);
      else {
        this.#one(old, RowKind.Delete, copiesBefore[at]);
        if (now !== 0) this.#one(now, RowKind.Insert, copiesAfter[at]);
      }
    }
    if (counts) this.#tellAlone(false);
  }

  /** A row that comes or goes, so many times. */
  #one(slot: number, kind: RowKind, times: number): void {
    const other = this.#other;
    const key = this.#own.keyOf[slot];
    if (key < 0 || other.size[key] === 0) {
      if (this.#own.plan.preserved) this.#push(slot, 0, kind, times);
      return;
    }
    const { next, copies } = other;
    const trades = this.#trades;
    for (let row = other.head[key]; row !== 0; row = next[row]) {
      const all = copies === null ? times : times * copies[row];
      if (!trades) this.#push(slot, row, kind, all);
      else if (kind === RowKind.Insert) this.#trade(0, slot, row, all);
      else this.#trade(slot, 0, row, all);
    }
  }

  /** A row takes the place of another of its key. */
  #replace(old: number, now: number): void {
    const other = this.#other;
    const key = this.#own.keyOf[now];
    if (key < 0 || other.size[key] === 0) {
      if (this.#own.plan.preserved) this.#trade(old, now, 0, 1);
      return;
    }
    const { next, copies } = other;
    for (let row = other.head[key]; row !== 0; row = next[row])
      this.#trade(old, now, row, copies === null ? 1 : copies[row]);
  }

  /** What a row of the other side was with, and is with now. */
  #trade(old: number, now: number, row: number, times: number): void {
    for (let k = 0; k < times; k++) {
      this.#push(old, row, RowKind.UpdateBefore, 1);
      this.#push(now, row, RowKind.UpdateAfter, 1);
    }
  }

  #push(slot: number, row: number, kind: RowKind, times: number): void {
    if (this.port === 0) this.out.push(slot, row, kind, times);
    else this.out.push(row, slot, kind, times);
  }

  /** Rows of the other side that now meet some, and so are taken back, or that meet none any more. */
  #tellAlone(met: boolean): void {
    const [own, other] = [this.#own, this.#other];
    for (let at = 0; at < own.keyChanges; at++) {
      const key = own.changedKeys[at];
      const [before, after] = [own.sizeBefore[at], own.size[key]];
      if (met ? before > 0 || after === 0 : before === 0 || after > 0) continue;
      const kind = met ? RowKind.Delete : RowKind.Insert;
      for (let row = other.head[key]; row !== 0; row = other.next[row])
        this.#push(0, row, kind, other.copies?.[row] ?? 1);
    }
  }
}

/** Tells what the changes of one side change of the left rows that meet any (`semi`) or none (`anti`). */
export function tellLeft(port: number, [left, right]: Sides, out: JoinOutput, how: 'semi' | 'anti'): void {
  const wanted = how === 'semi';
  if (port === 1) {
    for (let at = 0; at < right.keyChanges; at++) {
      const key = right.changedKeys[at];
      const meets = right.size[key] > 0;
      if (meets === right.sizeBefore[at] > 0) continue;
      const kind = meets === wanted ? RowKind.Insert : RowKind.Delete;
      for (let row = left.head[key]; row !== 0; row = left.next[row])
        out.push(row, 0, kind, left.copies?.[row] ?? 1);
    }
    return;
  }
  const isShown = (slot: number): boolean =>
    slot !== 0 && (left.keyOf[slot] >= 0 && right.size[left.keyOf[slot]] > 0) === wanted;
  for (let at = 0; at < left.changes; at++)
    tellLeftChange(left, at, isShown(left.before[at]), isShown(left.after[at]), out);
}

/** Tells one change of the left side, whose row was shown before and is now. */
export function tellLeftChange(left: JoinSide, at: number, was: boolean, is: boolean, out: JoinOutput): void {
  const [old, now] = [left.before[at], left.after[at]];
  const [copiesBefore, copiesAfter] = [left.copiesBefore[at], left.copiesAfter[at]];
  if (old === now) {
    const more = copiesAfter - copiesBefore;
    if (is && more !== 0) out.push(now, 0, more > 0 ? RowKind.Insert : RowKind.Delete, Math.abs(more));
  } else if (was && is) {
    out.push(old, 0, RowKind.UpdateBefore, 1);
    out.push(now, 0, RowKind.UpdateAfter, 1);
  } else if (was) out.push(old, 0, RowKind.Delete, copiesBefore);
  else if (is) out.push(now, 0, RowKind.Insert, copiesAfter);
}
