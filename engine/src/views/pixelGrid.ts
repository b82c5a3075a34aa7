/** Columns on each side of what is seen: a rough picture of what it can be moved to. */
const BESIDE = 32;

/** Where the columns of a chart's pixels lie on its x axis. */
export interface PixelGrid {
  /** What is seen. */
  readonly from: number;
  readonly to: number;
  /** Columns of what is seen: one more than pixels, since what lies on the right edge has one of its own. */
  readonly seen: number;
  /** Columns before those of what is seen. */
  readonly before: number;
  /** All columns. */
  readonly columns: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The columns of `pixels` between `from` and `to`. `low` and `high` are the ends of what there is: what lies outside of what is seen has some wide columns, so that an
 * axis of `y` stays as it is, and what is moved into sight has a shape.
 */
export function pixelGrid(
  pixels: number,
  from: number,
  to: number,
  low: number,
  high: number,
  beside = BESIDE,
): PixelGrid {
  const isWhole = low >= from && high <= to;
  const before = isWhole ? 0 : beside;
  const seen = pixels + 1;
  return { from, to, seen, before, columns: seen + 2 * before, low, high };
}

/** The column of an x; -1: none, it is no number, or lies outside of all that the grid is made for. */
export function columnOf(grid: PixelGrid, x: number): number {
  const { from, to, seen, before } = grid;
  if (x >= from && x <= to) {
    if (from === to) return before;
    const pixels = seen - 1;
    return before + Math.min(pixels, Math.floor(((x - from) / (to - from)) * pixels));
  }
  if (before === 0 || x - x !== 0) return -1;
  if (x < from) {
    const share = (x - grid.low) / (from - grid.low);
    return Math.max(0, Math.min(before - 1, Math.floor(share * before)));
  }
  const share = (x - to) / (grid.high - to);
  return before + seen + Math.max(0, Math.min(before - 1, Math.floor(share * before)));
}
