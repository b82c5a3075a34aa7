import { grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StoredOrder } from './storedOrder.js';
import { grown } from './valueIds.js';

/** The positions of the first `most` rows of each group in an order, side by side; and what they were before the batch. */
export class FirstOfGroups {
  /** Rows held by all groups. */
  live = 0;
  /** `most` positions a group, and how many of them there are. */
  #held: Int32Array = new Int32Array(0);
  #counts: Int32Array = new Int32Array(0);
  /** What a row of a full group has to beat; NaN where that takes a comparison in full. */
  #limits: Float64Array = new Float64Array(0);
  /** The groups that the batch has changed, what they held before it, and by group which of them it is, plus one. */
  #touched: number[] = [];
  #before: Int32Array = new Int32Array(0);
  #beforeCounts: number[] = [];
  #touchedAt: Int32Array = new Int32Array(0);
  #groups = 0;

  constructor(
    readonly most: number,
    readonly order: StoredOrder,
  ) {}

  /** Makes room for so many groups. */
  fit(groups: number): void {
    this.#groups = groups;
    if (this.#counts.length >= groups) return;
    this.#counts = grown(this.#counts, groups);
    this.#touchedAt = grown(this.#touchedAt, groups);
    const known = this.#limits.length;
    this.#limits = grownTimes(this.#limits, groups);
    this.#limits.fill(NaN, known);
    this.#held = grown(this.#held, this.#counts.length * this.most);
  }

  /**
   * Rows of these groups have come, which lie at `from` and after.
   *
   * @param plain whether what they are ordered by first is no text and never NULL among them
   * @param noted whether it is noted what the groups held before
   */
  add(groups: Int32Array, length: number, from: number, plain: boolean, noted: boolean): void {
    const { most, order } = this;
    const lane = plain ? order.lane : null;
    const falls = order.descending.at(0) === true;
    const counts = this.#counts;
    const limits = this.#limits;
    for (let i = 0; i < length; i++) {
      const group = groups[i];
      const row = from + i;
      const count = counts[group];
      if (count === most) {
        if (lane !== null && (falls ? lane[row] < limits[group] : lane[row] > limits[group])) continue;
        const last = this.#held[group * most + most - 1];
        if (order.compare(row, last) > 0) continue;
      }
      if (noted && this.#touchedAt[group] === 0) this.#touch(group);
      this.#insert(group, row, count);
      if (counts[group] === most) {
        const last = this.#held[group * most + most - 1];
        limits[group] = lane !== null && order.hasValue(last) ? lane[last] : NaN;
      }
    }
  }

  #insert(group: number, row: number, count: number): void {
    const { most, order } = this;
    const held = this.#held;
    const begin = group * most;
    let at = count;
    if (count === most) at--;
    else {
      this.#counts[group]++;
      this.live++;
    }
    while (at > 0 && order.compare(row, held[begin + at - 1]) < 0) {
      held[begin + at] = held[begin + at - 1];
      at--;
    }
    held[begin + at] = row;
  }

  #touch(group: number): void {
    const { most } = this;
    const at = this.#touched.push(group) - 1;
    this.#touchedAt[group] = at + 1;
    this.#beforeCounts.push(this.#counts[group]);
    if (this.#before.length < (at + 1) * most) this.#before = grown(this.#before, (at + 1) * most);
    const begin = group * most;
    for (let k = 0; k < most; k++) this.#before[at * most + k] = this.#held[begin + k];
  }

  /** The places that have other rows than before the batch: the row that was there, or -1, and the one that is. */
  eachPlace(changed: (from: number, to: number, place: number) => void): void {
    const { most } = this;
    for (let at = 0; at < this.#touched.length; at++) {
      const begin = this.#touched[at] * most;
      const count = this.#counts[this.#touched[at]];
      const known = this.#beforeCounts[at];
      for (let k = 0; k < count; k++) {
        const from = k < known ? this.#before[at * most + k] : -1;
        const to = this.#held[begin + k];
        if (from !== to) changed(from, to, k + 1);
      }
    }
  }

  /** The rows that groups held before the batch and do not hold now. */
  eachGone(gone: (row: number) => void): void {
    const { most } = this;
    for (let at = 0; at < this.#touched.length; at++) {
      const begin = this.#touched[at] * most;
      const count = this.#counts[this.#touched[at]];
      const known = this.#beforeCounts[at];
      for (let k = 0; k < known; k++) {
        const row = this.#before[at * most + k];
        if (!holds(this.#held, begin, count, row)) gone(row);
      }
    }
  }

  /** The rows that groups hold and did not hold before the batch. */
  eachCome(come: (row: number) => void): void {
    const { most } = this;
    for (let at = 0; at < this.#touched.length; at++) {
      const begin = this.#touched[at] * most;
      const count = this.#counts[this.#touched[at]];
      const known = this.#beforeCounts[at];
      for (let k = 0; k < count; k++) {
        const row = this.#held[begin + k];
        if (!holds(this.#before, at * most, known, row)) come(row);
      }
    }
  }

  /** Every row that is held, group by group, with its place. */
  each(visit: (row: number, place: number) => void): void {
    for (let group = 0; group < this.#groups; group++)
      for (let k = 0; k < this.#counts[group]; k++) visit(this.#held[group * this.most + k], k + 1);
  }

  /** The changes of the batch have been told. */
  settle(): void {
    for (const group of this.#touched) this.#touchedAt[group] = 0;
    this.#touched.length = 0;
    this.#beforeCounts.length = 0;
  }

  /** The positions that are held, of `used` ones, ascending: each becomes its place among them. */
  move(used: number): Int32Array {
    const { most } = this;
    const places = new Int32Array(used);
    for (let group = 0; group < this.#groups; group++)
      for (let k = 0; k < this.#counts[group]; k++) places[this.#held[group * most + k]] = 1;
    const kept = new Int32Array(this.live);
    let count = 0;
    for (let row = 0; row < used; row++) {
      if (places[row] === 0) continue;
      places[row] = count;
      kept[count++] = row;
    }
    for (let group = 0; group < this.#groups; group++)
      for (let k = 0; k < this.#counts[group]; k++)
        this.#held[group * most + k] = places[this.#held[group * most + k]];
    return kept;
  }

  bytes(): number {
    const { byteLength } = this.#counts;
    return this.#held.byteLength + 2 * byteLength + this.#limits.byteLength + this.#before.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('held', this.#held, this.#groups * this.most);
    writer.lane('counts', this.#counts, this.#groups);
  }

  restore(reader: StateReader, groups: number): void {
    const counts = reader.lane('counts') as Int32Array;
    this.fit(Math.max(groups, counts.length));
    this.#counts.set(counts);
    this.#held.set(reader.lane('held') as Int32Array);
    this.live = counts.reduce((total, count) => total + count, 0);
  }
}

function holds(rows: Int32Array, begin: number, count: number, row: number): boolean {
  for (let k = 0; k < count; k++) if (rows[begin + k] === row) return true;
  return false;
}
