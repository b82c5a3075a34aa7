import type { Field } from '../columns/types.js';
import type { EventTime } from '../columns/time.js';
import type { Value } from '../columns/values.js';
import type { LiteralValue } from '../expr/ast.js';
import type { CacheNode } from '../plan/nodes/cache.js';
import type { PlanNode } from '../plan/plan.js';
import type { ChangelogMode } from '../plan/relation.js';
import type { RowOrigin } from '../plan/rowOrigins.js';
import type { Pin, ResultPin } from '../sources/pin.js';
import type { RecordingStats } from '../sources/recorder.js';
import type { SourceSummary, Reject } from '../sources/source.js';
import type { Explanation, QueryStats } from './stats.js';
import type { SessionStats } from './sessionStats.js';
import type { WriteProgress } from './writeProgress.js';
import type {
  ClockCommand,
  ClockState,
  InputMessage,
  InputOpen,
  InputRequest,
  InputSpec,
  InputValue,
  SessionMessage,
  SessionRequest,
  ViewDescription,
  ViewMessage,
  ViewOpen,
  ViewRequest,
  ViewStatus,
} from '@millrace/protocol';

export type { RecordingStats, Reject, SourceSummary };
export type * from './stats.js';
export type * from './writeProgress.js';
export type * from './sessionStats.js';

/**
 * What crosses between the client side of a session (where the DSL builds plans) and its host (where the engine runs).
 * Everything is structured-cloneable; rows travel as Arrow IPC streams. Requests are answered, events are not.
 */
