import type { EventTime } from '../columns/time.js';
import type { SessionClock } from './clock.js';
import type { Feed } from './feed.js';

/** Rows that are handed out one place after the other before other work has its turn. */
const ROWS_A_TURN = 2048;

/** What steps are made through. */
export interface SteppedSession {
  readonly clock: SessionClock;
  /** The replays, in the order in which rows of equal times come. */
  readonly replays: readonly Feed[];
  /** Resolves when rows have been handed out, read, or come to their end. */
  waitForProgress(): Promise<void>;
  yieldTurn(): Promise<void>;
}

/**
 * Lets the rows of the replays out one place after the other, in the order in which they were recorded, while the clock stands: so many rows, or until something
 * has happened. The clock goes with them.
 */
export class Stepper {
  constructor(readonly session: SteppedSession) {}

  /** Lets so many rows out, unless the clock is moved meanwhile. */
  async rows(count: number, isCurrent: () => boolean): Promise<void> {
    let left = count;
    await this.#go(
      () => left,
      rows => (left -= rows),
      isCurrent,
    );
  }

  /** Lets rows out, those of one time together, until the condition holds, the replays are over, or the clock is moved. */
  async until(condition: () => boolean, isCurrent: () => boolean): Promise<void> {
    await this.#go(
      () => (condition() ? 0 : Infinity),
      () => undefined,
      isCurrent,
    );
  }

  async #go(most: () => number, gone: (rows: number) => void, isCurrent: () => boolean): Promise<void> {
    const { session } = this;
    const { clock } = session;
    let turn = 0;
    while (most() > 0) {
      const feed = await this.#nextFeed();
      if (feed === null || !isCurrent()) return;
      const time = feed.next!;
      const rows = feed.step(time, most());
      gone(rows);
      turn += rows;
      if (most() > 0 && turn < ROWS_A_TURN) continue;
      turn = 0;
      const next = await this.#nextFeed();
      if (!isCurrent()) return;
      // Rows of one time may have been parted: then the clock stands just before it.
      clock.standAt(next !== null && next.next! <= time ? time - 1 : time);
      await session.yieldTurn();
    }
  }

  /** The replay whose row is next, once that is known; null where all are over. */
  async #nextFeed(): Promise<Feed | null> {
    for (;;) {
      const feeds = this.session.replays.filter(feed => !feed.ended);
      if (feeds.every(feed => feed.next !== null)) return first(feeds);
      await this.session.waitForProgress();
    }
  }
}

function first(feeds: readonly Feed[]): Feed | null {
  let found: Feed | null = null;
  let lowest: EventTime = Infinity;
  for (const feed of feeds) {
    if (found !== null && feed.next! >= lowest) continue;
    found = feed;
    lowest = feed.next!;
  }
  return found;
}
