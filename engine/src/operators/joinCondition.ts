import { RowKind } from '../columns/batch.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalJoin } from '../physical/join.js';
import { PairColumns, type JoinOutput } from './joinOutput.js';
import type { JoinSide } from './joinSide.js';
import { tellLeftChange } from './joinTelling.js';
import type { SlotStore } from './slotStore.js';
import { grown } from './valueIds.js';

type Sides = readonly [JoinSide, JoinSide];

/** So many pairs are looked at together, or those of one row. */
export const PAIRS_AT_ONCE = 1 << 15;

/**
 * Pairs of rows of one key that are looked at together, with a condition that says which of them meet; and what changes of a side mean
 * for the result where rows count those that they meet.
 */
export class JoinCondition {
  count = 0;
  #left = new Int32Array(1024);
  #right = new Int32Array(1024);
  /** Which pairs meet, after `evaluate`. */
  meets = new Uint8Array(1024);
  readonly #columns: PairColumns;
  readonly #kernel: ColumnKernel;
  /** The rows of the other side whose matches have changed, and how many they had. */
  #touched = new Int32Array(16);
  #matchesBefore = new Int32Array(16);
  #touches = 0;
  #stamps = new Int32Array(16);
  #stamp = 0;

  constructor(
    { expr, schema, columns }: NonNullable<PhysicalJoin['condition']>,
    stores: readonly [SlotStore, SlotStore],
  ) {
    this.#columns = new PairColumns(columns, stores);
    this.#kernel = compileColumn(expr, schema);
  }

  /** Adds the pairs of a row with those of the other side that have its key; how many they are. */
  add(port: number, slot: number, own: JoinSide, other: JoinSide): number {
    const key = own.keyOf[slot];
    if (slot === 0 || key < 0) return 0;
    const more = other.size[key];
    if (this.count + more > this.#left.length) {
      this.#left = grown(this.#left, this.count + more);
      this.#right = grown(this.#right, this.count + more);
    }
    const [mine, theirs] = port === 0 ? [this.#left, this.#right] : [this.#right, this.#left];
    for (let row = other.head[key]; row !== 0; row = other.next[row]) {
      mine[this.count] = slot;
      theirs[this.count++] = row;
    }
    return more;
  }

  /** Finds out which of the pairs meet, and begins anew. */
  evaluate(): void {
    const { count } = this;
    this.count = 0;
    if (count === 0) return;
    if (this.meets.length < count) this.meets = new Uint8Array(this.#left.length);
    const columns = this.#columns.gather(this.#left, this.#right, count);
    const { data, valid } = this.#kernel.run({ columns, length: count });
    for (let k = 0; k < count; k++) this.meets[k] = valid === null || valid[k] === 1 ? Number(data[k]) : 0;
  }

  /** Tells what the changes of one side change of the result: of pairs, or of the left rows that meet any or none (`ofLeft`). */
  tell(port: number, sides: Sides, out: JoinOutput, ofLeft: 'semi' | 'anti' | null): void {
    const [own, other] = [sides[port], sides[1 - port]];
    this.#begin(other);
    const knows = ofLeft !== null && port === 0;
    for (let at = 0; at < own.changes;) {
      const from = at;
      for (; at < own.changes && this.count < PAIRS_AT_ONCE; at++) {
        const [old, now] = [own.before[at], own.after[at]];
        if (old !== now || ofLeft === null) {
          if (!knows) this.add(port, old, own, other);
          if (old !== now) this.add(port, now, own, other);
        }
      }
      this.evaluate();
      let pair = 0;
      for (let k = from; k < at; k++) {
        if (ofLeft === null) pair = this.#tellPairs(port, sides, k, pair, out);
        else if (port === 0) pair = this.#tellLeft(sides, k, pair, out, ofLeft === 'semi');
        else pair = this.#countLeft(sides, k, pair);
      }
    }
    if (ofLeft === null) this.#tellAlone(port, other, out);
    else if (port === 1) this.#tellMet(other, out, ofLeft === 'semi');
  }

  /** Gives up left rows that meet one, where that will never change. */
  dropMet(port: number, left: JoinSide): void {
    const { matches } = left;
    if (matches === null) return;
    const [slots, count] = port === 0 ? [left.after, left.changes] : [this.#touched, this.#touches];
    for (let k = 0; k < count; k++) {
      const slot = slots[k];
      if (left.isLive(slot) && matches[slot] > 0) left.drop(slot);
    }
  }

  /** How many of the pairs in [from, to) meet. */
  #met(from: number, to: number): number {
    let met = 0;
    for (let k = from; k < to; k++) met += this.meets[k];
    return met;
  }

  #begin(other: JoinSide): void {
    this.#touches = 0;
    this.#stamp++;
    const { used } = other.store;
    if (other.matches !== null && this.#stamps.length < used) this.#stamps = grown(this.#stamps, used);
  }

  /** A row of the other side meets one more, or one less. */
  #count(other: JoinSide, row: number, more: number): void {
    const { matches } = other;
    if (matches === null) return;
    if (this.#stamps[row] !== this.#stamp) {
      this.#stamps[row] = this.#stamp;
      if (this.#touches === this.#touched.length) {
        this.#touched = grown(this.#touched, this.#touches + 1);
        this.#matchesBefore = grown(this.#matchesBefore, this.#touches + 1);
      }
      this.#touched[this.#touches] = row;
      this.#matchesBefore[this.#touches++] = matches[row];
    }
    matches[row] += more;
  }

  #tellPairs(port: number, sides: Sides, at: number, pair: number, out: JoinOutput): number {
    const [own, other] = [sides[port], sides[1 - port]];
    const [old, now] = [own.before[at], own.after[at]];
    const [before, after] = [own.copiesBefore[at], own.copiesAfter[at]];
    const push = (slot: number, row: number, kind: RowKind, times: number): void => {
      if (port === 0) out.push(slot, row, kind, times);
      else out.push(row, slot, kind, times);
    };
    const pairs = (slot: number): number => {
      const key = own.keyOf[slot];
      return slot === 0 || key < 0 ? 0 : other.size[key];
    };
    if (old === now) {
      if (old === 0) return pair;
      const more = after - before;
      const kind = more > 0 ? RowKind.Insert : RowKind.Delete;
      const times = Math.abs(more);
      let met = 0;
      for (let row = firstOf(own, other, now); row !== 0; row = other.next[row]) {
        if (this.meets[pair++] === 0) continue;
        met++;
        push(now, row, kind, times * (other.copies?.[row] ?? 1));
      }
      if (met === 0 && own.plan.preserved) push(now, 0, kind, times);
      return pair;
    }
    const ofNow = pair + pairs(old);
    const end = ofNow + pairs(now);
    // Rows that take the place of others of their key go through the same list together.
    const together = old !== 0 && now !== 0 && own.keyOf[old] === own.keyOf[now];
    const gone = this.#met(pair, ofNow);
    const come = this.#met(ofNow, end);
    const replace = (row: number, was: boolean, is: boolean): void => {
      const copies = row === 0 ? 1 : (other.copies?.[row] ?? 1);
      if (was && is) {
        for (let k = 0; k < copies; k++) {
          push(old, row, RowKind.UpdateBefore, 1);
          push(now, row, RowKind.UpdateAfter, 1);
        }
      } else if (was) push(old, row, RowKind.Delete, copies * before);
      else if (is) push(now, row, RowKind.Insert, copies * after);
      if (row !== 0 && was !== is) this.#count(other, row, is ? 1 : -1);
    };
    const alone = own.plan.preserved;
    const [wasAlone, isAlone] = [alone && old !== 0 && gone === 0, alone && now !== 0 && come === 0];
    // What is taken back comes first: rows may have the same key.
    if (wasAlone && !(together && isAlone)) replace(0, true, false);
    let k = pair;
    if (together) {
      for (let row = firstOf(own, other, now); row !== 0; row = other.next[row], k++)
        replace(row, this.meets[k] === 1, this.meets[k + ofNow - pair] === 1);
    } else {
      for (let row = firstOf(own, other, old); row !== 0; row = other.next[row])
        replace(row, this.meets[k++] === 1, false);
      for (let row = firstOf(own, other, now); row !== 0; row = other.next[row])
        replace(row, false, this.meets[k++] === 1);
    }
    if (isAlone) replace(0, together && wasAlone, true);
    if (own.matches !== null && now !== 0) own.matches[now] = come;
    return end;
  }

