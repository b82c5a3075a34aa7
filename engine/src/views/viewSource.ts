import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';

/** What a view reads of a table. Positions are valid until the table changes. */
export interface ViewSource {
  readonly schema: Schema;
  /** Whether rows have a window state. */
  readonly hasStates: boolean;
  /** Rows in the table. */
  readonly total: number;
  /** Rises with every change, of a row or of a state. */
  readonly version: number;
  /** Rises when everything was taken away at once: a view starts again from a snapshot. */
  readonly generation: number;
  /** Whether its rows have an order of their own, so that a row's place changes with those of others. */
  readonly isOrdered: boolean;
  /** The positions of at most `limit` rows from the `from`-th on, the oldest being 0. */
  positions(from: number, limit: number): Int32Array;
  /** How many rows lie before the first one (of the newest `limit`) whose event time is at least `time`. */
  firstAt(time: EventTime, limit: number): number;
  /** The highest event time of a row. */
  readonly maxTime: EventTime;
  /** A row's number, never used twice. */
  rowId(position: number): number;
  /** The version at which a row last changed. */
  rowVersion(position: number): number;
  /** A row's window state: an index into `WINDOW_STATES`. */
  rowState(position: number): number;
  /** Copies of rows, as columns. */
  gather(positions: Int32Array): Column[];
}
