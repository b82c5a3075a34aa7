import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { MeetingStats } from './meetingStats.js';
import type { ShuffleStats } from './shuffleStats.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Where an operator's output goes. The batch is lent: it is used up, or copied, before the call returns. */
export type Emitter = (batch: Batch) => void;

/** What an operator counts while it runs. */
export interface OperatorCounters {
  /** Rows dropped because their windows were final. */
  late: number;
  /** Rows dropped because their event time is NULL. */
  untimed: number;
  /** Rows that took away the row of a key that had none; only operators that read changes out of rows count them. */
  unmatched?: number;
  /** Groups forgotten because no row has come to them for their time to live. */
  expired?: number;
  /** Rows dropped because no window holds their event time; none where windows hold every time. */
  outside?: number;
}

/** The windows that an operator holds open, and when the oldest of them ends. */
export interface OpenWindows {
  readonly count: number;
  /** In event time, exclusive; null where none is open. */
  readonly oldestEnd: EventTime | null;
}

/**
 * A running operator. `process` is never asynchronous: asynchrony lives in sources and sinks. A batch without rows
 * carries a watermark alone, and every call emits one batch at least, so that watermarks arrive everywhere.
 */
export interface Operator {
  process(port: number, batch: Batch, out: Emitter): void;
  readonly counters: OperatorCounters;
  /** Bytes of state held, roughly. */
  bytes(): number;
  /** Writes all state, between two batches: an operator that takes it in goes on as this one would. */
  snapshot(writer: StateWriter): void;
  /** Takes in the state that an operator of the same plan wrote; this one must be new. */
  restore(reader: StateReader): void;
  /** Rows whose results come later than `process` returns; only operators of the users' functions have it. */
  readonly pendingRows?: number;
  /** The query is over: what was asked for elsewhere is not awaited any more. */
  close?(): void;
  /** Rows of state held: a group of a window is one, and so is a row that is kept back. */
  stateRows(): number;
  /** The windows that are not final yet; only operators of windows have it. */
  openWindows?(): OpenWindows;
  /** How history and live rows meet; only `followedBy` has it. */
  meeting?(): MeetingStats;
  /** Whether a port's live feeds are to be held back, since what has come of it waits; only `followedBy` has it. */
  holdsBack?(port: number): boolean;
  /** What has gone to which partition; only mapReduce has it. */
  shuffle?(): ShuffleStats;
  /**
   * Tells that a port holds the watermark back no more, since its sources are silent (`idle`), or does again. Only operators
   * of several ports have it; what a higher watermark brings about is emitted at once.
   */
  idle?(port: number, idle: boolean, out: Emitter): void;
  /** After so many microseconds, by the session clock, the operator is told; null: never. Only operators of windows have it. */
  readonly everyUs?: number | null;
  /** Such a period is over: what has changed since it was told last is told now. */
  tick?(out: Emitter): void;
}

/** An operator that holds nothing between batches. */
export abstract class StatelessOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };

  abstract process(port: number, batch: Batch, out: Emitter): void;

  bytes(): number {
    return 0;
  }

  stateRows(): number {
    return 0;
  }

  snapshot(): void {
    // There is no state.
  }

  restore(): void {
    // There is no state.
  }
}