  /** A change of the left side, where its rows that meet any or none are wanted. */
  #tellLeft([left, right]: Sides, at: number, pair: number, out: JoinOutput, wanted: boolean): number {
    const matches = left.matches!;
    const [old, now] = [left.before[at], left.after[at]];
    const was = old !== 0 && matches[old] > 0 === wanted;
    let k = pair;
    if (old !== now && now !== 0) {
      let met = 0;
      for (let row = firstOf(left, right, now); row !== 0; row = right.next[row]) met += this.meets[k++];
      matches[now] = met;
    }
    tellLeftChange(left, at, was, now !== 0 && matches[now] > 0 === wanted, out);
    return k;
  }

  /** A change of the right side: left rows meet more or less rows. */
  #countLeft([left, right]: Sides, at: number, pair: number): number {
    const [old, now] = [right.before[at], right.after[at]];
    if (old === now) return pair;
    let k = pair;
    for (const [slot, more] of [
      [old, -1],
      [now, 1],
    ]) {
      for (let row = firstOf(right, left, slot); row !== 0; row = left.next[row])
        if (this.meets[k++] === 1) this.#count(left, row, more);
    }
    return k;
  }

  /** Rows of the other side that now meet some are taken back, before all else; those that meet none any more come last. */
  #tellAlone(port: number, other: JoinSide, out: JoinOutput): void {
    const { matches } = other;
    if (matches === null) return;
    const tell = (met: boolean): void => {
      for (let k = 0; k < this.#touches; k++) {
        const row = this.#touched[k];
        const [before, after] = [this.#matchesBefore[k], matches[row]];
        if (met ? before > 0 || after === 0 : before === 0 || after > 0) continue;
        const [left, right] = port === 0 ? [0, row] : [row, 0];
        out.push(left, right, met ? RowKind.Delete : RowKind.Insert, other.copies?.[row] ?? 1);
      }
    };
    const from = out.count;
    tell(true);
    out.moveToFront(from);
    tell(false);
  }

  #tellMet(left: JoinSide, out: JoinOutput, wanted: boolean): void {
    const matches = left.matches!;
    for (let k = 0; k < this.#touches; k++) {
      const row = this.#touched[k];
      const meets = matches[row] > 0;
      if (meets === this.#matchesBefore[k] > 0) continue;
      out.push(row, 0, meets === wanted ? RowKind.Insert : RowKind.Delete, left.copies?.[row] ?? 1);
    }
  }
}

/** The first row of the other side that has a row's key; 0: none. */
function firstOf(own: JoinSide, other: JoinSide, slot: number): number {
  const key = own.keyOf[slot];
  return slot === 0 || key < 0 ? 0 : other.head[key];
}
