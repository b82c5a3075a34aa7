import type { EventTime } from '../columns/time.js';
import { grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimeSort } from './timeSort.js';
import { grown } from './valueIds.js';

/** What the queue knows of the sessions that wait in it. */
export interface QueuedSessions {
  readonly lasts: Float64Array;
  readonly dead: Uint8Array;
  /** The places of slots in order of their groups' keys. */
  inOrder(slots: Int32Array): Int32Array;
}

/**
 * Sessions wait here for the watermark that ends them, each in one place, by the time of a row that they have. Times that rise, which is what
 * rows in order give, go to a plain queue that loops write themselves; others go to a heap. A session that has grown when its
 * time comes is put back by its last row's time, so a row that merely goes on with a session costs nothing here.
 */
export class SessionQueue {
  times = new Float64Array(1024);
  slots = new Int32Array(1024);
  head = 0;
  tail = 0;
  /** The time of the queue's last entry. */
  newest: EventTime = -Infinity;
  /** What `take` found: sessions that have ended, by their last row's time and then by their keys; and these times. */
  due = new Int32Array(1024);
  dueTimes = new Float64Array(1024);
  dueCount = 0;
  /** What `take` found beside: slots of sessions that were merged into others. */
  gone = new Int32Array(64);
  goneCount = 0;
  #heapTimes = new Float64Array(256);
  #heapSlots = new Int32Array(256);
  #heapSize = 0;
  #other = new Int32Array(256);
  #otherCount = 0;
  readonly #timeSort = new TimeSort();
  /** Entries that came to the heap since the last `take`, and those of it that are due. */
  #pushed = 0;
  #reached = new Int32Array(64);

  get size(): number {
    return this.tail - this.head + this.#heapSize;
  }

  /** Makes room for so many more entries. */
  fit(count: number): void {
    if (this.tail + count <= this.times.length) return;
    const used = this.tail - this.head;
    const length = used + count > this.times.length / 2 ? 2 * (used + count) : this.times.length;
    const times = length === this.times.length ? this.times : new Float64Array(length);
    const slots = length === this.times.length ? this.slots : new Int32Array(length);
    times.set(this.times.subarray(this.head, this.tail));
    slots.set(this.slots.subarray(this.head, this.tail));
    this.times = times;
    this.slots = slots;
    this.head = 0;
    this.tail = used;
  }

