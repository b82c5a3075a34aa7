import type { Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { Ticks } from './eventTicks.js';
import { leastRows, nextLook, type Renumbering } from './groupCensus.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** What an as-of join keeps of its right rows. */
export interface AsOfLogPlan {
  readonly schema: Schema;
  /** The columns of the right input that are kept, by position. */
  readonly columns: readonly number[];
  /** Whether left rows look back, and whether they look ahead. */
  readonly back: boolean;
  readonly ahead: boolean;
  /** Whether rows of one time as the left row's are met. */
  readonly exact: boolean;
  readonly fine: boolean;
  /** How far back a row can matter, in microseconds. */
  readonly toleranceUs: number | null;
}

const FIRST_CAPACITY = 1024;

/**
 * The right rows of an as-of join, in event order. Two places move over them with the times of left rows, which never fall: all rows before `back` are those
 * that a left row may look back to, of which each key's last one is known; all from `ahead` on are those that it may look ahead to, of which
 * each key's first one is.
 */
export class AsOfLog implements Ticks {
  /** Times by position, behind the last one an endless one. */
  us = new Float64Array(FIRST_CAPACITY + 1).fill(Infinity);
  sub: Int32Array | null;
  groups = new Int32Array(FIRST_CAPACITY);
  /** Whether rows end their keys' versions; null where none does. */
  ended: Uint8Array | null;
  readonly store: RowStore;
  /** Whether a column holds a NULL. */
  readonly nulls: boolean[];
  /** The last row before `back` of each key, or -1. */
  last = new Int32Array(0);
  back = 0;
  ahead = 0;
  /** The first row from `ahead` on of each key, or -1, and the last; and after each row the next one of its key. */
  first = new Int32Array(0);
  #tail = new Int32Array(0);
  #next = new Int32Array(FIRST_CAPACITY);
  /** Of rows of one time and key that are met ahead, the last: its position and 1, or 0 where nobody has looked. */
  #same = new Int32Array(FIRST_CAPACITY);
  #keys = 0;
  #compactAt = leastRows();

  constructor(
    readonly plan: AsOfLogPlan,
    ends: boolean,
  ) {
    this.sub = plan.fine ? new Int32Array(FIRST_CAPACITY) : null;
    this.ended = ends ? new Uint8Array(FIRST_CAPACITY) : null;
    this.store = new RowStore({ fields: plan.columns.map(at => plan.schema.fields[at]) });
    this.nulls = plan.columns.map(() => false);
  }

  get used(): number {
    return this.#used;
  }
  #used = 0;

  /** Makes room for keys below `keys`. */
  fitKeys(keys: number): void {
    if (keys <= this.#keys) return;
    if (keys > this.last.length) {
      const from = this.last.length;
      const [last, first, tail] = [this.last, this.first, this.#tail].map(array => grown(array, keys));
      this.last = last.fill(-1, from);
      this.first = first.fill(-1, from);
      this.#tail = tail;
    }
    this.#keys = keys;
  }

  /** Appends the rows [from, to) of a batch. */
  append(
    batch: Batch,
    ticks: Ticks,
    groups: Int32Array,
    ended: Uint8Array | null,
    from: number,
    to: number,
  ): void {
    const at = this.#used;
    const columns = this.plan.columns.map((position): Column => batch.columns[position]);
    columns.forEach(({ valid }, k) => {
      if (valid !== null && !this.nulls[k] && hasNull(valid.subarray(from, to), to - from))
        this.nulls[k] = true;
    });
    this.store.append(columns, from, to);
    this.#used = at + to - from;
    this.#fit(this.#used);
    this.us.set(ticks.us.subarray(from, to), at);
    this.us[this.#used] = Infinity;
    this.groups.set(groups.subarray(from, to), at);
    if (this.sub !== null) this.sub.set((ticks.sub as Int32Array).subarray(from, to), at);
    if (this.ended !== null && ended !== null) this.ended.set(ended.subarray(from, to), at);
    if (this.plan.ahead) this.#link(at);
  }

  #fit(needed: number): void {
    if (needed <= this.groups.length) return;
    this.groups = grown(this.groups, needed);
    const { length } = this.groups;
    const us = new Float64Array(length + 1).fill(Infinity);
    us.set(this.us);
    this.us = us;
    if (this.sub !== null) this.sub = grown(this.sub, length);
    if (this.ended !== null) {
      const ended = new Uint8Array(length);
      ended.set(this.ended);
      this.ended = ended;
    }
    if (!this.plan.ahead) return;
    this.#next = grown(this.#next, length);
    this.#same = grown(this.#same, length);
  }

  /** Puts rows behind those of their keys. */
  #link(from: number): void {
    for (let p = from; p < this.#used; p++) {
      const group = this.groups[p];
      this.#next[p] = -1;
      this.#same[p] = 0;
      if (this.first[group] < 0) this.first[group] = p;
      else this.#next[this.#tail[group]] = p;
      this.#tail[group] = p;
    }
  }

  /** Moves `back` behind the rows that a left row of such a time may look back to. */
  moveBack(us: number, sub: number): void {
    const { last, groups, ended } = this;
    const end = this.#until(this.back, us, sub, this.plan.exact);
    for (let p = this.back; p < end; p++) last[groups[p]] = ended?.[p] === 1 ? -1 : p;
    this.back = end;
  }

  /** Moves `ahead` to the first row that a left row of such a time may look ahead to. */
  moveAhead(us: number, sub: number): void {
    // Where it looks both ways, rows of its own time are behind it.
    const end = this.#until(this.ahead, us, sub, this.plan.back || !this.plan.exact);
    for (let p = this.ahead; p < end; p++) this.first[this.groups[p]] = this.#next[p];
    this.ahead = end;
  }

  #until(from: number, us: number, sub: number, inclusive: boolean): number {
    let p = from;
    const times = this.us;
    const used = this.#used;
    while (p < used && times[p] < us) p++;
    const subs = this.sub;
    if (subs === null) {
      if (inclusive) while (p < used && times[p] === us) p++;
      return p;
    }
    while (p < used && times[p] === us && (subs[p] < sub || (inclusive && subs[p] === sub))) p++;
    return p;
  }

  /** Of the rows of a row's key and time, the last. */
  lastAlike(row: number): number {
    if (this.#same[row] > 0) return this.#same[row] - 1;
    let p = row;
    for (;;) {
      const next = this.#next[p];
      if (
        next < 0 ||
        this.us[next] !== this.us[row] ||
        (this.sub !== null && this.sub[next] !== this.sub[row])
      )
        break;
      p = next;
    }
    this.#same[row] = p + 1;
    return p;
  }

  /** Whether it is time to give up rows: there are twice as many as were left. */
  get isFull(): boolean {
    return this.#used >= this.#compactAt;
  }

  /** Gives up the rows that no left row from a time on can meet. */
  compact(leastUs: number): void {
    const { back, ahead, toleranceUs } = this.plan;
    if (back) this.moveBack(leastUs, 0);
    if (ahead) this.moveAhead(leastUs, 0);
    const from = Math.min(back ? this.back : Infinity, ahead ? this.ahead : Infinity);
    if (back && toleranceUs !== null) {
      const { last, us } = this;
      const oldest = leastUs - toleranceUs - 1;
      for (let key = 0; key < this.#keys; key++) if (last[key] >= 0 && us[last[key]] < oldest) last[key] = -1;
    }
    this.#keepFrom(from);
    this.#compactAt = nextLook(this.#used, this.#keys);
  }

  /** Keeps the last rows of the keys, and all from a place on. */
  #keepFrom(from: number): void {
    const kept = this.#kept(from);
    const before = kept.length;
    const count = before + this.#used - from;
    const positions = new Int32Array(count);
    positions.set(kept);
    for (let k = before; k < count; k++) positions[k] = from + k - before;
    this.#move(positions, before, from);
  }

  /** The last rows of the keys before a place, ascending. */
  #kept(from: number): Int32Array {
    const { last } = this;
    const kept = new Int32Array(Math.min(from, this.#keys));
    let count = 0;
    for (let key = 0; key < this.#keys; key++) if (last[key] >= 0) kept[count++] = last[key];
    return kept.subarray(0, count).sort();
  }

  /** Keeps the rows of ascending positions: of those before `from` so many, and all others. */
  #move(kept: Int32Array, before: number, from: number): void {
    const count = kept.length;
    this.store.compact(kept, count);
    if (count === 0) this.nulls.fill(false);
    const { us, groups, sub, ended, last } = this;
    for (let k = 0; k < count; k++) {
      const p = kept[k];
      us[k] = us[p];
      groups[k] = groups[p];
      if (sub !== null) sub[k] = sub[p];
      if (ended !== null) ended[k] = ended[p];
    }
    const moved = (place: number): number => before + place - from;
    // Rows that ended their keys are no one's last, so each of those before is one key's.
    for (let k = 0; k < before; k++) last[groups[k]] = k;
    if (this.plan.ahead) {
      const ahead = moved(this.ahead);
      this.first.fill(-1);
      this.ahead = ahead;
    }
    if (this.plan.back) this.back = moved(this.back);
    this.#used = count;
    us[count] = Infinity;
    if (this.plan.ahead) this.#link(this.ahead);
  }

  /** Marks the keys that have rows. */
  markKeys(holds: Uint8Array): void {
    for (let key = 0; key < this.#keys; key++) if (this.last[key] >= 0) holds[key] = 1;
    for (let p = 0; p < this.#used; p++) holds[this.groups[p]] = 1;
  }

  /** Takes over other numbers of the keys. */
  renumber({ kept, numberOf }: Renumbering): void {
    const move = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(Math.max(16, kept.length)).fill(-1);
      for (let key = 0; key < kept.length; key++) to[key] = from[kept[key]];
      return to;
    };
    this.last = move(this.last);
    this.first = move(this.first);
    this.#tail = move(this.#tail);
    this.#keys = kept.length;
    for (let p = 0; p < this.#used; p++) this.groups[p] = numberOf[this.groups[p]];
  }

  /** Forgets all rows. */
  clear(): void {
    if (this.#used === 0) return;
    this.last.fill(-1);
    this.back = this.ahead = this.#used;
    this.#keepFrom(this.#used);
    this.#compactAt = leastRows();
  }

  bytes(): number {
    const lanes = this.us.byteLength + this.groups.byteLength + (this.sub?.byteLength ?? 0);
    const links = this.plan.ahead ? this.#next.byteLength * 2 : 0;
    return this.store.bytes() + lanes + links + this.last.byteLength * 3 + (this.ended?.byteLength ?? 0);
  }

  snapshot(writer: StateWriter): void {
    this.store.snapshot(writer.section('rows'), 0);
    writer.lane('us', this.us, this.#used);
    writer.lane('groups', this.groups, this.#used);
    if (this.sub !== null) writer.lane('sub', this.sub, this.#used);
    if (this.ended !== null) writer.lane('ended', this.ended, this.#used);
    writer.lane('last', this.last, this.#keys);
    writer.value('back', this.back);
    writer.value('ahead', this.ahead);
    writer.value('nulls', this.nulls);
  }

  restore(reader: StateReader): void {
    this.store.restore(reader.section('rows'));
    const us = reader.lane('us') as Float64Array;
    this.#used = us.length;
    this.#fit(us.length);
    this.us.set(us);
    this.groups.set(reader.lane('groups') as Int32Array);
    this.sub?.set(reader.lane('sub') as Int32Array);
    this.ended?.set(reader.lane('ended') as Uint8Array);
    const last = reader.lane('last') as Int32Array;
    this.fitKeys(last.length);
    this.last.set(last);
    this.back = reader.value('back') as number;
    this.ahead = reader.value('ahead') as number;
    (reader.value('nulls') as boolean[]).forEach((isNull, k) => (this.nulls[k] = isNull));
    if (this.plan.ahead) this.#link(this.ahead);
  }
}
