import type { Arrangement } from './arrangement.js';
import type { ChartSpec } from './chart/options.js';
import type { GridColumn } from './gridColumn.js';
import type { InputSpec, InputValue } from './input/spec.js';
import type { OriginsMessage, OriginsRequest } from './origins.js';

/** What a view shows, as plain data: saved in the output, sent when it opens. Column names are the table's. */
export type ViewDescription =
  | {
      readonly kind: 'grid';
      readonly title: string | null;
      /** As its reader has arranged them; not there: as the table has them. */
      readonly columns?: readonly GridColumn[];
    }
  | {
      readonly kind: 'chart';
      readonly title: string | null;
      readonly chart: ChartSpec;
      /** Only rows of the last so many microseconds of event time are drawn; null: as many as `maxRows`. */
      readonly lastUs: number | null;
      readonly maxRows: number;
      /** The IANA zone whose times are drawn; UTC where there is none. */
      readonly timeZone?: string;
      /** Selections in it that are inputs of the session. */
      readonly selections?: readonly ChartSelection[];
    };

/** A selection in a chart that is an input of the session. */
export interface ChartSelection {
  /** The spec's name for it. */
  readonly param: string;
  /** The input's name. */
  readonly input: string;
  readonly spec: Extract<InputSpec, { kind: 'selection' }>;
  /** The channels of its fields, where it is an interval. */
  readonly channels?: readonly string[];
  /** What was selected when the output was made, or saved. */
  readonly value: InputValue;
}

export interface ViewColumn {
  readonly name: string;
  /** As users write it: `float64`, `timestamp('us')`. */
  readonly type: string;
  readonly nullable: boolean;
}

/** The state of a view's table beside its rows. */
export interface ViewStatus {
  readonly state: 'live' | 'replaying' | 'paused' | 'ended' | 'failed';
  /** Rows in the table. */
  readonly total: number;
  /** Those of them that pass the view's filter; not there where it has none. */
  readonly matched?: number;
  readonly rowsIn: number;
  readonly late: number;
  readonly rejected: number;
  readonly evicted: number;
  /** Of a chart whose rows are not all drawn, since its pixels could not show them: how many are, of how many. */
  readonly drawn?: DrawnRows;
  /** Event time, microseconds; null before the first row. */
  readonly watermarkUs: number | null;
  /** Of a live feed that did not have all of its rows any more when the query began: when the first one came that it has, in microseconds of wall time. */
  readonly sinceUs?: number | null;
  readonly error: string | null;
}

/** Which rows of a chart are drawn. */
export interface DrawnRows {
  readonly rows: number;
  /** Rows that the chart has. */
  readonly of: number;
  /** Of each series and each of so many columns of pixels the first, last, least and greatest row is drawn; 0: of what is seen, each row. */
  readonly columns: number;
  /** Of a chart of points: of each series and each cell of so many pixels a side the newest row is drawn. */
  readonly cell?: number;
}

/** What of a chart can be seen. */
export interface ChartPixels {
  /** Pixels of the screen along its x axis. */
  readonly columns: number;
  /** Pixels along its y axis, of a chart of points. */
  readonly rows?: number;
  /** From where to where the axis is seen, in the numbers that are drawn (`toVegaValue`; of a zone's clock, where the view has a zone); null: all rows, as they come. */
  readonly span: readonly [from: number, to: number] | null;
}

/** The data of `VIEW_MIME`: enough to draw the saved state with no kernel, and to ask the kernel for the live one. */
export interface ViewOutput {
  readonly v: number;
  readonly viewId: string;
  readonly view: ViewDescription;
  readonly columns: readonly ViewColumn[];
  /** The key columns, empty where rows have none. */
  readonly key: readonly string[];
  readonly snapshot: ViewSnapshot;
  /** Of a chart over several tables all but the first one, which is the output's own. */
  readonly parts?: readonly ViewPart[];
}

/** Another table of a chart. */
export interface ViewPart {
  readonly viewId: string;
  readonly columns: readonly ViewColumn[];
  readonly key: readonly string[];
  readonly snapshot: ViewSnapshot;
}

/** Saved rows: an Arrow IPC stream as base64, at most a few hundred rows of it, and when it was. */
export interface ViewSnapshot {
  readonly arrow: string;
  readonly status: ViewStatus;
}

/** Front end to kernel, as the `data` of `comm_open` on `VIEW_TARGET`. */
export interface ViewOpen {
  readonly v: number;
  readonly viewId: string;
  /** How many frames may be sent before the next `ack`. */
  readonly credit: number;
  readonly range: RowRange | null;
  /** In which order a grid's rows are to be, and which of them; not there: all of them in the table's order. */
  readonly arrangement?: Arrangement;
  /** What of a chart can be seen; not there: nobody knows yet. */
  readonly pixels?: ChartPixels;
  /** Other views whose frames come together with those of this one, as `group` messages: the tables of one chart. */
  readonly parts?: readonly string[];
}

