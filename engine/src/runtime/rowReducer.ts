import type { ChartPixels, DrawnRows } from '@millrace/protocol';
import type { RowFollower } from './tableIndexes.js';

/** How rows that were left out were chosen, and what of the x axis is drawn. */
export interface Drawing extends Pick<DrawnRows, 'columns' | 'cell'> {
  /** null: as the rows say. */
  readonly span: readonly [from: number, to: number] | null;
}

/** Keeps the rows of a table that make the pixels of a chart current. */
export interface RowReducer extends RowFollower {
  /** A position before which the chart has no row, as far as the event times of its rows say. */
  readonly beginsAt: number;
  /** Of the rows that were drawn last. */
  readonly drawing: Drawing;
  /** Another part is seen. */
  show(pixels: ChartPixels): void;
  /** No room is left for rows to come. @returns whether some was. */
  settle(): boolean;
  /**
   * The positions of the rows that are drawn, those of `also` among them, in the order of the table; null where they cannot be told from the others. The chart
   * begins with the row at `first`.
   */
  positions(first: number, also: readonly number[]): Int32Array | null;
}
