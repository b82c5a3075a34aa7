import { grown } from './valueIds.js';

/** Up to so many groups a pane finds its slots by a dense array, beyond by a hash table. */
const DENSE_GROUPS = 1 << 16;

/** The groups of one window or slice: which slot of the state each group has. */
export class Pane {
  /** Slots + 1 by group number while there are few groups, else empty. Loops read it directly. */
  dense: Int32Array = new Int32Array(0);
  slots: Int32Array = new Int32Array(64);
  count = 0;
  /** The slots touched since their last emission. */
  touched: Int32Array = new Int32Array(64);
  touchedCount = 0;
  /** Whether the watermark has reached the window's end. */
  closed = false;
  start = 0;
  end = 0;
  #table: Int32Array = new Int32Array(0);
  #hashed = false;

  /** @param mostDense up to how many group numbers slots are found by a dense array: all, where most groups have one */
  constructor(readonly mostDense = DENSE_GROUPS) {}

  /** Whether `dense` finds every group. */
  get isDense(): boolean {
    return !this.#hashed;
  }

  /** Makes room for `groups` group numbers. */
  fit(groups: number): void {
    if (this.#hashed || groups <= this.dense.length) return;
    if (groups <= this.mostDense) {
      this.dense = grown(this.dense, groups);
      return;
    }
    const dense = this.dense;
    this.#hashed = true;
    this.dense = new Int32Array(0);
    this.#table = new Int32Array(2 * 256);
    let entries = 0;
    for (let group = 0; group < dense.length; group++) {
      if (dense[group] === 0) continue;
      if (entries++ * 2 > this.#table.length / 2) this.#rehash();
      this.#put(group, dense[group] - 1);
    }
  }

  /** Makes room for so many more groups, so that adding them moves nothing. */
  reserve(count: number): void {
    const needed = this.count + count;
    if (this.slots.length < needed) this.slots = grown(this.slots, needed);
    let length = this.#table.length;
    while (this.#hashed && needed * 4 > length) length *= 2;
    if (length > this.#table.length) this.#rehash(length);
  }

  /** The slot of a group, or -1. */
  find(group: number): number {
    if (!this.#hashed) return group < this.dense.length ? this.dense[group] - 1 : -1;
    const mask = this.#table.length / 2 - 1;
    let at = hash(group) & mask;
    for (;;) {
      const slot = this.#table[2 * at + 1] - 1;
      if (slot < 0 || this.#table[2 * at] === group) return slot;
      at = (at + 1) & mask;
    }
  }

  /** Adds a group that is not there. */
  add(group: number, slot: number): void {
    if (!this.#hashed && group >= this.dense.length) this.fit(group + 1);
    if (this.#hashed) {
      if ((this.count + 1) * 4 > this.#table.length) this.#rehash();
      this.#put(group, slot);
    } else {
      this.dense[group] = slot + 1;
    }
    if (this.count === this.slots.length) this.slots = grown(this.slots, this.count + 1);
    this.slots[this.count++] = slot;
  }

  /** The slot of a group; made where there is none. */
  slotOf(group: number, store: { allocate(group: number): number }): number {
    let slot = this.find(group);
    if (slot < 0) {
      slot = store.allocate(group);
      this.add(group, slot);
    }
    return slot;
  }

  touch(slot: number): void {
    if (this.touchedCount === this.touched.length) this.touched = grown(this.touched, this.touchedCount + 1);
    this.touched[this.touchedCount++] = slot;
  }

  /** Empties the pane for another window; `groups` are the group numbers that it held. */
  clear(groupOfSlot: Int32Array): void {
    if (this.#hashed) {
      this.#hashed = false;
      this.#table = new Int32Array(0);
    } else if (this.count * 8 > this.dense.length) {
      this.dense.fill(0);
    } else {
      for (let i = 0; i < this.count; i++) this.dense[groupOfSlot[this.slots[i]]] = 0;
    }
    this.count = 0;
    this.touchedCount = 0;
    this.closed = false;
  }

  /** Numbers groups anew: the slots stay. */
  renumber(groupOfSlot: Int32Array): void {
    const count = this.count;
    this.#hashed = false;
    this.#table = new Int32Array(0);
    this.dense = new Int32Array(0);
    this.count = 0;
    for (let i = 0; i < count; i++) this.add(groupOfSlot[this.slots[i]], this.slots[i]);
  }

  #put(group: number, slot: number): void {
    const mask = this.#table.length / 2 - 1;
    let at = hash(group) & mask;
    while (this.#table[2 * at + 1] !== 0) at = (at + 1) & mask;
    this.#table[2 * at] = group;
    this.#table[2 * at + 1] = slot + 1;
  }

  #rehash(length = this.#table.length * 2): void {
    const old = this.#table;
    this.#table = new Int32Array(length);
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#put(old[at], old[at + 1] - 1);
  }
}

function hash(group: number): number {
  const mixed = Math.imul(group, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
