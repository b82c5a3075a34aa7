import type { Batch } from '../columns/batch.js';
import type { World } from '../sources/source.js';
import type { Rewind } from './checkpoint.js';
import type { SessionClock } from './clock.js';

/** A feed as its members see it. */
export interface PortFeed {
  /** Whether it waits for a query to take its rows. */
  readonly isStalled: boolean;
  /** Lets it look again whether it has to wait. */
  wake(): void;
}

/** What takes a feed's rows: a query, at the port of one of its sources. */
export interface FeedMember {
  /** `arrival` numbers the batches of all live feeds of a session in the order in which they came; null for recorded rows. */
  push(batch: Batch, arrival: number | null): void;
  /** Every row below a place in the order of recorded rows has been given; of a live feed, every row that has come. */
  progress(key: number): void;
  /** Whether it cannot take more rows until those of its other sources have come. */
  readonly isFull: boolean;
  /** The feed waits since one of its members is full. */
  stalled(): void;
  /** The feed, while it gives rows to this member. */
  feed: PortFeed | null;
  /** The input has come to its end. */
  end(): void;
  fail(error: unknown): void;
  /**
   * The input starts again, from its beginning or from a checkpoint; feeds that start again together have one number for it. Returns whether the member goes on
   * from the checkpoint: if not, it is empty, and needs every row from the beginning.
   */
  restart(rewind: Rewind): boolean;
  /**
   * How many rows it has been given in this run, for one that has to go on counting from a checkpoint; null: that alone does not say where it is, so that there
   * is no checkpoint for it.
   */
  place?(): number | null;
  /** Everything that the feed has given out so far has arrived. */
  caughtUp(): void;
}

/** What a feed needs of its surroundings. */
export interface FeedContext {
  readonly clock: SessionClock;
  /** Resolves once other work has had its turn. */
  yieldTurn(): Promise<void>;
  readonly world: World;
  /** Tells that rows have been handed out, or that an end was reached. */
  progressed(): void;
  /** The number of the next batch that arrives at any live feed. */
  nextArrival(): number;
  /** Null where there is memory for more rows; else resolves when to ask again, or throws. */
  memory(reader: string): Promise<void> | null;
}
