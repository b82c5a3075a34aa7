import type { Batch } from '../columns/batch.js';
import type { Field } from '../columns/types.js';
import type { EventTime } from '../columns/time.js';
import type { Arrival } from './arrival.js';
import type { Lateness } from './marks.js';

/** A row that could not be read: counted, and the first ones kept. */
export interface Reject {
  /** Where: a line, a message or a row number, from 1. */
  readonly position: number;
  /** What was wrong with it and what was expected, in one sentence. */
  readonly reason: string;
  /** The row's text, cut to 1,000 characters. */
  readonly text: string;
}

/** What a source tells of itself in one line: found when it is opened, counted on while it is read. */
export interface SourceSummary {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly time: string | null;
  /** The bound that is in force, in microseconds. */
  readonly boundUs: number;
  /** Whether the bound was declared, or measured on the sample. */
  readonly boundFrom: 'declared' | 'sample';
  /** Rows in the whole source where its format says so. */
  readonly rows: number | null;
  /** The event times of the sample (or of the whole source where its format says so). */
  readonly firstTime: EventTime | null;
  readonly lastTime: EventTime | null;
  /** When the first and the last row were received, where rows are put in order by that and not by event time; null: not known. */
  readonly received?: { readonly first: EventTime | null; readonly last: EventTime | null };
  /** What the sample at the beginning showed: how many rows, how many that could not be read, how far rows lay behind earlier ones. Not given: there was none. */
  readonly sample?: { readonly rows: number; readonly rejected: number; readonly disorderUs: number };
  /** A sentence for anything a user should know: units guessed, columns widened, a schema inferred. */
  readonly notes: readonly string[];
}

/** Some of a file's rows, or messages: so many lie between two times. */
export interface SourcePiece {
  readonly firstUs: EventTime;
  readonly lastUs: EventTime;
  readonly rows: number;
}

/** A place in a recording at which it was interrupted: there was no connection, or the disk was too slow for so many messages. */
export interface SourceBreak {
  readonly kind: 'disconnected' | 'lost';
  readonly fromUs: EventTime;
  readonly toUs: EventTime;
  /** Messages that are missing; null: nobody knows. */
  readonly missing: number | null;
}

/** Counts that a source keeps while it is read. */
export interface SourceCounters {
  rows: number;
  bytes: number;
  rejected: number;
  /** The first rejects, at most 1,000. */
  readonly rejects: Reject[];
  reconnects: number;
  /** Rows dropped because nobody took them in time (live feeds with a bounded buffer). */
  dropped: number;
}

/** How a source is read. */
export interface SourceReader {
  readonly counters: SourceCounters;
  /** Where what it reads was interrupted, as far as it has read, in the order of time; the last ones of many. */
  readonly breaks?: readonly SourceBreak[];
  /**
   * The next batch of at most `maxRows` rows, in arrival order, with `marks` and `watermark` set; null at the end of
   * a finite source. Lanes are the reader's own and valid until the next call. Never called while a call is under way.
   */
  next(maxRows: number): Promise<Batch | null>;
  /** Where it stands between two batches, for `OpenSource.read` to go on from; null where only reading again leads there. */
  bookmark?(): unknown;
  close(): Promise<void>;
}

/** A source that has been looked at: its schema is known. */
export interface OpenSource {
  readonly summary: SourceSummary;
  /** Whether rows come from outside as they happen (no second reading), or can be read again from the start. */
  readonly live: boolean;
  /** Rows that came later than the bound allows, as far as it has been read. */
  readonly lateness?: Readonly<Lateness>;
  /** Whether a live feed comes to an end that can be waited for, e.g. a clean close by its server. */
  readonly ends?: boolean;
  /** Of what comes over a connection: whether it is there now. Not given: there is none that could be lost. */
  isConnected?(): boolean;
  /** How many rows, or messages, lie where, as an index or statistics of the file say before it is read; by the same times that put its rows in order. */
  readonly pieces?: readonly SourcePiece[];
  /** The column that says how many rows are missing before each. */
  readonly missing?: string;
  /**
   * A reader at the start of a replayable source; the one shared feed of a live one. Of columns that are not among `columns` (null: all are), the
   * values need not be read where that cannot change which rows there are: they are in the batches then with any value.
   *
   * @param from the bookmark of another reading of this source, to go on from there
   */
  read(columns?: ReadonlySet<string> | null, from?: unknown): SourceReader;
  /** Of what comes over a connection: whether that is there, and why it is not, or was lost the last time. */
  readonly connection?: {
    readonly state: 'connecting' | 'open' | 'lost';
    readonly trouble: string | null;
  };
  /** Of what comes over a connection: tells each arrival as it comes, before anything is dropped; returns what stops it. */
  tap?(listener: (arrival: Arrival) => void): () => void;
  close(): Promise<void>;
}

/** What a connector is opened with: the plan's source node, and the world it may touch. */
export interface SourceRequest {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly fields: readonly Field[] | null;
  readonly time: {
    readonly column: string;
    readonly boundUs: number | null;
    readonly idleTimeoutUs: number | null;
    readonly sequence: string | null;
  } | null;
}

/** A kind of source, registered by name. */
export interface SourceConnector {
  readonly name: string;
  open(request: SourceRequest, world: World): Promise<OpenSource>;
}

/** The clock, timers and randomness that a source may use: passed in, so that one seed replays a run. */
export interface World {
  /** Wall-clock milliseconds. */
  now(): number;
  /** Milliseconds of high resolution from any start, to measure how long work takes; not given: `now`. */
  precise?(): number;
  /** Calls back after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /**
   * Which machines may be connected to: all; all but those of the link, where clouds keep credentials (where it is not given); or, for servers
   * that work for others, those with public addresses alone.
   */
  readonly reach?: 'all' | 'beyondLinkLocal' | 'public';
}
