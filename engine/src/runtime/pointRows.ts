import type { ChartPixels, Scatter } from '@millrace/protocol';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { drawnNumbers, type DrawnNumber } from '../views/drawnNumbers.js';
import { Extremes } from '../views/extremes.js';
import { cellOf, isCellSeen, pointGrid, type PointGrid } from '../views/pointGrid.js';
import { CellRows } from './cellRows.js';
import { distinct } from './drawnPositions.js';
import { PointCells } from './pointCells.js';
import type { RowLog } from './rowLog.js';
import type { Drawing } from './rowReducer.js';

/** The sizes of what rows are reduced to: tests make them small. */
export const POINT_LIMITS = {
  /** So many rows that are seen are drawn as they are. */
  exact: 5000,
  /** Pixels a side of a cell, at least: marks are some seven pixels wide. */
  size: 3,
  /** A cell that is larger than this leaves holes between marks. */
  largest: 12,
  /** Cells at most, those of all series. */
  cells: 400_000,
  /** Rows that are drawn at most. */
  most: 20_000,
  /** Changed rows after which what nobody looks at is given up. */
  unseen: 500_000,
};

/** Pixels along y where nobody says how many. */
const USUAL_ROWS = 260;

/** The part of what is seen that is left free for rows to come, once some have come. */
const ROOM = 1 / 32;

/** What is seen is drawn closer once the rows take less than this of it. */
const LEAST_TAKEN = 7 / 8;

/** Cells become so much larger where there are too many of them. */
const LARGER = 1.3;

/**
 * The rows of a table that make the pixels of points, kept current. Every row lies in a cell of some pixels of its series, whose number is kept beside it, and of each cell
 * the newest row is drawn: it is the one that lies above the others. The rows with the least and greatest values are drawn too, since axes and colours reach as far as
 * they do. A row that comes costs the same however many there are; where a cell has lost its newest row, all are gone through once when somebody looks.
 */
