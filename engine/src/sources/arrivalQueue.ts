import type { Arrival } from './arrival.js';
import type { World } from './source.js';

/** What an arrival takes beside its bytes. */
const ARRIVAL_BYTES = 200;
/** From so many waiting bytes on, messages are copied: each is a piece of a larger buffer, which would be held with it. */
const COPY_FROM_BYTES = 1 << 20;
const BLOCK_BYTES = 64 << 10;

/** What a queue does with what it has no room for. */
export interface QueueLimits {
  /** To hold the sender back, or to drop what comes. */
  readonly whenFull: 'block' | 'drop';
  readonly maxBytes: number;
}

/** What a queue tells. */
export interface QueueEvents {
  /** Something has been dropped. */
  dropped(arrival: Arrival): void;
  /** There is too much, so that the sender has to be held back, or no longer. */
  held(isHeld: boolean): void;
}

/**
 * What has arrived and has not been read: never more than its limit, whatever comes. That a connection was opened or closed is never dropped.
 * What it holds back it may still be given: the sender's last words before it hears of it.
 */
export class ArrivalQueue {
  #arrivals: Arrival[] = [];
  #head = 0;
  #bytes = 0;
  #isHeld = false;
  #isOver = false;
  #waiting: (() => void)[] = [];
  #block = new Uint8Array(0);
  #blockAt = 0;

  constructor(
    private readonly limits: QueueLimits,
    private readonly world: World,
    private readonly events: QueueEvents,
  ) {}

  /** Whether nothing will come any more (some may still be there to take). */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What waits, without taking it: at most so many of the first. */
  first(count = Infinity): readonly Arrival[] {
    return this.#arrivals.slice(this.#head, this.#head + count);
  }

  /** Whether the sender is being held back. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  get length(): number {
    return this.#arrivals.length - this.#head;
  }

  push(arrival: Arrival): void {
    if (this.#isOver) return;
    const { whenFull, maxBytes } = this.limits;
    const bytes = arrival.bytes.length + ARRIVAL_BYTES;
    if (this.#bytes + bytes > maxBytes && arrival.kind === 'message' && this.length > 0) {
      if (whenFull === 'drop') {
        this.events.dropped(arrival);
        return;
      }
      if (!this.#isHeld) {
        this.#isHeld = true;
        this.events.held(true);
      }
    }
    this.#bytes += bytes;
    this.#arrivals.push(this.#bytes > COPY_FROM_BYTES ? this.#copy(arrival) : arrival);
  }

  /** The oldest arrival, or null. */
  take(): Arrival | null {
    const arrivals = this.#arrivals;
    if (this.#head === arrivals.length) return null;
    const arrival = arrivals[this.#head++];
    if (this.#head === arrivals.length) {
      arrivals.length = 0;
      this.#head = 0;
    } else if (this.#head >= 4096 && this.#head * 2 >= arrivals.length) {
      this.#arrivals = arrivals.slice(this.#head);
      this.#head = 0;
    }
    this.#bytes -= arrival.bytes.length + ARRIVAL_BYTES;
    if (this.#isHeld && this.#bytes * 2 < this.limits.maxBytes) {
      this.#isHeld = false;
      this.events.held(false);
    }
    return arrival;
  }

  /** Resolves at the next `wake`, when the queue is over, or after `milliseconds`. */
  wait(milliseconds = Infinity): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise(resolve => {
      const cancel = milliseconds === Infinity ? null : this.world.after(milliseconds, resolve);
      this.#waiting.push(() => {
        cancel?.();
        resolve();
      });
    });
  }

  /** Lets everyone who waits go on. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Nothing will come any more; what is there can still be taken. */
  end(): void {
    this.#isOver = true;
    this.wake();
  }

  /** Nothing will come any more, and what is there is let go. */
  close(): void {
    this.#arrivals = [];
    this.#head = 0;
    this.#bytes = 0;
    this.end();
  }

  #copy({ kind, atUs, bytes }: Arrival): Arrival {
    const { length } = bytes;
    if (length > BLOCK_BYTES / 4) return { kind, atUs, bytes: bytes.slice() };
    if (this.#blockAt + length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#blockAt = 0;
    }
    const at = this.#blockAt;
    this.#blockAt += length;
    this.#block.set(bytes, at);
    return { kind, atUs, bytes: this.#block.subarray(at, at + length) };
  }
}
