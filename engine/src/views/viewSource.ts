import type { ChartPixels, DrawnRows, ViewDescription } from '@millrace/protocol';
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

/** A table's rows in an order and through a filter that a reader has asked for. */
export interface ArrangedSource extends ViewSource {
  /** It is not looked at any more. */
  close(): void;
}

/** A view that is a chart. */
export type ChartView = Extract<ViewDescription, { kind: 'chart' }>;

/** Those of a table's rows that make the pixels of a chart. */
export interface ReducedSource extends ViewSource {
  /** Which they are; null: all that the chart has. */
  readonly drawn: DrawnRows | null;
  /** From where to where the x axis is to be drawn; null: as the rows say. */
  readonly span: readonly [from: number, to: number] | null;
  /** Another part is seen. */
  show(pixels: ChartPixels): void;
  /** No more rows will come: no room is left for them. @returns whether some was. */
  settle(): boolean;
  /** It is not looked at any more. */
  close(): void;
}

/** A table that can be shown in other orders, and as pixels show it. */
export interface ArrangeableSource extends ViewSource {
  /**
   * Its rows in another order, or some of them, kept current until it is closed.
   *
   * @param arrangement an `Arrangement` of the protocol, which comes from outside
   * @throws MillraceError `MR1660` to `MR1662` for one that is none, or that the columns do not have
   */
  arrange(arrangement: unknown): ArrangedSource;
  /**
   * The rows that make the pixels of a chart, kept current until it is closed; null where the chart needs every row.
   *
   * @param most rows that there may be; not there: as many as the pixels need.
   */
  reduce(view: ChartView, pixels: ChartPixels | null, most?: number): ReducedSource | null;
}
