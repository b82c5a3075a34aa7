import type { EventTime } from '../columns/time.js';
import { grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/**
 * When sessions that may also shrink end: each waits by the time of a row that it has, and one that has grown is put back when its time comes. What
 * was put in again, or is no more, leaves an entry of an old number behind, which counts for nothing.
 */
export class SessionEnds {
  #times = new Float64Array(64);
  #slots = new Int32Array(64);
  #numbers = new Int32Array(64);
  #size = 0;
  /** The number of each slot's entry that counts, and how many count. */
  #current = new Int32Array(64);
  #live = 0;

  /** No session ends before the watermark is this far behind its last row. */
  get first(): EventTime {
    while (this.#size > 0 && this.#numbers[0] !== this.#current[this.#slots[0]]) this.#pop();
    return this.#size === 0 ? Infinity : this.#times[0];
  }

  /** Adds a session. */
  add(slot: number, last: EventTime): void {
    if (this.#current.length <= slot) this.#current = grown(this.#current, slot + 1);
    this.#live++;
    this.#push(last, slot, ++this.#current[slot]);
  }

  /** A session ends earlier than it did. */
  move(slot: number, last: EventTime): void {
    this.#push(last, slot, ++this.#current[slot]);
    if (this.#size > 2 * this.#live + 64) this.#compact();
  }

  /** A session is no more. */
  drop(slot: number): void {
    this.#current[slot]++;
    this.#live--;
  }

  /** Takes out the sessions whose last row is at `limit` or before it, by that row's time. */
  take(limit: EventTime, lasts: Float64Array): number[] {
    const due: number[] = [];
    while (this.#size > 0 && this.#times[0] <= limit) {
      const slot = this.#slots[0];
      const number = this.#numbers[0];
      this.#pop();
      if (number !== this.#current[slot]) continue;
      if (lasts[slot] > limit) this.#push(lasts[slot], slot, number);
      else {
        due.push(slot);
        this.drop(slot);
      }
    }
    return due.sort((a, b) => lasts[a] - lasts[b]);
  }

  #push(time: EventTime, slot: number, number: number): void {
    if (this.#size === this.#slots.length) {
      this.#times = grownTimes(this.#times, this.#size + 1);
      this.#slots = grown(this.#slots, this.#size + 1);
      this.#numbers = grown(this.#numbers, this.#size + 1);
    }
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent] <= time) break;
      this.#copy(parent, at);
      at = parent;
    }
    this.#put(at, time, slot, number);
  }

  #pop(): void {
    const size = --this.#size;
    const time = this.#times[size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#times[child + 1] < this.#times[child]) child++;
      if (this.#times[child] >= time) break;
      this.#copy(child, at);
      at = child;
    }
    this.#put(at, time, this.#slots[size], this.#numbers[size]);
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#times[from], this.#slots[from], this.#numbers[from]);
  }

  #put(at: number, time: EventTime, slot: number, number: number): void {
    this.#times[at] = time;
    this.#slots[at] = slot;
    this.#numbers[at] = number;
  }

  /** Leaves the entries that count. */
  #compact(): void {
    const size = this.#size;
    this.#size = 0;
    for (let k = 0; k < size; k++) {
      // What stays goes to the part that has been read.
      if (this.#numbers[k] === this.#current[this.#slots[k]])
        this.#push(this.#times[k], this.#slots[k], this.#numbers[k]);
    }
  }

  bytes(): number {
    return this.#times.byteLength * 2 + this.#current.byteLength;
  }

  snapshot(writer: StateWriter): void {
    this.#compact();
    writer.lane('times', this.#times, this.#size);
    writer.lane('slots', this.#slots, this.#size);
    writer.lane('numbers', this.#numbers, this.#size);
    writer.lane('current', this.#current);
  }

  restore(reader: StateReader): void {
    this.#times = grownTimes(reader.lane('times') as Float64Array, 64);
    this.#slots = grown(reader.lane('slots') as Int32Array, 64);
    this.#numbers = grown(reader.lane('numbers') as Int32Array, 64);
    this.#current = grown(reader.lane('current') as Int32Array, 64);
    this.#size = this.#live = (reader.lane('times') as Float64Array).length;
  }
}
