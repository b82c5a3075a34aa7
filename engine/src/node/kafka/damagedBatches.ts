import { NetworkError } from '@platformatic/kafka';
import type { BatchFault } from './recordBatch.js';

/** So often a batch is asked for that came damaged, before it is given up. */
const MOST_ATTEMPTS = 3;

/**
 * What becomes of batches that cannot be read. One that was damaged on its way is asked for again over a new connection; one that is the same each
 * time, or would be, is a reject which says which offsets are not there.
 */
export class DamagedBatches {
  readonly #attempts = new Map<number, { readonly offset: bigint; count: number }>();
  /** How many offsets to leave out where a batch does not say which it has: more and more, until one can be read. */
  readonly #step = new Map<number, bigint>();

  constructor(private readonly reject: (reason: string) => void) {}

  /** The offset behind what is given up. Throws where it is to be asked for again. */
  skip(partition: number, wanted: bigint, last: bigint | null, fault: BatchFault): bigint {
    const step = this.#step.get(partition);
    if (!fault.isLasting && step === undefined && this.#attempt(partition, wanted) < MOST_ATTEMPTS)
      throw new NetworkError(`${fault.message} (partition ${partition}, from offset ${wanted})`);
    this.#attempts.delete(partition);
    const leftOut = last === null ? (step ?? 1n) : 1n;
    if (last === null) this.#step.set(partition, leftOut * 2n);
    const to = last === null ? wanted + leftOut - 1n : last;
    this.reject(`${fault.message} (partition ${partition}, offsets ${wanted} to ${to})`);
    return to + 1n;
  }

  /** A record of a partition could be read. */
  passed(partition: number): void {
    if (this.#step.size > 0) this.#step.delete(partition);
  }

  #attempt(partition: number, offset: bigint): number {
    const known = this.#attempts.get(partition);
    const attempt = known?.offset === offset ? known : { offset, count: 0 };
    this.#attempts.set(partition, attempt);
    return ++attempt.count;
  }
}
