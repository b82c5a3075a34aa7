import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import { placeOf, rowsUpTo } from './places.js';
import { sliceBatch } from './slice.js';

/** The rows of a replay that have been read, and wait for the clock. */
export class HeldRows {
  #batch: Batch | null = null;
  #offset = 0;

  /** @param boundUs how far the marks lag behind the highest event time */
  constructor(readonly boundUs: number) {}

  /** Whether there are none, so that more can be read. */
  get isEmpty(): boolean {
    return this.#batch === null;
  }

  hold(batch: Batch): void {
    this.#batch = batch;
    this.#offset = 0;
  }

  clear(): void {
    this.#batch = null;
  }

  /** The place of the next row. */
  get next(): EventTime | null {
    const batch = this.#batch;
    if (batch === null || this.#offset === batch.length) return null;
    return placeOf(batch, this.#offset, this.boundUs);
  }

  /** Takes the rows whose place is not behind a time, at most so many; null where there is none. A batch without rows is due at once. */
  take(time: EventTime, most: number): Batch | null {
    const batch = this.#batch;
    if (batch === null) return null;
    const from = this.#offset;
    const due = Math.min(rowsUpTo(batch, from, time, this.boundUs), from + most);
    if (due === from && batch.length > 0) return null;
    this.#offset = due;
    if (due === batch.length) this.#batch = null;
    return sliceBatch(batch, from, due);
  }
}