export class PointRows extends CellRows {
  readonly #cells = new PointCells();
  readonly #columns: {
    readonly x: number;
    readonly y: number;
    readonly series: number;
    readonly measure: number;
  };
  readonly #reach = { x: new Extremes(), y: new Extremes(), measure: new Extremes() };
  #grid: PointGrid | null = null;
  #x: DrawnNumber = () => NaN;
  #y: DrawnNumber = () => NaN;
  #measure: DrawnNumber = () => NaN;
  #names: Column | null = null;

  /**
   * @param exact so many rows that are seen are drawn as they are
   * @param most rows that are drawn at most, with some more where rows have come since they were chosen
   */
  constructor(
    log: RowLog,
    scatter: Scatter,
    pixels: ChartPixels,
    readonly wall: ((ms: number) => number) | undefined,
    exact: number = POINT_LIMITS.exact,
    readonly most: number = POINT_LIMITS.most,
  ) {
    super(log, pixels, exact, POINT_LIMITS);
    const at = (name: string | null): number => (name === null ? -1 : fieldIndex(log.schema, name));
    const { x, y, series, measure } = scatter;
    this.#columns = { x: at(x), y: at(y), series: at(series), measure: at(measure) };
  }

  /** Where the cells lie; null before anything is drawn. */
  get grid(): PointGrid | null {
    return this.#grid;
  }

  get drawing(): Drawing {
    const { x, size } = this.#grid!;
    return this.isExact
      ? { columns: 0, span: null }
      : { columns: x.seen - 1, cell: Math.round(10 * size) / 10, span: null };
  }

  bytes(): number {
    return this.#cells.bytes + this.#reach.x.bytes + this.#reach.y.bytes + this.#reach.measure.bytes;
  }

  protected empty(): void {
    this.#grid = null;
    this.#cells.begin(0);
    for (const reach of Object.values(this.#reach)) reach.clear();
  }

  protected look(): void {
    const { columns } = this.log;
    const { x, y, series, measure } = this.#columns;
    this.#x = drawnNumbers(columns[x].lanes(), this.wall);
    this.#y = drawnNumbers(columns[y].lanes(), this.wall);
    this.#measure = measure < 0 ? () => NaN : drawnNumbers(columns[measure].lanes(), this.wall);
    this.#names = series < 0 ? null : columns[series].lanes();
  }

  /** Puts a row into its cell. @returns false where the grid has none for it, and is to be made anew. */
  protected place(position: number): boolean {
    const grid = this.#grid;
    const x = this.#x(position);
    const y = this.#y(position);
    if (this.cell.data[position] !== 0) this.leave(position);
    // What has no place is not drawn.
    if (x - x !== 0 || y - y !== 0) return true;
    if (grid === null) return false;
    const place = cellOf(grid, x, y);
    if (place < 0) {
      this.hasGrown = true;
      return false;
    }
    const series = this.#names === null ? 0 : this.series.of(this.#names, position);
    while (this.#cells.length <= series * grid.cells) {
      if ((series + 1) * grid.cells > POINT_LIMITS.cells) return false;
      this.#cells.grow((series + 1) * grid.cells);
    }
    this.#attach(grid, position, series * grid.cells + place);
    this.#extend(position, x, y);
    return true;
  }

  #attach(grid: PointGrid, position: number, cell: number): void {
    this.cell.data[position] = cell + 1;
    this.#cells.attach(cell, this.log.rowIds[position]);
    if (isCellSeen(grid, cell % grid.cells)) this.seen++;
  }

  #extend(position: number, x: number, y: number): void {
    const row = this.log.rowIds[position];
    this.#reach.x.attach(row, x);
    this.#reach.y.attach(row, y);
    if (this.#columns.measure >= 0) this.#reach.measure.attach(row, this.#measure(position));
  }

  protected leave(position: number): void {
    const grid = this.#grid;
    const cell = this.cell.data[position] - 1;
    this.cell.data[position] = 0;
    if (cell < 0 || grid === null) return;
    if (isCellSeen(grid, cell % grid.cells)) this.seen--;
    const row = this.log.rowIds[position];
    this.#cells.detach(cell, row);
    this.#reach.x.detach(row);
    this.#reach.y.detach(row);
    if (this.#columns.measure >= 0) this.#reach.measure.detach(row);
  }

  /** Whether rows have gone so far from what is seen that it is to be drawn closer. */
  #isFarOff(): boolean {
    const grid = this.#grid;
    const y = grid === null ? null : this.#ends('y');
    if (grid === null || y === null) return false;
    const isLoose = (low: number, high: number, from: number, to: number): boolean =>
      from < to && high - low < LEAST_TAKEN * (to - from);
    if (isLoose(y.low, y.high, grid.low, grid.high)) return true;
    const x = this.pixels.span === null ? this.#ends('x') : null;
    return x !== null && isLoose(x.low, x.high, grid.x.from, grid.x.to);
  }

  protected isUnfit(): boolean {
    return this.#isFarOff() || this.#isCrowded(LARGER);
  }

  /** Whether there are more than so many times as many rows as may be. */
  #isCrowded(times: number, also = 0): boolean {
    // With those that are the ends of the columns.
    return this.#cells.occupied + 6 + also > times * this.most;
  }

  #ends(of: 'x' | 'y' | 'measure') {
    return this.#reach[of].ends({
      each: (from, to, row) => {
        this.look();
        const read = { x: this.#x, y: this.#y, measure: this.#measure }[of];
        const { rowIds, tail } = this.log;
        const cell = this.cell.data;
        for (let p = this.log.firstFrom(from); p < tail && rowIds[p] < to; p++)
          if (cell[p] !== 0) row(rowIds[p], read(p));
      },
    });
  }

  protected makeAll(first: number, also: number): void {
    this.clear();
    this.look();
    const { xs, ys, series, x, y } = this.#measureAll(first);
    const count = this.#names === null ? 1 : this.series.count;
    this.isHopeless = !(x.high - x.low < Infinity && y.high - y.low < Infinity);
    let size = POINT_LIMITS.size;
    while (!this.isHopeless) {
      const grid = this.#gridOf(size, x, y);
      if (count * grid.cells <= POINT_LIMITS.cells) {
        this.#grid = grid;
        this.#cells.begin(count * grid.cells);
        this.#placeAll(grid, first, xs, ys, series);
        if (!this.#isCrowded(1, also)) break;
      }
      this.seen = 0;
      this.#grid = null;
      size *= LARGER;
      // A picture of fewer rows than the pixels need may have holes.
      const isTooLarge = this.most >= POINT_LIMITS.most ? size > POINT_LIMITS.largest : size > 1e4;
      this.isHopeless = isTooLarge;
    }
    this.isStale = this.#grid === null;
    if (this.isHopeless) return this.#cells.begin(0);
    for (let k = 0; k < xs.length; k++) if (xs[k] - xs[k] === 0) this.#extend(first + k, xs[k], ys[k]);
  }

  #gridOf(
    size: number,
    x: { readonly low: number; readonly high: number },
    y: { readonly low: number; readonly high: number },
  ): PointGrid {
    const { columns, rows = USUAL_ROWS, span } = this.pixels;
    const room = this.hasGrown ? ROOM : 0;
    const roomX = (x.high - x.low) * room;
    const roomY = (y.high - y.low) * room;
    const seen = span ?? ([x.low - roomX, x.high + roomX] as const);
    const high = { low: y.low - roomY, high: y.high + roomY };
    return pointGrid({ columns, rows }, size, seen, x, high);
  }

  #placeAll(grid: PointGrid, first: number, xs: Float64Array, ys: Float64Array, series: Int32Array): void {
    for (let k = 0; k < xs.length; k++) {
      const x = xs[k];
      if (x - x === 0) this.#attach(grid, first + k, series[k] * grid.cells + cellOf(grid, x, ys[k]));
    }
  }

  /** Where the chart's rows lie, to which series they belong, and how far they reach. Rows that have gone have no place. */
  #measureAll(first: number) {
    const { removed, head, tail } = this.log;
    this.cell.data.fill(0, head, tail);
    const count = Math.max(0, tail - first);
    const xs = new Float64Array(count);
    const ys = new Float64Array(count);
    const series = new Int32Array(count);
    const x = { low: Infinity, high: -Infinity };
    const y = { low: Infinity, high: -Infinity };
    for (let k = 0; k < count; k++) {
      const ownX = removed[first + k] === 1 ? NaN : this.#x(first + k);
      const ownY = this.#y(first + k);
      const isDrawn = ownX - ownX === 0 && ownY - ownY === 0;
      xs[k] = isDrawn ? ownX : NaN;
      ys[k] = ownY;
      if (!isDrawn) continue;
      if (ownX < x.low) x.low = ownX;
      if (ownX > x.high) x.high = ownX;
      if (ownY < y.low) y.low = ownY;
      if (ownY > y.high) y.high = ownY;
      if (this.#names !== null) series[k] = this.series.of(this.#names, first + k);
    }
    return { xs, ys, series, x, y };
  }

  /** Finds the newest rows of cells that have lost theirs, from the newest of all on. */
  #goThroughStale(): void {
    const { rowIds, head, tail } = this.log;
    const cell = this.cell.data;
    for (let p = tail - 1; p >= head && this.#cells.stale > 0; p--)
      if (cell[p] !== 0) this.#cells.find(cell[p] - 1, rowIds[p]);
  }

  protected drawn(also: readonly number[]): Int32Array | null {
    const { log, isExact } = this;
    const grid = this.#grid;
    if (grid === null) return null;
    if (this.#cells.stale > 0) this.#goThroughStale();
    const rows: number[] = [...also];
    for (const of of ['x', 'y', 'measure'] as const) {
      const ends = this.#ends(of);
      if (ends !== null) rows.push(ends.least, ends.greatest);
    }
    const cells = this.#cells;
    for (let cell = 0; cell < cells.length; cell++) {
      const row = cells.newest(cell);
      if (row > 0 && !(isExact && isCellSeen(grid, cell % grid.cells))) rows.push(row);
    }
    const positions: number[] = rows.map(row => log.positionOf(row));
    if (isExact) this.#addSeen(grid, positions);
    return distinct(Int32Array.from(positions));
  }

  /** Adds every row that is seen. */
  #addSeen(grid: PointGrid, positions: number[]): void {
    const cell = this.cell.data;
    for (let p = this.log.head, left = this.seen; p < this.log.tail && left > 0; p++) {
      if (cell[p] === 0 || !isCellSeen(grid, (cell[p] - 1) % grid.cells)) continue;
      positions.push(p);
      left--;
    }
  }
}