export type HostRequest =
  /** Finds the sources' schemas and types the plan, which is known to `sampleOf` under the name from then on, where one is given. */
  | { readonly type: 'bind'; readonly plan: PlanNode; readonly name?: string }
  /** What is known of a plan without running it: its columns, and up to so many rows that are there. A source is looked at anew. */
  | { readonly type: 'sample'; readonly plan: PlanNode; readonly limit: number }
  /** The same of a plan that was bound under a name; null where none was. */
  | { readonly type: 'sampleOf'; readonly name: string; readonly limit: number }
  /** Starts (or joins) the query and keeps its result current until `release`. `owner` is the cell that made it. */
  | { readonly type: 'open'; readonly plan: PlanNode; readonly owner: string | null }
  /** The table or stream's rows at the clock's time: at the end of the input where no clock holds it. */
  | {
      readonly type: 'read';
      readonly plan: PlanNode;
      readonly limit: number | null;
      readonly current: boolean;
    }
  /**
   * Finds a table's rows by some columns until `indexClose`: of a table that is kept current (`now`), of one that does not change (`table`),
   * or as they were when the clock stood at a time of event time.
   */
  | {
      readonly type: 'index';
      readonly plan: PlanNode;
      readonly owner: string | null;
      readonly columns: readonly string[];
      readonly over: 'now' | 'table' | { readonly at: string };
    }
  /** The newest row of a key, or all of its rows. Keys are exact values, one a column. */
  | {
      readonly type: 'indexGet';
      readonly indexId: string;
      readonly key: readonly Value[];
      readonly all: boolean;
    }
  /** The rows whose keys lie between two, both included, in order of the keys; the first columns of a key stand for all that begin so. */
  | {
      readonly type: 'indexRange';
      readonly indexId: string;
      readonly from: readonly Value[];
      readonly to: readonly Value[];
      readonly limit: number | null;
    }
  /** Watches a key under a number of the client's; null: no longer. */
  | {
      readonly type: 'indexWatch';
      readonly indexId: string;
      readonly watch: number;
      readonly key: readonly Value[] | null;
    }
  /** Resolves when rows of watched keys are others than they were when it last did, or when the input has ended. */
  | { readonly type: 'indexChanges'; readonly indexId: string }
  | { readonly type: 'indexClose'; readonly indexId: string }
  /**
   * Keeps the result of a `cache` node until `uncache`, or until its owners are released: the rows of a bounded table, which stand for the
   * node in other plans; the query of one that is kept current. It is answered before anything is computed.
   */
  | { readonly type: 'cache'; readonly plan: CacheNode; readonly owner: string | null }
  | { readonly type: 'uncache'; readonly plan: CacheNode }
  | { readonly type: 'explain'; readonly plan: PlanNode }
  /** What a row was made of: given by its key, or by all of its values. */
  | {
      readonly type: 'origins';
      readonly plan: PlanNode;
      readonly values: Readonly<Record<string, LiteralValue>>;
    }
  /** What the plan's query does and holds, where it runs; else of its last read. */
  | { readonly type: 'queryStats'; readonly plan: PlanNode }
  | {
      readonly type: 'write';
      readonly plan: PlanNode;
      readonly sink: string;
      readonly options: Readonly<Record<string, unknown>>;
      readonly owner?: string | null;
      /** Of a table that changes: each row when it can no longer change, or every change (not given: final). */
      readonly emit?: 'final' | 'changes';
      /** All at once in a reading of its own, or as the session clock lets the rows out (not given: at once). */
      readonly pace?: 'full' | 'clock';
    }
  /** How far a write is. */
  | { readonly type: 'writeProgress'; readonly writeId: string }
  /** The same a second later, or at the end of the write where that comes before. */
  | { readonly type: 'writeLater'; readonly writeId: string }
  /** Resolves at the end of a write, however it comes. */
  | { readonly type: 'writeEnded'; readonly writeId: string }
  /** Begins to give a plan's rows to the client, which asks for them. */
  | {
      readonly type: 'subscribe';
      readonly plan: PlanNode;
      readonly owner: string | null;
      readonly emit: 'final' | 'changes';
      readonly pace: 'full' | 'clock';
      /** Whether the end of the replays is awaited with it. */
      readonly settles: boolean;
    }
  /** The next rows, when there are some; those before are done with. */
  | { readonly type: 'subscriptionNext'; readonly subscriptionId: string }
  /** The client wants no more, or its function has failed. */
  | { readonly type: 'subscriptionEnd'; readonly subscriptionId: string; readonly error: WireError | null }
  /** Ends a write: what has come is written. */
  | { readonly type: 'writeStop'; readonly writeId: string }
  /** Writes down what arrives over the connection of a stream's one source, until `recordingStop`, or until its owner is released. */
  | {
      readonly type: 'record';
      readonly plan: PlanNode;
      readonly path: string;
      readonly exists: 'refuse' | 'replace';
      readonly owner: string | null;
    }
  | { readonly type: 'recordingStats'; readonly recordingId: string }
  | { readonly type: 'recordingStop'; readonly recordingId: string }
  /** Notes which file a source node reads, and what that gives. */
  | {
      readonly type: 'pin';
      readonly plan: PlanNode;
      readonly renew: boolean;
      readonly owner: string | null;
    }
  /** Notes what a plan gives at the end of its input, under a name; what was noted before has to be the same, unless it is renewed. */
  | {
      readonly type: 'pinResult';
      readonly plan: PlanNode;
      readonly name: string;
      readonly renew: boolean;
      readonly owner: string | null;
    }
  | { readonly type: 'rejects'; readonly plan: PlanNode }
  | { readonly type: 'release'; readonly queryId: string }
  /** Releases every query that the owner made: its cell is gone. */
  | { readonly type: 'releaseOwner'; readonly owner: string }
  /** The owner's cell begins to run again: its views are over, and its queries go on until `settleOwner`, for what the cell makes of them anew. */
  | { readonly type: 'retireOwner'; readonly owner: string }
  /** The owner's cell has run: what of its former queries nothing holds is over. */
  | { readonly type: 'settleOwner'; readonly owner: string }
  /** Lets other sources stand for those of these names, in all plans, also of what is shown; null: the source that was written. All of it or nothing. */
  | { readonly type: 'use'; readonly sources: Readonly<Record<string, PlanNode | null>> }
  /** Makes an input known: a plan parameter and the values that it takes. One that is known already and the same keeps what it holds. */
  | {
      readonly type: 'input';
      readonly name: string;
      readonly spec: InputSpec;
      readonly owner: string | null;
    }
  /** Gives an input another value. */
  | { readonly type: 'inputSet'; readonly name: string; readonly value: InputValue }
  /** Resolves when all that is looked at has the present values of inputs. */
  | { readonly type: 'inputsSettled' }
  /** Runs a plan over replays in three ways, and tells by which rows they differ. */
  | { readonly type: 'same'; readonly plan: PlanNode }
  | { readonly type: 'stats' }
  | { readonly type: 'clock'; readonly command: ClockCommand }
  /** Resolves when the clock reaches the time (microseconds, a time of day on the replays' first day, or an ISO time), or every replay its end. */
  | { readonly type: 'until'; readonly time: EventTime | 'end' | (string & {}) }
  /** Goes to a time, forward or back, and resolves when every query is there. */
  | { readonly type: 'seek'; readonly to: EventTime | string }
  /** Goes on by rows, by a duration of event time, or until a table has closed its next window, and stands. Resolves when the queries are there. */
  | {
      readonly type: 'step';
      readonly by:
        { readonly events: number } | { readonly durationUs: number } | { readonly window: PlanNode };
    }
  /** Registers a view of a query: what the cell's output shows. Frames are asked for by front ends. */
  | {
      readonly type: 'view';
      readonly viewId: string;
      readonly plan: PlanNode;
      readonly owner: string | null;
      readonly view: ViewDescription;
    }
  /** What a function of the user's gave for an `apply` event. */
  | { readonly type: 'applied'; readonly callId: number; readonly result: FunctionResult }
  /** The process of the users' functions has ended: queries that call functions made so far fail. */
  | { readonly type: 'clientGone' }
  /** The view's rows now, as a front end would get them, for a saved output. */
  | { readonly type: 'viewSnapshot'; readonly viewId: string; readonly limit: number };

