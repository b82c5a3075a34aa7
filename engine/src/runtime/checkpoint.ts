import { START_OF_TIME, type EventTime } from '../columns/time.js';

/** How far a replay is. */
export interface FeedMark {
  /** Rows handed out. */
  readonly position: number;
  /** Up to which place among recorded rows everything has been given. */
  readonly given: number;
  readonly watermark: EventTime;
  /** The place of the last row that was handed out. */
  readonly reached: EventTime;
  readonly ended: boolean;
  /** A place that its reading can go on from, and how many rows lie before it; null: the source's start. */
  readonly bookmark: { readonly rows: number; readonly place: unknown } | null;
}

/** Where a replay starts. */
export const BEGINNING: FeedMark = {
  position: 0,
  given: -Infinity,
  watermark: START_OF_TIME,
  reached: START_OF_TIME,
  ended: false,
  bookmark: null,
};

/** The session's replays and queries as they were at one moment, to go on from. */
export interface Checkpoint {
  /** The clock's time then, in event time: nothing that is later has happened. */
  readonly time: EventTime;
  /** Rows that all replays had handed out. */
  readonly rows: number;
  /** By feed. */
  readonly feeds: ReadonlyMap<object, FeedMark>;
  /** The state of each query that could be written, as a snapshot. */
  readonly queries: Map<object, Uint8Array>;
  /** How many rows those had been given who count them. */
  readonly places: Pick<WeakMap<object, number>, 'get'>;
}

/** Replays begin anew: at their starts, or at a checkpoint. */
export interface Rewind {
  /** A later rewind has a higher number. */
  readonly epoch: number;
  readonly to: Checkpoint | null;
}

/** Bytes that a checkpoint holds. */
export function checkpointBytes({ queries }: Checkpoint): number {
  let bytes = 0;
  for (const state of queries.values()) bytes += state.byteLength;
  return bytes;
}
