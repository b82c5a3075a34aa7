import type { World } from '../sources/source.js';
import type { SessionClock } from './clock.js';
import type { InputMerge, MergeInput } from './inputMerge.js';

/** What periods are measured by. */
interface TickingContext {
  readonly world: World;
  readonly clock: SessionClock;
  readonly inputs: readonly MergeInput[];
}

/** The query whose windows are told. */
interface TickedQuery {
  readonly merge: InputMerge;
  readonly periods: readonly number[];
  tick(periods: ReadonlySet<number>): void;
  /** Windows may have been told. */
  changed(): void;
  failed(error: unknown): void;
}

/**
 * Ends the periods of windows that are told every so often, also while no row comes. After recorded rows it moves the merge on when the session
 * clock has come to the end of a period; after rows of live feeds periods end at multiples of wall-clock time. A clock that stands ends none.
 */
export class Ticking {
  #cancel: (() => void) | null = null;
  /** Timers of the periods in which rows of live feeds have come. */
  readonly #live = new Map<number, () => void>();
  /** Such periods that have ended while the clock stood. */
  readonly #held = new Set<number>();
  readonly #stopListening: () => void;
  #stopped = false;

  constructor(
    readonly context: TickingContext,
    readonly query: TickedQuery,
  ) {
    this.#stopListening = context.clock.onChange(() => this.check());
    this.check();
  }

  /** Rows of a source have come. */
  touched(source: number): void {
    if (this.context.inputs[source].live) this.#armLive();
    else this.check();
  }

  /** Ends what has ended by now, and waits for the next. */
  check(): void {
    if (this.#stopped) return;
    const { clock } = this.context;
    this.#run(() => this.query.merge.advance(clock.now()));
    if (clock.mode !== 'paused' && this.#held.size > 0) {
      const held = new Set(this.#held);
      this.#held.clear();
      this.#run(() => this.query.tick(held));
    }
    this.#arm();
  }

  /** Everything begins anew. */
  restart(): void {
    this.stop();
    this.#stopped = false;
    this.check();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#stopped) return;
    const { clock, world } = this.context;
    const next = this.query.merge.nextTick;
    // A period that the clock has left behind ends when the next row is known.
    if (next === Infinity || clock.now() >= next) return;
    const delay = clock.delayMs(next);
    if (delay === null) return;
    this.#cancel = world.after(Math.max(1, Math.ceil(delay)), () => {
      this.#cancel = null;
      this.check();
      this.query.changed();
    });
  }

  #armLive(): void {
    const { world } = this.context;
    for (const period of this.query.periods) {
      if (this.#live.has(period) || this.#held.has(period)) continue;
      const now = world.now();
      const periodMs = period / 1000;
      const delay = (Math.floor(now / periodMs) + 1) * periodMs - now;
      this.#live.set(
        period,
        world.after(Math.max(1, Math.ceil(delay)), () => this.#endLive(period)),
      );
    }
  }

  #endLive(period: number): void {
    this.#live.delete(period);
    if (this.context.clock.mode === 'paused') {
      this.#held.add(period);
      return;
    }
    this.#run(() => this.query.tick(new Set([period])));
    this.query.changed();
  }

  #run(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.query.failed(error);
    }
  }

  /** No period ends any more until everything begins anew. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    for (const cancel of this.#live.values()) cancel();
    this.#live.clear();
    this.#held.clear();
  }

  close(): void {
    this.stop();
    this.#stopListening();
  }
}
