import type { EventTime } from '../columns/time.js';
import type { MeetingStats } from '../operators/meetingStats.js';
import type { ShuffleStats } from '../operators/shuffleStats.js';
import type { ExplainedPhysical } from '../physical/explain.js';

export type { MeetingStats, ShuffleStats };

/** A source of a query and how far it is. Times are event time in whole microseconds since 1970; null where there is none yet. */
export interface SourceStats {
  /** The name that the source was given. */
  readonly name: string;
  /** Rows that this query has taken from it. */
  readonly rows: number;
  /** Rows of it that have come and wait for other sources, whose earlier rows have not. */
  readonly waiting: number;
  /** The watermark: the highest event time less the bound. Infinite once the source has ended. */
  readonly watermarkUs: EventTime | null;
  /** How far rows may lag behind the highest event time. */
  readonly boundUs: number;
  readonly boundFrom: 'declared' | 'sample';
  /** Rows of it that came later than the bound allows, and by how much at most. */
  readonly late: number;
  readonly lateByUs: number;
  /** The highest event time so far. */
  readonly lastTimeUs: EventTime | null;
  /** After so long a silence on the session clock it holds others back no more; null: never. */
  readonly idleTimeoutUs: number | null;
  readonly idle: boolean;
  readonly ended: boolean;
}

/** The source that an operator's watermark waits for. */
export interface WatermarkHolder {
  readonly source: string;
  readonly watermarkUs: EventTime | null;
  readonly boundUs: number;
  readonly lastTimeUs: EventTime | null;
  readonly idle: boolean;
}

/** The windows that an operator holds open. */
export interface WindowStats {
  readonly open: number;
  /** When the oldest of them ends (exclusive); null where none is open. */
  readonly oldestEndUs: EventTime | null;
  /** Why that one is still open, in one sentence; null where none is. */
  readonly why: string | null;
}

/** One operator of a running plan. Counts are since the query began, or since the clock was last started. */
export interface OperatorStats {
  /** The operator's number in `explain()`. */
  readonly operator: number;
  /** Its kind: `filter`, `windowedAggregate`, … */
  readonly op: string;
  /** What it does, in one line. */
  readonly text: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Milliseconds spent in it, without the operators that read its output. Small batches are sampled. */
  readonly ms: number;
  /** Rows of state: groups of open windows, groups, rows kept back. */
  readonly stateRows: number;
  readonly stateBytes: number;
  /** Rows dropped because they came after their windows were final. */
  readonly late: number;
  /** Rows dropped because they have no event time. */
  readonly untimed: number;
  /** Rows dropped because no window holds their time: those outside of an exchange's sessions. */
  readonly outside: number;
  /** Rows that took away the row of a key that had none: `toTable()` leaves them out. */
  readonly unmatched: number;
  /** The watermark of what it puts out; infinite at the end of the input; null before the first. */
  readonly watermarkUs: EventTime | null;
  /** What that watermark waits for; null at the end of the input. */
  readonly heldBy: WatermarkHolder | null;
  /** For operators of windows. */
  readonly windows: WindowStats | null;
  /** For mapReduce: what has gone to which partition. */
  readonly shuffle: ShuffleStats | null;
  /** For followedBy: how history and live rows meet. */
  readonly meeting?: MeetingStats;
}

/** What a query does and holds, as `await t.stats()` gives it. */
export interface QueryStats {
  /** `'not running'`: nothing looks at it, and no read of it has been made; `'read'`: the last read of it, which is over. */
  readonly state: 'running' | 'paused' | 'ended' | 'failed' | 'read' | 'not running';
  readonly error: string | null;
  /** Rows that have come from all sources. */
  readonly rowsIn: number;
  /** Rows dropped for being late or without event time, by all operators. */
  readonly late: number;
  readonly sources: readonly SourceStats[];
  /** Inputs before what reads them; the last one fills the table. */
  readonly operators: readonly OperatorStats[];
  /** The table that holds the result; null for a read that is over. */
  readonly table: {
    readonly rows: number;
    readonly bytes: number;
    /** Rows that the table's retention has dropped. */
    readonly evicted: number;
  } | null;
}

/** A node of the logical plan: its kind, one line of text, and what it reads. */
export interface ExplainedLogical {
  readonly kind: string;
  readonly text: string;
  /** How its rows are told: they only come, may be taken back, or take the place of those of their key. */
  readonly changes: 'append' | 'retract' | 'upsert' | null;
  /** The columns whose values name one row; null where there are none, or they are not known. */
  readonly key: readonly string[] | null;
  readonly inputs: readonly ExplainedLogical[];
}

/** What a plan is, as `await t.explain({ format: 'data' })` gives it. */
export interface Explanation {
  /** The same as text. */
  readonly text: string;
  readonly logical: ExplainedLogical;
  readonly physical: ExplainedPhysical;
  /** What has been measured, where it runs or has been read; else null. */
  readonly stats: QueryStats | null;
}
