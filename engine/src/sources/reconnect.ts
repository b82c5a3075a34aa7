import { monotonicMs } from './receiveClock.js';
import type { World } from './source.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A connection that lived so long, and longer than the pause before it, was a good one. */
const GOOD_MS = 1000;
/** Attempts may follow each other faster than one a second, but no more than so many. */
const MOST_AT_ONCE = 4;
const MS_PER_ATTEMPT = 1000;

/**
 * How long to wait before the next attempt to connect: pauses that double, up to 30 seconds, each cut by up to a half at random, so that those
 * who lost a server together do not come back together. In the long run never more than one attempt a second, however short-lived connections are.
 */
export class Reconnect {
  #failures = 0;
  #pauseMs = 0;
  /** When so many attempts ago would have been due at one a second. */
  #budgetMs = -Infinity;
  #connectedMs: number | null = null;

  /** `longestMs`: the longest pause, where it is another one than 30 seconds. */
  constructor(
    private readonly world: World,
    private readonly longestMs = LONGEST_PAUSE_MS,
  ) {}

  /** An attempt begins. */
  attempted(): void {
    const now = monotonicMs(this.world);
    this.#budgetMs = Math.max(this.#budgetMs, now - MOST_AT_ONCE * MS_PER_ATTEMPT) + MS_PER_ATTEMPT;
    this.#connectedMs = null;
  }

  /** The connection has been shown to work. */
  connected(): void {
    this.#connectedMs ??= monotonicMs(this.world);
  }

  /** It failed, or was lost: milliseconds until the next attempt. */
  pauseMs(): number {
    const now = monotonicMs(this.world);
    const lived = this.#connectedMs === null ? 0 : now - this.#connectedMs;
    if (lived >= Math.max(GOOD_MS, this.#pauseMs)) this.#failures = 0;
    const longest = Math.min(this.longestMs, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures++, 20));
    const pause = longest * (0.5 + this.world.random() / 2);
    this.#pauseMs = Math.max(pause, this.#budgetMs + MS_PER_ATTEMPT - now);
    return this.#pauseMs;
  }
}
