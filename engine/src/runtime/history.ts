import type { Batch } from '../columns/batch.js';
import { batchBytes, copyBatch } from './slice.js';

/** What a live source gave in so many milliseconds of wall time, and no more than so many bytes of it, is kept. */
const HISTORY_MS = 3_600_000;
const HISTORY_BYTES = 64 * 1024 * 1024;

interface KeptBatch {
  readonly batch: Batch;
  readonly bytes: number;
  readonly atMs: number;
  readonly arrival: number;
}

/** The last batches of a live source, for queries that come later. Each has a number; the newest is always kept. */
export class History {
  #kept: KeptBatch[] = [];
  bytes = 0;
  /** The number of the first batch that is kept. */
  start = 0;
  /** Rows that were given up for the session's memory. */
  evicted = 0;

  /** The number of the next batch. */
  get end(): number {
    return this.start + this.#kept.length;
  }

  /** When the oldest batch came, by the clock that `add` is given; null where all have been kept. */
  get keptSinceMs(): number | null {
    return this.start === 0 || this.#kept.length === 0 ? null : this.#kept[0].atMs;
  }

  at(number: number): KeptBatch {
    return this.#kept[number - this.start];
  }

  add(batch: Batch, arrival: number, atMs: number): void {
    const kept = { batch: copyBatch(batch), bytes: batchBytes(batch), atMs, arrival };
    this.#kept.push(kept);
    this.bytes += kept.bytes;
    while (this.#kept.length > 1 && (this.bytes > HISTORY_BYTES || this.#kept[0].atMs < atMs - HISTORY_MS))
      this.#dropOldest();
  }

  /** Gives up about so many bytes of the oldest; returns how many it was. */
  evict(bytes: number): number {
    const before = this.bytes;
    while (this.#kept.length > 1 && before - this.bytes < bytes) this.evicted += this.#dropOldest();
    return before - this.bytes;
  }

  /** Drops the first batch; returns how many rows that are. */
  #dropOldest(): number {
    const { batch, bytes } = this.#kept.shift()!;
    this.bytes -= bytes;
    this.start++;
    return batch.length;
  }
}
