import type { ChartPixels, Lines } from '@millrace/protocol';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { drawnNumbers, type DrawnNumber } from '../views/drawnNumbers.js';
import { placesOfGappy } from '../views/gaps.js';
import { M4Cells } from '../views/m4Cells.js';
import { columnOf, pixelGrid, type PixelGrid } from '../views/pixelGrid.js';
import { CellRows } from './cellRows.js';
import { distinct } from './drawnPositions.js';
import type { Drawing } from './rowReducer.js';
import type { RowLog } from './rowLog.js';

/** The sizes of what rows are reduced to: tests make them small. */
export const PIXEL_LIMITS = {
  /** So many rows that are seen are drawn as they are. */
  exact: 5000,
  /** Cells, one a series and column, at most: four rows each. Of more series the columns are wider than a pixel. */
  cells: 12_500,
  /** Columns at least: of more series than leave so many, rows are not reduced. */
  columns: 64,
  /** Changed rows after which what nobody looks at is given up. */
  unseen: 500_000,
};

/** The part of what is seen that is left free for rows to come, once some have come. */
const ROOM = 1 / 32;

/**
 * The rows of a table that make the pixels of lines, kept current. Every row lies in the cell of its series and its column of pixels, whose number is kept beside
 * it. A row that comes costs the same however many there are; a cell that loses one of the rows that are drawn is gone through when somebody looks.
 * Another part of the axis, or rows beyond what it shows, number all rows anew.
 */
export class PixelRows extends CellRows {
  readonly #columns: { readonly x: number; readonly y: number; readonly series: number };
  #cells: M4Cells[] = [];
  #grid: PixelGrid | null = null;
  #x: DrawnNumber = () => NaN;
  #y: DrawnNumber = () => NaN;
  #names: Column | null = null;

