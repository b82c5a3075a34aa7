/** The counts of a session on one line, as a status bar shows them. */
export interface PanelSummary {
  /** Sources that are read, and queries and writes that go on. */
  readonly sources: number;
  readonly queries: number;
  /** Over all sources, of the last seconds. */
  readonly rowsPerSecond: number;
  /** The watermark that is furthest behind the clock, in microseconds; null where none is known. */
  readonly worstLagUs: number | null;
  /** Whose lag that is. */
  readonly worstLagOf: string | null;
  /** Sources, queries, writes and recordings that have failed. */
  readonly errors: number;
}

/** A source that is read. Times are microseconds since 1970 UTC, null where there is none (yet). */
export interface PanelSource {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly live: boolean;
  /**
   * `connecting`, `lost`: of a connection. `waiting`: its rows have to wait for those of another source, or for whoever takes them.
   * `silent`: it holds others back no more.
   */
  readonly state: 'running' | 'connecting' | 'lost' | 'waiting' | 'paused' | 'silent' | 'ended' | 'failed';
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly bytesRead: number;
  /** Memory that its history holds. */
  readonly bytesHeld: number;
  readonly watermarkUs: number | null;
  /** How far its watermark is behind the session clock, of a live feed behind the wall clock. */
  readonly lagUs: number | null;
  readonly boundUs: number;
  /** Rows later than its bound allows, and by how much at most. */
  readonly late: number;
  readonly lateByUs: number;
  readonly rejected: number;
  readonly reconnects: number;
  readonly dropped: number;
  readonly historyEvicted: number;
  /** Why the connection is not there, or was lost the last time. */
  readonly trouble: string | null;
  /** The queries whose watermark waits for this source while another one is ahead. */
  readonly holdsBack: readonly string[];
  /** The cells whose queries read it. */
  readonly owners: readonly string[];
  readonly error: string | null;
}

/** A query that runs: a table that is kept current. */
export interface PanelQuery {
  readonly id: string;
  /** The variable that holds the table; null: none does. */
  readonly name: string | null;
  /** What it does, in one line. */
  readonly text: string;
  readonly state: 'running' | 'paused' | 'ended' | 'stopped' | 'failed';
  readonly rowsIn: number;
  readonly rowsPerSecond: number;
  /** Rows of the table, and what it and the operators hold. */
  readonly rows: number;
  readonly tableBytes: number;
  readonly stateBytes: number;
  readonly evicted: number;
  readonly late: number;
  readonly watermarkUs: number | null;
  readonly lagUs: number | null;
  /** Which part of one processor it has taken of late: 1 is all of it; null: not known yet. */
  readonly load: number | null;
  /** What its watermark, and its oldest open window, wait for, in one sentence; null where there is nothing to say. */
  readonly waitsFor: string | null;
  readonly sources: readonly string[];
  /** The query on whose table it runs. */
  readonly over: string | null;
  readonly owners: readonly string[];
  readonly error: string | null;
}

/** A view: what a cell's output shows of a query. */
export interface PanelView {
  readonly id: string;
  readonly title: string | null;
  /** `table`, or the form of a chart. */
  readonly form: string;
  readonly query: string;
  readonly rows: number;
  /** How many front ends look at it. */
  readonly readers: number;
  readonly owners: readonly string[];
  readonly error: string | null;
}

/** What writes rows or arrivals somewhere, or gives them to a function. */
export interface PanelWrite {
  readonly id: string;
  readonly what: 'write' | 'subscription' | 'recording';
  /** Where to: the kind, and the file's, table's or topic's name. */
  readonly to: string;
  readonly state: 'writing' | 'retrying' | 'ended' | 'stopped' | 'failed';
  /** Of a recording: messages. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly bytes: number;
  readonly waiting: number;
  readonly lagMs: number;
  readonly retries: number;
  readonly owners: readonly string[];
  readonly error: string | null;
}

/** A result that somebody has asked to keep. */
export interface PanelKept {
  readonly id: string;
  readonly name: string | null;
  readonly text: string;
  /** `current`: its query goes on. */
  readonly state: 'computing' | 'kept' | 'current';
  readonly rows: number;
  readonly bytes: number;
  readonly owners: readonly string[];
}

/** A place of a query's plan. */
export interface PanelPlanNode {
  /** Its number in the list. */
  readonly id: number;
  readonly kind: 'source' | 'operator' | 'table';
  /** Its kind in one word, and what it does in one line. */
  readonly op: string;
  readonly text: string;
  /** Those that it reads, which come before it. */
  readonly inputs: readonly number[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Milliseconds spent in it, and which part that is of what all operators of the query have taken; null for sources and the table. */
  readonly ms: number | null;
  readonly share: number | null;
  readonly stateRows: number;
  readonly stateBytes: number;
  readonly late: number;
  readonly watermarkUs: number | null;
  /** The source that its watermark waits for. */
  readonly heldBy: string | null;
  /** What there is to say of its open windows. */
  readonly windows: string | null;
}

/** A query's plan with what has been measured; inputs before what reads them. */
export interface PanelPlan {
  readonly query: string;
  readonly nodes: readonly PanelPlanNode[];
  /** Nodes that were left out, since there are too many to draw. */
  readonly left: number;
}

/** What a session has and does. Lists are bounded; `left` counts what is not in them. */
export interface PanelState {
  readonly summary: PanelSummary;
  readonly clock: 'idle' | 'max' | 'playing' | 'paused' | 'ended';
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number; readonly evictedBytes: number };
  readonly sources: readonly PanelSource[];
  readonly queries: readonly PanelQuery[];
  readonly views: readonly PanelView[];
  readonly writes: readonly PanelWrite[];
  readonly kept: readonly PanelKept[];
  readonly left: number;
  /** The plans that were asked for, of queries that run. */
  readonly plans: readonly PanelPlan[];
}

/** A row that could not be read. */
export interface PanelReject {
  readonly position: number;
  readonly reason: string;
  readonly text: string;
}

/** What can be stopped. */
export type PanelStoppable = 'source' | 'query' | 'write' | 'subscription' | 'recording';

/** Front end to kernel on `PANEL_TARGET`, opened with `{ v }`. Nothing is sent unasked, so that a front end that is gone costs nothing. */
export type PanelRequest =
  /** One `state`, or of `summary` alone one `summary`; a few times a second at most. */
  | { readonly type: 'look'; readonly detail: 'summary' | 'all'; readonly plans: readonly string[] }
  | { readonly type: 'rejects'; readonly source: string }
  | { readonly type: 'stop'; readonly what: PanelStoppable; readonly id: string }
  | { readonly type: 'stopAll' }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'releaseAll' };

/** Kernel to front end on `PANEL_TARGET`. */
export type PanelMessage =
  | { readonly type: 'summary'; readonly summary: PanelSummary }
  | { readonly type: 'state'; readonly state: PanelState }
  /** The first rows of a source that could not be read; `count`: how many there are. */
  | {
      readonly type: 'rejects';
      readonly source: string;
      readonly count: number;
      readonly rows: readonly PanelReject[];
    }
  /** What was asked for has been done. */
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'refused'; readonly reason: string }
  /** Nothing more comes. */
  | { readonly type: 'bye'; readonly reason: string };
