import type { Lane } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import { laneFor } from '../columns/values.js';

let ones = new Uint8Array(8192).fill(1);

/** A validity of at least so many rows without a NULL; shared, never written. */
export function allValid(length: number): Uint8Array {
  if (ones.length < length) ones = new Uint8Array(Math.max(length, ones.length * 2)).fill(1);
  return ones;
}

/** A lane that is made once and used for every batch, growing when a longer one comes. */
export class PooledLane {
  #fast: Lane | null = null;
  #wide: BigInt64Array | null = null;

  constructor(readonly type: DataType) {}

  /** The fast lane, at least so long. */
  fast(length: number): Lane {
    if (this.#fast === null || this.#fast.length < length) this.#fast = laneFor(this.type, grown(length));
    return this.#fast;
  }

  /** The wide lane, at least so long. */
  wide(length: number): BigInt64Array {
    if (this.#wide === null || this.#wide.length < length) this.#wide = new BigInt64Array(grown(length));
    return this.#wide;
  }
}

/** Bytes that are made once and used for every batch. */
export class PooledBytes {
  #bytes = new Uint8Array(0);

  take(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(grown(length));
    return this.#bytes;
  }
}

function grown(length: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(length)));
}