  /** @param exact so many rows that are seen are drawn as they are. */
  constructor(
    log: RowLog,
    lines: Lines,
    pixels: ChartPixels,
    readonly wall: ((ms: number) => number) | undefined,
    exact: number = PIXEL_LIMITS.exact,
  ) {
    super(log, pixels, exact, PIXEL_LIMITS);
    const { schema } = log;
    this.#columns = {
      x: fieldIndex(schema, lines.x),
      y: fieldIndex(schema, lines.y),
      series: lines.series === null ? -1 : fieldIndex(schema, lines.series),
    };
  }

  /** What of the axis is drawn; null before anything is, or where the rows have no reach. */
  get grid(): PixelGrid | null {
    return this.#grid;
  }

  get drawing(): Drawing {
    const { seen, from, to } = this.#grid!;
    const isFree = this.pixels.span === null && from < to;
    return { columns: this.isExact ? 0 : seen - 1, span: isFree ? [from, to] : null };
  }

  bytes(): number {
    return this.#cells.reduce((total, { bytes }) => total + bytes, 0);
  }

  protected empty(): void {
    this.#cells = [];
  }

  protected look(): void {
    const { columns } = this.log;
    const { x, y, series } = this.#columns;
    this.#x = drawnNumbers(columns[x].lanes(), this.wall);
    this.#y = drawnNumbers(columns[y].lanes());
    this.#names = series < 0 ? null : columns[series].lanes();
  }

  /** Puts a row into its cell. @returns false where the grid has none for it, and is to be made anew. */
  protected place(position: number): boolean {
    const grid = this.#grid;
    const x = this.#x(position);
    const before = this.cell.data[position];
    if (before !== 0) this.leave(position);
    // What has no place is not drawn.
    if (x - x !== 0) return true;
    if (grid === null) return false;
    const column = columnOf(grid, x);
    if (column < 0) {
      this.hasGrown = true;
      return false;
    }
    const series = this.#names === null ? 0 : this.series.of(this.#names, position);
    while (this.#cells.length <= series) {
      if (this.#columnsFor(series + 1) !== grid.seen - 1) return false;
      this.#cells.push(new M4Cells(grid.columns));
    }
    this.cell.data[position] = series * grid.columns + column + 1;
    if (isSeen(grid, column)) this.seen++;
    this.#cells[series].attach(column, this.log.rowIds[position], x, this.#y(position));
    return true;
  }

  protected leave(position: number): void {
    const grid = this.#grid;
    const cell = this.cell.data[position] - 1;
    this.cell.data[position] = 0;
    if (cell < 0 || grid === null) return;
    const column = cell % grid.columns;
    if (isSeen(grid, column)) this.seen--;
    this.#cells[(cell - column) / grid.columns].detach(column, this.log.rowIds[position]);
  }

  /** How many columns the pixels have for so many series; 0: too few. */
  #columnsFor(series: number): number {
    const columns = Math.min(this.pixels.columns, Math.floor(PIXEL_LIMITS.cells / Math.max(1, series)));
    return columns < Math.min(PIXEL_LIMITS.columns, this.pixels.columns) ? 0 : columns;
  }

  /** Whether rows have gone from what is seen so far that it is to be drawn closer. */
  protected isUnfit(): boolean {
    const grid = this.#grid;
    if (grid === null || this.pixels.span !== null || grid.from === grid.to) return false;
    const most = Math.floor(2 * ROOM * grid.columns);
    const isEmpty = (from: number, to: number): boolean => {
      for (let column = from; column < to; column++)
        if (this.#cells.some(({ counts }) => counts[column] > 0)) return false;
      return true;
    };
    if (isEmpty(0, grid.columns)) return false;
    // What is left free beyond the last row is meant to be.
    return isEmpty(0, most + 1) || isEmpty(grid.columns - most - 1, grid.columns);
  }

  protected makeAll(first: number): void {
    const { log } = this;
    this.clear();
    this.#grid = null;
    this.look();
    const cell = this.cell.data;
    cell.fill(0, log.head, log.tail);
    const { xs, series, low, high } = this.#measure(first);
    const pixels = this.#columnsFor(this.#names === null ? 1 : this.series.count);
    this.isHopeless = pixels === 0 || !(high - low < Infinity);
    if (this.isHopeless) return;
    const room = this.hasGrown ? (high - low) * ROOM : 0;
    const [from, to] = this.pixels.span ?? [low, high + room];
    const grid = pixelGrid(pixels, from, to, low, high);
    this.#grid = grid;
    this.isStale = false;
    const all = Array.from({ length: Math.max(1, this.series.count) }, () => new M4Cells(grid.columns));
    this.#cells = all;
    const { rowIds } = log;
    const yOf = this.#y;
    for (let k = 0; k < xs.length; k++) {
      const x = xs[k];
      if (x - x !== 0) continue;
      const column = columnOf(grid, x);
      cell[first + k] = series[k] * grid.columns + column + 1;
      if (isSeen(grid, column)) this.seen++;
      all[series[k]].attach(column, rowIds[first + k], x, yOf(first + k));
    }
  }

  /** Where the chart's rows lie, to which series they belong, and from where to where they reach. Rows that have gone have no place. */
  #measure(first: number) {
    const { removed, tail } = this.log;
    const count = Math.max(0, tail - first);
    const xs = new Float64Array(count);
    const series = new Int32Array(count);
    const names = this.#names;
    const xOf = this.#x;
    let low = Infinity;
    let high = -Infinity;
    for (let k = 0; k < count; k++) {
      const x = removed[first + k] === 1 ? NaN : xOf(first + k);
      xs[k] = x;
      if (x - x !== 0) continue;
      if (x < low) low = x;
      if (x > high) high = x;
      if (names !== null) series[k] = this.series.of(names, first + k);
    }
    return { xs, series, low, high };
  }

  /** Finds out anew what is drawn of cells that could not tell. */
  #goThroughStale(): void {
    const grid = this.#grid;
    if (grid === null || this.#cells.every(({ stale }) => stale.length === 0)) return;
    this.look();
    this.#cells.forEach((cells, series) => {
      const stale = cells.stale;
      cells.stale = [];
      for (const column of stale)
        if (cells.isStale(column)) this.#goThrough(cells, column, series * grid.columns);
    });
  }

  #goThrough(cells: M4Cells, column: number, base: number): void {
    const { rowIds } = this.log;
    const positions = this.#positionsIn(base + column, cells.low[column], cells.high[column]);
    cells.reset(column);
    const hasGap = positions.some(p => !Number.isFinite(this.#y(p)));
    if (!hasGap) {
      for (const p of positions) cells.note(column, rowIds[p], this.#x(p), this.#y(p));
      return;
    }
    positions.sort((a, b) => this.#x(a) - this.#x(b) || a - b);
    const ys = Float64Array.from(positions, p => this.#y(p));
    cells.keep(
      column,
      Int32Array.from(placesOfGappy(ys), place => rowIds[positions[place]]),
    );
  }

  /** The positions of a cell's rows, whose numbers lie between two. */
  #positionsIn(cell: number, low: number, high: number): number[] {
    const { rowIds, removed, tail } = this.log;
    const lane = this.cell.data;
    const positions: number[] = [];
    for (let p = this.log.firstFrom(low); p < tail && rowIds[p] <= high; p++)
      if (lane[p] === cell + 1 && removed[p] === 0) positions.push(p);
    return positions;
  }

  /** The cells of rows, those with gaps: a row that is drawn there beside those that are kept would bridge one. */
  #gappyOf(grid: PixelGrid, rows: readonly number[]): Set<number> {
    const found = new Set<number>();
    for (const row of rows) {
      const position = this.log.positionOf(row);
      const cell = position < 0 ? -1 : this.cell.data[position] - 1;
      if (cell >= 0 && this.#cells[Math.floor(cell / grid.columns)].gappy.has(cell % grid.columns))
        found.add(cell);
    }
    return found;
  }

  #addAllOf(cell: number, grid: PixelGrid, rows: number[]): void {
    const column = cell % grid.columns;
    const { low, high } = this.#cells[(cell - column) / grid.columns];
    for (const position of this.#positionsIn(cell, low[column], high[column]))
      rows.push(this.log.rowIds[position]);
  }

  protected drawn(also: readonly number[]): Int32Array | null {
    const { log } = this;
    const grid = this.#grid;
    if (grid === null) return null;
    this.#goThroughStale();
    const rows: number[] = [...also];
    for (const cell of this.#gappyOf(grid, also)) this.#addAllOf(cell, grid, rows);
    const { isExact } = this;
    for (const cells of this.#cells) {
      for (const [column, kept] of cells.gappy)
        if (!isExact || !isSeen(grid, column)) for (const row of kept) rows.push(row);
    }
    if (isExact) this.#addSeen(grid, rows);
    const positions = new Int32Array(rows.length + 4 * this.#cells.length * grid.columns);
    let count = 0;
    for (const row of rows) positions[count++] = log.positionOf(row);
    for (const cells of this.#cells) {
      const { first, last, least, greatest } = cells;
      for (let column = 0; column < grid.columns; column++) {
        // Of cells with gaps, and empty ones, there is none.
        if (first[column] === 0 || (isExact && isSeen(grid, column))) continue;
        positions[count++] = log.positionOf(first[column]);
        positions[count++] = log.positionOf(last[column]);
        positions[count++] = log.positionOf(least[column]);
        positions[count++] = log.positionOf(greatest[column]);
      }
    }
    return distinct(positions.subarray(0, count));
  }

  /** Adds every row that is seen. */
  #addSeen(grid: PixelGrid, rows: number[]): void {
    const { rowIds, tail } = this.log;
    const cell = this.cell.data;
    let low = Infinity;
    let high = 0;
    for (const cells of this.#cells) {
      for (let column = 0; column < grid.columns; column++) {
        if (cells.counts[column] === 0 || !isSeen(grid, column)) continue;
        low = Math.min(low, cells.low[column]);
        high = Math.max(high, cells.high[column]);
      }
    }
    for (let p = this.log.firstFrom(low); p < tail && rowIds[p] <= high; p++)
      if (cell[p] !== 0 && isSeen(grid, (cell[p] - 1) % grid.columns)) rows.push(rowIds[p]);
  }
}

function isSeen({ before, seen }: PixelGrid, column: number): boolean {
  return column >= before && column < before + seen;
}
