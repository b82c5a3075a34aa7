/**
 * The cells of a chart's points, those of one series after those of the other: how many rows lie in each, and the newest of them (0: none). A cell that has lost
 * its newest row is stale, until all rows are gone through.
 */
export class PointCells {
  #counts = new Int32Array(0);
  #newest = new Int32Array(0);
  #isStale = new Uint8Array(0);
  /** Cells that are to be gone through. */
  stale = 0;
  /** Cells that hold a row. */
  occupied = 0;

  get length(): number {
    return this.#counts.length;
  }

  get bytes(): number {
    return 9 * this.#counts.length;
  }

  /** So many cells, which are empty. */
  begin(length: number): void {
    this.#counts = new Int32Array(length);
    this.#newest = new Int32Array(length);
    this.#isStale = new Uint8Array(length);
    this.stale = 0;
    this.occupied = 0;
  }

  /** More cells behind those that there are. */
  grow(length: number): void {
    const { length: before } = this;
    const lane = <Lane extends Int32Array | Uint8Array>(lane: Lane, grown: Lane): Lane => {
      grown.set(lane.subarray(0, before));
      return grown;
    };
    this.#counts = lane(this.#counts, new Int32Array(length));
    this.#newest = lane(this.#newest, new Int32Array(length));
    this.#isStale = lane(this.#isStale, new Uint8Array(length));
  }

  attach(cell: number, row: number): void {
    if (this.#counts[cell]++ === 0) this.occupied++;
    // Of a stale cell a row that is not older than the one it lost is its newest.
    if (row < this.#newest[cell]) return;
    this.#newest[cell] = row;
    this.#settle(cell);
  }

  detach(cell: number, row: number): void {
    if (--this.#counts[cell] === 0) {
      this.occupied--;
      this.#newest[cell] = 0;
      this.#settle(cell);
    } else if (row === this.#newest[cell] && this.#isStale[cell] === 0) {
      this.#isStale[cell] = 1;
      this.stale++;
    }
  }

  /** Takes a row of a stale cell: rows are gone through from the newest on, so the first one that is found is it. */
  find(cell: number, row: number): void {
    if (this.#isStale[cell] === 0) return;
    this.#newest[cell] = row;
    this.#settle(cell);
  }

  /** The newest row of a cell; 0: it has none. */
  newest(cell: number): number {
    return this.#newest[cell];
  }

  #settle(cell: number): void {
    if (this.#isStale[cell] === 0) return;
    this.#isStale[cell] = 0;
    this.stale--;
  }
}
