/**
 * The cells of one series: one a column of pixels. Each knows its first and last row along the x axis, and those with the least and the greatest y, by
 * their numbers (0: none). Rows that are alike stand by their numbers. A cell whose rows cannot tell it any more (one of these four has gone, or
 * there is a gap in the line) is stale, until it is gone through.
 */
export class M4Cells {
  readonly counts: Int32Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly least: Int32Array;
  readonly greatest: Int32Array;
  /** The numbers between which all of its rows lie. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Of cells with a gap: the rows that are drawn. */
  readonly gappy = new Map<number, Int32Array>();
  /** Cells that are to be gone through. */
  stale: number[] = [];
  readonly #isStale: Uint8Array;
  readonly #hasGap: Uint8Array;
  readonly #firstX: Float64Array;
  readonly #lastX: Float64Array;
  readonly #leastY: Float64Array;
  readonly #greatestY: Float64Array;

  constructor(readonly columns: number) {
    const numbers = (): Int32Array => new Int32Array(columns);
    const values = (): Float64Array => new Float64Array(columns);
    this.counts = numbers();
    this.first = numbers();
    this.last = numbers();
    this.least = numbers();
    this.greatest = numbers();
    this.low = numbers();
    this.high = numbers();
    this.#isStale = new Uint8Array(columns);
    this.#hasGap = new Uint8Array(columns);
    this.#firstX = values();
    this.#lastX = values();
    this.#leastY = values();
    this.#greatestY = values();
  }

  get bytes(): number {
    return 62 * this.columns;
  }

  /** Takes a row in. A `y` that is not finite is a gap. */
  attach(cell: number, row: number, x: number, y: number): void {
    if (this.counts[cell]++ === 0) {
      this.low[cell] = row;
      this.high[cell] = row;
    } else {
      if (row < this.low[cell]) this.low[cell] = row;
      if (row > this.high[cell]) this.high[cell] = row;
    }
    if (this.#isStale[cell] === 1) return;
    if (this.#hasGap[cell] === 1 || y - y !== 0) {
      this.#hasGap[cell] = 1;
      this.#makeStale(cell);
      return;
    }
    this.note(cell, row, x, y);
  }

  /** Counts a row that goes, as it was when it was taken in. */
  detach(cell: number, row: number): void {
    if (--this.counts[cell] === 0) {
      this.reset(cell);
      return;
    }
    const isDrawn =
      row === this.first[cell] ||
      row === this.last[cell] ||
      row === this.least[cell] ||
      row === this.greatest[cell];
    if (isDrawn || this.#hasGap[cell] === 1) this.#makeStale(cell);
  }

  /** Forgets what is known of a cell's rows, but how many they are. */
  reset(cell: number): void {
    this.#isStale[cell] = 0;
    this.#hasGap[cell] = 0;
    this.first[cell] = 0;
    this.last[cell] = 0;
    this.least[cell] = 0;
    this.greatest[cell] = 0;
    this.gappy.delete(cell);
  }

  /** Whether a cell waits to be gone through. */
  isStale(cell: number): boolean {
    return this.#isStale[cell] === 1;
  }

  /** A cell has a gap, and these rows of it are drawn. */
  keep(cell: number, rows: Int32Array): void {
    this.#hasGap[cell] = 1;
    this.gappy.set(cell, rows);
  }

  /** Looks whether a row is one of the four. */
  note(cell: number, row: number, x: number, y: number): void {
    if (this.first[cell] === 0) {
      this.first[cell] = row;
      this.last[cell] = row;
      this.least[cell] = row;
      this.greatest[cell] = row;
      this.#firstX[cell] = x;
      this.#lastX[cell] = x;
      this.#leastY[cell] = y;
      this.#greatestY[cell] = y;
      return;
    }
    const firstX = this.#firstX[cell];
    if (x < firstX || (x === firstX && row < this.first[cell])) {
      this.first[cell] = row;
      this.#firstX[cell] = x;
    }
    const lastX = this.#lastX[cell];
    if (x > lastX || (x === lastX && row > this.last[cell])) {
      this.last[cell] = row;
      this.#lastX[cell] = x;
    }
    const leastY = this.#leastY[cell];
    if (y < leastY || (y === leastY && row < this.least[cell])) {
      this.least[cell] = row;
      this.#leastY[cell] = y;
    }
    const greatestY = this.#greatestY[cell];
    if (y > greatestY || (y === greatestY && row < this.greatest[cell])) {
      this.greatest[cell] = row;
      this.#greatestY[cell] = y;
    }
  }

  #makeStale(cell: number): void {
    if (this.#isStale[cell] === 1) return;
    this.#isStale[cell] = 1;
    this.stale.push(cell);
  }
}
