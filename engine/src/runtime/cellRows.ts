import type { ChartPixels } from '@millrace/protocol';
import type { Batch } from '../columns/batch.js';
import { SeriesNumbers } from '../views/drawnNumbers.js';
import type { RowLane, RowLog } from './rowLog.js';
import type { Drawing, RowReducer } from './rowReducer.js';

/**
 * What is common to the ways in which a table's rows are reduced to those that make a chart's pixels: every row lies in a cell, whose number is kept beside it. It is followed
 * when cells are only to be filled and emptied, and when all rows are to be numbered anew: another part is seen, rows lie beyond the cells, or
 * nobody has looked for long.
 */
export abstract class CellRows implements RowReducer {
  /** The cell of a row and 1; 0: it is in none. */
  protected readonly cell: RowLane;
  protected readonly series = new SeriesNumbers();
  protected pixels: ChartPixels;
  /** The rows, as they are, cannot be reduced. */
  protected isHopeless = false;
  /** All rows are to be numbered anew. */
  protected isStale = true;
  /** Rows have come that lie beyond the cells: some room is left for others. */
  protected hasGrown = false;
  /** Rows in cells that are seen. */
  protected seen = 0;
  /** The number of the first row that is in the chart. */
  #begin = 0;
  /** A row before it has changed, and may be in it now. */
  #isBeginUnsure = false;
  #unseen = 0;

  /**
   * @param exact so many rows that are seen are drawn as they are
   * @param limits `unseen`: changed rows after which what nobody looks at is given up
   */
  constructor(
    readonly log: RowLog,
    pixels: ChartPixels,
    readonly exact: number,
    private readonly limits: { readonly unseen: number },
  ) {
    this.pixels = pixels;
    this.cell = log.addLane();
  }

  abstract readonly drawing: Drawing;

  /** Whether all rows that are seen are drawn. */
  get isExact(): boolean {
    return this.seen <= this.exact;
  }

  get beginsAt(): number {
    return this.isStale || this.#isBeginUnsure ? this.log.head : this.log.firstFrom(this.#begin);
  }

  show(pixels: ChartPixels): void {
    this.pixels = pixels;
    this.isStale = true;
    this.isHopeless = false;
  }

  settle(): boolean {
    const had = this.hasGrown;
    this.hasGrown = false;
    if (had) this.isStale = true;
    return had;
  }

  positions(first: number, also: readonly number[]): Int32Array | null {
    const { log } = this;
    this.#unseen = 0;
    const begin = first < log.tail ? log.rowIds[first] : Infinity;
    if (begin < this.#begin) this.isStale = true;
    if (!this.isStale) this.#leaveBefore(begin, first);
    if (!this.isStale && this.isUnfit()) this.isStale = true;
    if (this.isStale && !this.isHopeless) this.makeAll(first, also.length);
    this.#begin = begin;
    this.#isBeginUnsure = false;
    return this.drawn(also);
  }

  written(batch: Batch, at: Int32Array): void {
    if (this.isStale) return;
    this.#unseen += batch.length;
    if (this.#unseen > this.limits.unseen) return this.clear();
    const { removed, rowIds } = this.log;
    this.look();
    for (let i = 0; i < batch.length; i++) {
      const position = at[i];
      if (position < 0 || removed[position] === 1) continue;
      if (rowIds[position] < this.#begin) this.#isBeginUnsure = true;
      else if (!this.place(position)) return this.clear();
    }
  }

  removed(position: number): void {
    if (!this.isStale) this.leave(position);
  }

  clear(): void {
    this.isStale = true;
    this.isHopeless = false;
    this.series.clear();
    this.seen = 0;
    this.empty();
  }

  close(): void {
    this.clear();
    this.log.removeLane(this.cell);
  }

  abstract bytes(): number;

  /** Empties all cells. */
  protected abstract empty(): void;

  /** Takes the columns' values as they are now. */
  protected abstract look(): void;

  /** Puts a row into its cell. @returns false where there is none for it, and all rows are to be numbered anew. */
  protected abstract place(position: number): boolean;

  protected abstract leave(position: number): void;

  /** Whether the cells suit the rows no longer. */
  protected abstract isUnfit(): boolean;

  /** Numbers all rows anew. @param also how many rows are drawn whatever their cells say */
  protected abstract makeAll(first: number, also: number): void;

  /** The positions of the rows that are drawn, see `positions`. */
  protected abstract drawn(also: readonly number[]): Int32Array | null;

  /** Rows that the chart has no more, since it begins behind them. */
  #leaveBefore(begin: number, first: number): void {
    if (begin <= this.#begin) return;
    const { log } = this;
    for (let position = log.firstFrom(this.#begin); position < first; position++)
      if (log.removed[position] === 0) this.leave(position);
  }
}
