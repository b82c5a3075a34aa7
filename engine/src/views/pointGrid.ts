import { columnOf, pixelGrid, type PixelGrid } from './pixelGrid.js';

/** Where the cells of a chart's points lie: squares of pixels, in columns along x and in rows along y. */
export interface PointGrid {
  readonly x: PixelGrid;
  readonly low: number;
  readonly high: number;
  /** Rows of cells: one more than fit, since what lies on the upper edge has one of its own. */
  readonly rows: number;
  /** Cells of one series. */
  readonly cells: number;
  /** Pixels a side of a cell. */
  readonly size: number;
}

/** Columns on each side of what is seen at most. */
const MOST_BESIDE = 32;

interface Reach {
  readonly low: number;
  readonly high: number;
}

/** The cells of `size` pixels, while x is seen between `from` and `to`, and y is seen whole. */
export function pointGrid(
  pixels: { readonly columns: number; readonly rows: number },
  size: number,
  [from, to]: readonly [from: number, to: number],
  x: Reach,
  y: Reach,
): PointGrid {
  const seen = Math.max(1, Math.ceil(pixels.columns / size));
  // What lies beside is never closer than what is seen.
  const columns = pixelGrid(seen, from, to, x.low, x.high, Math.min(MOST_BESIDE, seen));
  const rows = Math.max(1, Math.ceil(pixels.rows / size)) + 1;
  return { x: columns, low: y.low, high: y.high, rows, cells: columns.columns * rows, size };
}

/** The cell of a point; -1: it has none, or lies outside of all that the grid is made for. */
export function cellOf({ x: columns, low, high, rows }: PointGrid, x: number, y: number): number {
  if (!(y >= low && y <= high)) return -1;
  const column = columnOf(columns, x);
  if (column < 0) return -1;
  const row = low === high ? 0 : Math.min(rows - 1, Math.floor(((y - low) / (high - low)) * (rows - 1)));
  return row * columns.columns + column;
}

/** Whether a cell can be seen. */
export function isCellSeen({ x: { columns, before, seen } }: PointGrid, cell: number): boolean {
  const column = cell % columns;
  return column >= before && column < before + seen;
}
