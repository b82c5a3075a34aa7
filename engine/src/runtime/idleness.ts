import type { World } from '../sources/source.js';
import type { SessionClock } from './clock.js';
import type { InputMerge, MergeInput } from './inputMerge.js';

/** What idleness is measured by. */
interface IdlenessContext {
  readonly world: World;
  readonly clock: SessionClock;
  readonly inputs: readonly MergeInput[];
}

/**
 * Notices sources that have been silent for their `idleTimeout` on the session clock: recorded ones by event time, live ones by the
 * milliseconds in which the clock did not stand. A clock that stands makes nobody silent.
 */
export class Idleness {
  #touchedMs: number[];
  /** Who was silent at the last check. */
  #idle: boolean[];
  #cancel: (() => void) | null = null;
  #isStopped = false;
  readonly #stopListening: () => void;

  constructor(
    readonly context: IdlenessContext,
    readonly merge: () => InputMerge,
    /** Called when a source has been found silent. */
    readonly changed: () => void,
  ) {
    const { clock, inputs } = context;
    this.#touchedMs = inputs.map(() => clock.activeMs);
    this.#idle = inputs.map(() => false);
    this.#stopListening = clock.onChange(() => this.check());
    this.check();
  }

  /** Rows of a source have come. */
  touched(source: number): void {
    this.#touchedMs[source] = this.context.clock.activeMs;
    // A source that is back has a silence to come, maybe before the one that is waited for.
    if (this.#cancel === null || this.#idle[source]) this.check();
  }

  /** Everything begins anew. */
  restart(): void {
    this.#isStopped = false;
    this.#touchedMs = this.#touchedMs.map(() => this.context.clock.activeMs);
    this.check();
  }

  /** Tells the merge who is silent by now, and waits for the next one. */
  check(): void {
    if (this.#isStopped) return;
    const { clock, inputs } = this.context;
    const merge = this.merge();
    merge.advance(clock.now());
    inputs.forEach((input, source) => {
      if (this.#liveDelay(input, source) <= 0) merge.silence(source);
    });
    const idle = inputs.map((_, source) => merge.isIdle(source));
    const fell = idle.some((now, source) => now && !this.#idle[source]);
    this.#idle = idle;
    if (fell) this.changed();
    this.#arm();
  }

  /** Milliseconds until a live source is silent. */
  #liveDelay({ live, idleTimeoutUs }: MergeInput, source: number): number {
    if (!live || idleTimeoutUs === null || this.merge().isIdle(source)) return Infinity;
    return this.#touchedMs[source] + idleTimeoutUs / 1000 - this.context.clock.activeMs;
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = null;
    const { clock, inputs, world } = this.context;
    const silence = this.merge().nextSilence();
    const replayed =
      silence === Infinity || clock.now() >= silence ? Infinity : (clock.delayMs(silence) ?? Infinity);
    const live =
      clock.mode === 'paused' ? Infinity : Math.min(...inputs.map((input, at) => this.#liveDelay(input, at)));
    const delay = Math.min(replayed, live);
    if (delay === Infinity) return;
    this.#cancel = world.after(Math.max(1, Math.ceil(delay)), () => {
      this.#cancel = null;
      this.check();
    });
  }

  /** Notices nobody until everything begins anew. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  close(): void {
    this.stop();
    this.#stopListening();
  }
}