/** The rows that a grid shows: the `limit` rows from row `from` of the table (0 the oldest); `tail` follows the end. */
export interface RowRange {
  readonly from: number;
  readonly limit: number;
  readonly tail: boolean;
}

/** Kinds of files that a table is downloaded as. */
export type DownloadFormat = 'csv' | 'parquet' | 'arrow';

/** Front end to kernel. */
export type ViewRequest =
  /** A frame has been painted (or, with `seq` 0, the view is shown again): `credit` more may come. */
  | { readonly type: 'ack'; readonly seq: number; readonly credit: number; readonly paintMs: number }
  /** The view is hidden: nothing is sent until the next `ack`. */
  | { readonly type: 'hide' }
  | { readonly type: 'range'; readonly range: RowRange }
  /** A grid's rows are to be in another order, or others of them; `range` is of the rows as they are then. Answered by a snapshot, or `refused`. */
  | { readonly type: 'arrange'; readonly arrangement: Arrangement; readonly range: RowRange }
  /** Another part of a chart is seen, or it has become wider. */
  | { readonly type: 'pixels'; readonly pixels: ChartPixels }
  /** The whole table, in its order and through its filter as a file of some kind; `id` is the front end's, one at a time. */
  | { readonly type: 'download'; readonly id: number; readonly format: DownloadFormat }
  /** A piece has been taken: one more may come. Four may be under way. */
  | { readonly type: 'downloadNext'; readonly id: number }
  | { readonly type: 'downloadStop'; readonly id: number }
  /** A frame was missed: start again from a snapshot. */
  | { readonly type: 'resync' }
  /** Where a row comes from. */
  | OriginsRequest;

/**
 * Kernel to front end. Frames carry buffers:
 * `buffers[0]` is an Arrow IPC stream of rows: `__row` (int32, the row's number in this view, never used twice), `__state`
 * (int32, a `WindowState`, only where the table has windows), then the view's columns.
 * `buffers[1]`, of a delta, is the little-endian int32 list of the `__row` numbers that are gone.
 * `buffers[2]`, of a delta whose rows have an order of their own, is the list of all `__row` numbers that are shown, in that order.
 * Else rows stand in the order of `__row`. A snapshot replaces everything; a delta inserts rows whose `__row` is new, replaces those that are known, and removes.
 */
export type ViewMessage =
  | PartMessage
  /** Where a row comes from. */
  | OriginsMessage
  /**
   * What several views tell at one moment. `buffers` are those of its messages, one after the other. Where any of them is a frame, it has a number of its own, and is
   * acknowledged as a frame is.
   */
  | {
      readonly type: 'group';
      readonly v: number;
      readonly seq: number;
      readonly madeAtMs: number;
      readonly messages: readonly GroupedMessage[];
    };

/** What one view of several tells: the first one is number 0. */
export interface GroupedMessage {
  readonly part: number;
  /** How many of the buffers are its own. */
  readonly buffers: number;
  readonly message: PartMessage;
}

/** What one view tells. */
export type PartMessage =
  | (FrameHeader & {
      readonly type: 'snapshot';
      readonly columns: readonly ViewColumn[];
      readonly key: readonly string[];
    })
  | (FrameHeader & { readonly type: 'delta'; readonly baseSeq: number })
  | { readonly type: 'status'; readonly status: ViewStatus }
  /** A piece of a download's bytes as `buffers[0]`; at its end none, and `end` or `error`. */
  | {
      readonly type: 'download';
      readonly id: number;
      readonly end: { readonly rows: number; readonly bytes: number } | null;
      readonly error: string | null;
    }
  /** A request cannot be done, for a reason that its reader is told; the view is as it was. */
  | { readonly type: 'refused'; readonly request: 'arrange'; readonly reason: string }
  /** The view is over: the kernel does not know it, or its cell was run again. The last drawing stays, marked stale. */
  | { readonly type: 'bye'; readonly reason: string };

export interface FrameHeader {
  readonly v: number;
  readonly seq: number;
  /** The first row of the range, for a grid; 0 for a chart. */
  readonly from: number;
  /** From where to where the x axis is to be drawn, so that the rows are right to the pixel, where nothing else holds it; of charts whose rows are not all drawn. */
  readonly span?: readonly [from: number, to: number];
  readonly status: ViewStatus;
  /** Wall-clock milliseconds when the frame was made: tick to paint is measured from it. */
  readonly madeAtMs: number;
}

/** Window states of semantics: what `__state` holds. */
export const WINDOW_STATES = ['open', 'closed', 'revised', 'final'] as const;
export type WindowState = (typeof WINDOW_STATES)[number];
