/** How the rows of a session's replays lie over time, as far as that is known. Times are microseconds since 1970 UTC. */
export interface TimeLine {
  /** Where the first bucket begins, and how wide each is. */
  readonly fromUs: number;
  readonly widthUs: number;
  /** Rows that have been read, by bucket. */
  readonly counts: readonly number[];
  /** Rows that are still to be read, by bucket, as indexes and statistics of the files say; zeros where they say nothing. */
  readonly expected: readonly number[];
  /** Up to here rows have been read and counted; null: all have. */
  readonly readUs: number | null;
  /** The places where something is missing, in the order of time: at most 64. */
  readonly gaps: readonly TimeGap[];
  /** How many more there are. */
  readonly moreGaps: number;
}

/**
 * A span in which something is missing.
 *
 * - `silent`: no rows, for much longer than usual.
 * - `missing`: rows are missing there, by their numbers.
 * - `disconnected`: what was recorded had no connection.
 * - `lost`: what was recorded came too fast for the disk.
 */
export interface TimeGap {
  readonly kind: 'silent' | 'missing' | 'disconnected' | 'lost';
  readonly fromUs: number;
  readonly toUs: number;
  /** Of which replay; null: of all of them. */
  readonly source: string | null;
  /** How many rows or messages are missing; null: nobody knows, or none. */
  readonly missing: number | null;
}

/** A table of windows that is shown, for steps by its windows. */
export interface ShownWindows {
  /** The view that shows it. */
  readonly view: string;
  /** What its windows are, for people: `1 min`. */
  readonly label: string;
  /** Whether they are drawn as candlesticks. */
  readonly bars: boolean;
}

/** A live feed of the session. */
export interface LiveFeed {
  readonly name: string;
  readonly state: 'connected' | 'reconnecting' | 'ended' | 'failed';
  /** How far the newest event lies behind the wall clock, in microseconds; null: none has come, or they have no times. */
  readonly lagUs: number | null;
}
