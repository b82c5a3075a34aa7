/** Browsers stop at about this many pixels of height; taller tables are scrolled in proportion. */
const MOST_PIXELS = 8_000_000;

/**
 * The arithmetic of a scrolled table: which rows a scroll position shows. Rows do not move by pixels: the table stays
 * where it is and its cells are written anew, so that its size is that of the screen, never that of the data.
 */
export class Viewport {
  total = 0;
  /** Rows that fit on the screen. */
  fit = 1;

  constructor(public rowHeight: number) {}

  /** Height of the whole table in pixels, as far as browsers can have it. */
  get height(): number {
    return Math.min(MOST_PIXELS, this.total * this.rowHeight);
  }

  /** The number of the first row on the screen at a scroll position. */
  firstAt(scrollTop: number): number {
    const last = this.lastFirst;
    const room = this.height - this.fit * this.rowHeight;
    if (room <= 0 || last === 0) return 0;
    return Math.max(0, Math.min(last, Math.round((scrollTop / room) * last)));
  }

  /** The scroll position that has a row first on the screen. */
  scrollOf(first: number): number {
    const room = Math.max(0, this.height - this.fit * this.rowHeight);
    return this.lastFirst === 0 ? 0 : (Math.min(first, this.lastFirst) / this.lastFirst) * room;
  }

  /** The first row on the screen when the last one is on it. */
  get lastFirst(): number {
    return Math.max(0, this.total - this.fit);
  }

  /** The first row on the screen that has a row in sight, moving as little as can be. */
  firstFor(row: number, first: number): number {
    if (row < first) return Math.max(0, row);
    return row >= first + this.fit ? Math.min(this.lastFirst, row - this.fit + 1) : first;
  }
}