  /** Adds a session whose time is before that of the queue's last entry. */
  push(time: EventTime, slot: number): void {
    if (this.#heapSize === this.#heapSlots.length) {
      this.#heapTimes = grownTimes(this.#heapTimes, this.#heapSize + 1);
      this.#heapSlots = grown(this.#heapSlots, this.#heapSize + 1);
    }
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    this.#pushed++;
    let at = this.#heapSize++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent] <= time) break;
      times[at] = times[parent];
      slots[at] = slots[parent];
      at = parent;
    }
    times[at] = time;
    slots[at] = slot;
  }

  #pop(): number {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const first = slots[0];
    const size = --this.#heapSize;
    const time = times[size];
    const slot = slots[size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && times[child + 1] < times[child]) child++;
      if (times[child] >= time) break;
      times[at] = times[child];
      slots[at] = slots[child];
      at = child;
    }
    times[at] = time;
    slots[at] = slot;
    return first;
  }

  /** Takes out the sessions whose last row is at `limit` or before it, and those that are dead by then. */
  take(limit: EventTime, sessions: QueuedSessions): void {
    this.dueCount = this.goneCount = this.#otherCount = 0;
    const { lasts, dead } = sessions;
    const waiting = this.size;
    if (this.due.length < waiting) {
      this.due = new Int32Array(Math.max(waiting, 2 * this.due.length));
      this.dueTimes = new Float64Array(this.due.length);
    }
    const { times, slots, due, dueTimes, tail } = this;
    let { head } = this;
    let found = 0;
    while (head < tail && times[head] <= limit) {
      const time = times[head];
      const slot = slots[head++];
      if (dead[slot] === 0 && lasts[slot] === time) {
        dueTimes[found] = time;
        due[found++] = slot;
      } else this.#sort(slot, limit, sessions);
    }
    this.head = head;
    this.dueCount = found;
    this.#takeFromHeap(limit, sessions);
    if (this.#otherCount > 0) this.#merge(lasts);
    this.#orderTies(sessions);
  }

  /** Takes what is due out of the heap: one by one, or all in one pass where as much came to it as there is. */
  #takeFromHeap(limit: EventTime, sessions: QueuedSessions): void {
    if (this.#pushed * 4 >= this.#heapSize) this.#takeAllFromHeap(limit, sessions);
    else while (this.#heapSize > 0 && this.#heapTimes[0] <= limit) this.#sort(this.#pop(), limit, sessions);
    this.#pushed = 0;
  }

  #takeAllFromHeap(limit: EventTime, sessions: QueuedSessions): void {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const size = this.#heapSize;
    if (this.#reached.length < size) this.#reached = grown(this.#reached, size);
    let reached = 0;
    this.#heapSize = 0;
    for (let k = 0; k < size; k++) {
      // What stays goes to the part of the heap that has been read.
      if (times[k] <= limit) this.#reached[reached++] = slots[k];
      else this.push(times[k], slots[k]);
    }
    for (let k = 0; k < reached; k++) this.#sort(this.#reached[k], limit, sessions);
  }

  #sort(slot: number, limit: EventTime, { lasts, dead }: QueuedSessions): void {
    if (dead[slot] === 1) {
      if (this.goneCount === this.gone.length) this.gone = grown(this.gone, this.goneCount + 1);
      this.gone[this.goneCount++] = slot;
    } else if (lasts[slot] <= limit) {
      if (this.#otherCount === this.#other.length) this.#other = grown(this.#other, this.#otherCount + 1);
      this.#other[this.#otherCount++] = slot;
    } else {
      this.push(lasts[slot], slot);
    }
  }

  /** Merges the sessions that did not come in order of their last rows into those that did. */
  #merge(lasts: Float64Array): void {
    const { due, dueTimes } = this;
    const other = this.#sortedByLast(lasts);
    let from = this.dueCount - 1;
    let to = this.dueCount + other.length - 1;
    this.dueCount = to + 1;
    for (let k = other.length - 1; k >= 0; k--) {
      const last = lasts[other[k]];
      for (; from >= 0 && dueTimes[from] > last; from--, to--) {
        due[to] = due[from];
        dueTimes[to] = dueTimes[from];
      }
      dueTimes[to] = last;
      due[to--] = other[k];
    }
  }

  #sortedByLast(lasts: Float64Array): Int32Array {
    const other = this.#other.subarray(0, this.#otherCount);
    // Those of one time are put in order of their keys afterwards.
    this.#timeSort.sort(other, other.length, lasts, (slot, another) => slot - another);
    return other;
  }

  /** Puts sessions that end together in order of their keys, which no cutting of the input changes. */
  #orderTies(sessions: QueuedSessions): void {
    const { due, dueTimes, dueCount } = this;
    for (let from = 0; from < dueCount;) {
      const last = dueTimes[from];
      let to = from + 1;
      while (to < dueCount && dueTimes[to] === last) to++;
      if (to - from > 1) {
        const tied = due.slice(from, to);
        sessions.inOrder(tied).forEach((place, k) => (due[from + k] = tied[place]));
      }
      from = to;
    }
  }

  bytes(): number {
    return (this.times.length + this.#heapTimes.length) * 12;
  }

  snapshot(writer: StateWriter): void {
    writer.value('newest', this.newest);
    writer.lane('times', this.times.subarray(this.head, this.tail));
    writer.lane('slots', this.slots.subarray(this.head, this.tail));
    writer.lane('heapTimes', this.#heapTimes, this.#heapSize);
    writer.lane('heapSlots', this.#heapSlots, this.#heapSize);
  }

  restore(reader: StateReader): void {
    this.newest = reader.value('newest') as number;
    this.times = reader.lane('times') as Float64Array<ArrayBuffer>;
    this.slots = reader.lane('slots') as Int32Array<ArrayBuffer>;
    this.head = 0;
    this.tail = this.slots.length;
    this.#heapTimes = reader.lane('heapTimes') as Float64Array<ArrayBuffer>;
    this.#heapSlots = reader.lane('heapSlots') as Int32Array<ArrayBuffer>;
    this.#heapSize = this.#heapSlots.length;
  }
}
