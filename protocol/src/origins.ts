import type { ViewColumn, WindowState } from './view.js';

/**
 * A value of a row that is asked about, exact: timestamps, durations and dates are ticks, decimals their unscaled values, integers beyond 2^53 their digits as
 * text; `NaN`, `Infinity`, `-Infinity` and `-0` are these texts.
 */
export type RowValue = string | number | boolean | null;

/** What kind of step made a row: how its origins are worded. */
export type OriginStep =
  /** A row of a view, which is to be chosen. */
  | 'view'
  /** A source gave it: nothing of ours made it. */
  | 'source'
  | 'window'
  | 'group'
  | 'join'
  | 'windowJoin'
  | 'rolling'
  | 'union'
  | 'sets'
  | 'topN'
  | 'distinct'
  | 'versions'
  | 'other';

/** What rows are to the row that they made. */
export type OriginRole = 'rows' | 'input' | 'left' | 'right' | 'late';

/** Rows that a row was made of: a view of its own, which is there until the question is closed. */
export interface ShownOrigin {
  readonly role: OriginRole;
  /** Whether these are the rows, and no others; false: they are among these. */
  readonly exact: boolean;
  readonly viewId: string;
  readonly columns: readonly ViewColumn[];
  readonly key: readonly string[];
}

/** Where a row comes from. */
export interface FoundOrigins {
  readonly kind: OriginStep;
  /** The step that made it, as `explain()` writes it. */
  readonly step: string;
  /** How many rows have the values that were given: the first one's origins are told. */
  readonly found: number;
  /** The window that it is of, in microseconds of event time: from its start, without its end. */
  readonly window: OriginWindow | null;
  /** How far the step's input was, in microseconds of event time; null: nothing had come, or `hasEnded`. */
  readonly watermarkUs: number | null;
  /** Whether the step's input was at its end. */
  readonly hasEnded: boolean;
  readonly origins: readonly ShownOrigin[];
}

/** A window as it was when it was asked about. */
export interface OriginWindow {
  readonly startUs: number;
  readonly endUs: number;
  /** Null where it is none that closes. */
  readonly state: WindowState | null;
}

/** Front end to kernel, about where rows come from. `id` is the front end's; a question takes the place of the one before it. */
export type OriginsRequest =
  /** Where a row comes from, by values of its columns (its key, or all); null: all rows of the view, or of all tables of a chart, so that one can be chosen. `part`: of which table the row is. */
  | {
      readonly type: 'origins';
      readonly id: number;
      readonly part?: number;
      readonly values: Readonly<Record<string, RowValue>> | null;
    }
  /** The answer is still looked at. One that nothing is heard of for `ORIGINS_LEASE_MS` is closed. */
  | { readonly type: 'originsKeep'; readonly id: number }
  /** It is not looked at any more: its views are over. */
  | { readonly type: 'originsClose'; readonly id: number };

/** Kernel to front end: the answer, or why there is none, or none any more. */
export interface OriginsMessage {
  readonly type: 'origins';
  readonly id: number;
  readonly found: FoundOrigins | null;
  /** Null where there is an answer. */
  readonly error: string | null;
}

/** So long an answer is kept after it was last heard of, in milliseconds. */
export const ORIGINS_LEASE_MS = 180_000;
