import { MillraceError } from '../columns/error.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { World } from '../sources/source.js';

/** What a session may hold where nothing else is said. */
export const DEFAULT_MEMORY_BYTES = 1024 ** 3;
/** The sum is taken anew after so many reads. */
const READS_BETWEEN_SUMS = 8;
/**
 * Past the budget one read is let through in so many milliseconds, since it may bring a watermark that closes windows: so long as no more
 * than so many times the budget is held, and for so many milliseconds in all. Then reads are refused.
 */
const PACE_MS = 100;
const SLACK = 1.25;
const PATIENCE_MS = 2000;
/** So many of the biggest holders are named. */
const NAMED = 3;

/** The session holds more memory than its budget: sources are read no further. */
export class MemoryBudgetError extends MillraceError {
  override readonly name = 'MemoryBudgetError';
}

/** A piece of memory, by what it is for. */
export interface Holding {
  readonly what: string;
  readonly bytes: number;
}

/** Something that holds memory: a query, a feed's history, a read. */
export interface MemoryHolder {
  bytes(): number;
  holdings(): readonly Holding[];
  /** Gives up about so many bytes of what nothing that runs needs, and counts it; returns how many it was. */
  evict?(bytes: number): number;
}

/**
 * The memory of a session: one number for the histories of live feeds, the state of operators and the tables. Past it histories and the
 * tables of failed queries are given up; where they are not enough, sources are slowed, since windows may close and rows go meanwhile; if that does not help, they are
 * refused with an error that names who holds most. A query that fails gives its state back.
 */
export class MemoryBudget {
  readonly #holders = new Set<MemoryHolder>();
  #reads = 0;
  #used = 0;
  /** Since when the budget has been exceeded, in wall-clock milliseconds. */
  #since: number | null = null;
  /** When a read was last let through past the budget. */
  #lastRead = -Infinity;
  /** Bytes of histories, and of tables whose queries have failed, that were given up for the budget. */
  evictedBytes = 0;

  constructor(
    readonly limitBytes: number,
    readonly world: World,
  ) {}

  /** Counts a holder from now on; returns what ends that. */
  add(holder: MemoryHolder): () => void {
    this.#holders.add(holder);
    return () => this.#holders.delete(holder);
  }

  /** What is held in all, as of now. */
  used(): number {
    this.#used = 0;
    for (const holder of this.#holders) this.#used += holder.bytes();
    return this.#used;
  }

  stats(): { readonly usedBytes: number; readonly limitBytes: number; readonly evictedBytes: number } {
    return { usedBytes: this.used(), limitBytes: this.limitBytes, evictedBytes: this.evictedBytes };
  }

  /**
   * Whether a source may be read on: null if so; else a promise after which to ask again. Throws `MR5501` once waiting has not
   * helped. `reader` says in the error who wanted to read.
   */
  admit(reader: string): Promise<void> | null {
    if (this.#since !== null || this.#reads++ % READS_BETWEEN_SUMS === 0) this.used();
    if (this.#used > this.limitBytes) this.#evict();
    if (this.#used <= this.limitBytes) {
      this.#since = null;
      return null;
    }
    const now = monotonicMs(this.world);
    if (this.#since === null) this.#since = this.#lastRead = now;
    if (now - this.#since >= PATIENCE_MS) throw this.#refusal(reader);
    if (now - this.#lastRead >= PACE_MS && this.#used <= SLACK * this.limitBytes) {
      this.#lastRead = now;
      return null;
    }
    return new Promise(resolve => {
      this.world.after(PACE_MS, resolve);
    });
  }

  /** Gives up what is not needed to go on, until the budget is kept or none is left. */
  #evict(): void {
    for (const holder of this.#holders) {
      const excess = this.#used - this.limitBytes;
      if (excess <= 0) return;
      const given = holder.evict?.(excess) ?? 0;
      this.#used -= given;
      this.evictedBytes += given;
    }
  }

  #refusal(reader: string): MemoryBudgetError {
    const biggest = [...this.#holders]
      .flatMap(holder => holder.holdings())
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, NAMED)
      .map(({ what, bytes }) => `${what} (${megabytes(bytes)})`);
    return new MemoryBudgetError(
      'MR5501',
      `the session holds ${megabytes(this.#used)}, more than its memory budget of ${megabytes(this.limitBytes)}, so ${reader} is read no further. ` +
        `The biggest: ${biggest.join('; ')}.`,
      "Hold less: .keep({ last: '1 h' }) for tables, aggregate(…, { ttl: '1 h' }) for groups that come and go, fewer keys, shorter windows; " +
        'or release cells that are not needed, or start the session with a larger memoryBytes.',
    );
  }
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`;
}
