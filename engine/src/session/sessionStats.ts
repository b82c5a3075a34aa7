import type { ClockState, InputValue } from '@millrace/protocol';
import type { EventTime } from '../columns/time.js';
import type { WriteProgress } from './writeProgress.js';

/** What a session has and does. */
export interface SessionStats {
  readonly clock: ClockState;
  /** What histories, state and tables hold together, and what was given up for the budget. */
  readonly memory: {
    readonly usedBytes: number;
    readonly limitBytes: number;
    readonly evictedBytes: number;
  };
  readonly sources: readonly {
    readonly name: string;
    readonly rows: number;
    readonly bytes: number;
    readonly rejected: number;
    readonly reconnects: number;
    readonly dropped: number;
    /** Rows of a live source's history that were given up for the session's memory. */
    readonly historyEvicted: number;
    readonly readers: number;
    readonly watermark: EventTime;
    readonly ended: boolean;
    readonly error: string | null;
  }[];
  readonly queries: readonly {
    readonly queryId: string;
    readonly owner: string | null;
    readonly rowsKept: number;
    readonly bytes: number;
    readonly evicted: number;
    readonly late: number;
    readonly watermark: EventTime;
    readonly error: string | null;
  }[];
  /** The inputs with what they hold; `refused` counts the values that were not taken. */
  readonly inputs: {
    readonly values: Readonly<Record<string, InputValue>>;
    readonly refused: number;
  };
  /** Writes that go on, and the last ones that ended. */
  readonly writes: readonly WriteProgress[];
}