/** The rows that a function gave, as an Arrow IPC stream; `rows`: which row of the call each belongs to, null: one each. */
export type FunctionResult =
  | { readonly ok: true; readonly arrow: Uint8Array; readonly rows: Int32Array | null }
  | { readonly ok: false; readonly error: WireError };

export interface BoundPlan {
  readonly fields: readonly Field[];
  readonly time: string | null;
  readonly mode: ChangelogMode;
  readonly key: readonly string[] | null;
  readonly sources: readonly SourceSummary[];
}

/** What `sample` tells. */
export interface PlanSample {
  readonly fields: readonly Field[];
  readonly time: string | null;
  readonly key: readonly string[] | null;
  /** The sources below, with the paths of those that are files. */
  readonly sources: readonly {
    readonly name: string;
    readonly connector: string;
    readonly path: string | null;
  }[];
  /** Values as text, cut where they are long, by columns: of the last rows of a query that runs, or of the first ones of a source; null: there are none. */
  readonly rows: {
    readonly which: 'first' | 'last';
    readonly columns: readonly (readonly (string | null)[])[];
  } | null;
}

export interface HostReplies {
  bind: BoundPlan;
  sample: PlanSample;
  sampleOf: PlanSample | null;
  open: { readonly queryId: string; readonly bound: BoundPlan };
  read: { readonly arrow: Uint8Array; readonly rows: number; readonly bound: BoundPlan };
  index: { readonly indexId: string; readonly bound: BoundPlan };
  indexGet: { readonly arrow: Uint8Array; readonly rows: number };
  indexRange: { readonly arrow: Uint8Array; readonly rows: number };
  indexWatch: null;
  indexChanges:
    | { readonly closed: true }
    | {
        readonly closed: false;
        /** The watches whose rows have changed: `arrow` holds these, one each. */
        readonly changed: readonly number[];
        readonly arrow: Uint8Array;
        /** The watches whose keys have no row any more. */
        readonly gone: readonly number[];
        readonly ended: boolean;
      };
  indexClose: null;
  cache: null;
  uncache: null;
  explain: Explanation;
  /** The step that made the row, how many rows have its values, and what they were made of. */
  origins: { readonly step: string; readonly rows: number; readonly origins: readonly RowOrigin[] };
  queryStats: QueryStats;
  /** A write that has begun; a live one does not end by itself. */
  write: { readonly writeId: string; readonly live: boolean };
  subscribe: { readonly subscriptionId: string; readonly fields: readonly Field[] };
  /** Rows as Arrow IPC streams, in their order; `ended`: no more come. */
  subscriptionNext: { readonly arrows: readonly Uint8Array[]; readonly ended: boolean };
  subscriptionEnd: null;
  writeProgress: WriteProgress;
  writeLater: WriteProgress;
  writeEnded: WriteProgress;
  writeStop: WriteProgress;
  record: { readonly recordingId: string };
  recordingStats: RecordingStats & {
    /** What ended it, where something did. */
    readonly error: WireError | null;
    readonly isOver: boolean;
  };
  recordingStop: RecordingStats;
  pin: Pin & { readonly file: string };
  pinResult: Pick<ResultPin, 'columns' | 'key' | 'rows' | 'hash'>;
  rejects: { readonly count: number; readonly rows: readonly Reject[] };
  applied: null;
  clientGone: null;
  release: null;
  releaseOwner: null;
  retireOwner: null;
  settleOwner: null;
  same: {
    readonly rows: { readonly batch: number; readonly replay: number; readonly live: number };
    /** Rows that differ, and the first of them. */
    readonly differences: number;
    readonly fields: readonly Field[];
    readonly arrow: Uint8Array;
  };
  /** How many views and queries go on over other sources. */
  use: { readonly rebound: number };
  /** What it holds. */
  input: { readonly value: InputValue };
  inputSet: { readonly value: InputValue };
  inputsSettled: null;
  stats: SessionStats;
  clock: ClockState;
  until: ClockState;
  seek: ClockState;
  step: ClockState;
  view: { readonly bound: BoundPlan };
  viewSnapshot: { readonly arrow: Uint8Array; readonly status: ViewStatus; readonly bound: BoundPlan };
}

/** An error as it crosses: rebuilt on the other side with its class, code and hint. */
export interface WireError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Where in the user's code the plan's node was made, as a stack line; null where it is not known. */
  readonly origin: string | null;
  /** The content hash of the plan node at fault, by which the client finds the origin; null where no node is. */
  readonly node: string | null;
}

/** What a host tells its client unasked. */
export type HostEvent =
  | { readonly type: 'clock'; readonly state: ClockState }
  /** An input holds another value; those that are there are told to who begins to listen. */
  | { readonly type: 'input'; readonly name: string; readonly spec: InputSpec; readonly value: InputValue }
  /** Rows for a function of the user's, to be answered by `applied` by the client that has the function. */
  | {
      readonly type: 'apply';
      readonly callId: number;
      readonly run: string;
      readonly fn: string;
      readonly fields: readonly Field[];
      readonly arrow: Uint8Array;
      /** How far the session clock is, in microseconds; null where it reads everything at once. */
      readonly nowUs: number | null;
    }
  /** A run of a query is over: its functions' states can go. */
  | { readonly type: 'applyEnd'; readonly run: string }
  | { readonly type: 'notice'; readonly owner: string | null; readonly text: string }
  | {
      readonly type: 'queryFailed';
      readonly queryId: string;
      readonly owner: string | null;
      readonly error: WireError;
    };

/** The one thing a session's client needs of the other side: in-process, a worker or another process alike. */
export interface HostLink {
  request<Request extends HostRequest>(request: Request): Promise<HostReplies[Request['type']]>;
  onEvent(listener: (event: HostEvent) => void): () => void;
  close(): Promise<void>;
}

/** A front end's side of one view: it receives messages, and answers with requests. */
export interface ViewConnection {
  receive(request: ViewRequest): void;
  close(): void;
}

/**
 * The host of a session: where sources, operators, tables, views and the clock live. One per notebook, in the engine
 * process under the kernel, in-process in scripts and pages.
 */
export interface SessionHost {
  /** A link for a client; any number may be open. */
  link(): HostLink;
  /**
   * Connects a front end to a view. Messages come through `send`, each frame only against credit; an unknown view or
   * version is answered with `bye`.
   */
  attachView(
    open: ViewOpen,
    send: (message: ViewMessage, buffers: readonly Uint8Array[]) => void,
  ): ViewConnection;
  /** Connects a control of an input. What it holds is sent at once, and whenever it changes; an unknown one is answered with `bye`. */
  attachInput(
    open: InputOpen,
    send: (message: InputMessage) => void,
  ): { receive(request: InputRequest): void; close(): void };
  /** Connects a replay bar. The clock's state is sent at once, and whenever it changes. */
  attachSession(send: (message: SessionMessage) => void): {
    receive(request: SessionRequest): void;
    close(): void;
  };
  close(): Promise<void>;
}
