/** So many milliseconds are looked back upon, in so many pieces. */
const PIECES = 10;
const PIECE_MS = 1000;

/** How many rows a second went by of late. */
export class Rate {
  readonly #counts = new Float64Array(PIECES);
  /** The number of the newest piece; -1: nothing has been counted. */
  #newest = -1;
  #first = 0;

  add(rows: number, nowMs: number): void {
    this.#move(nowMs);
    this.#counts[this.#newest % PIECES] += rows;
  }

  /** Rows a second over the last ten seconds, or since the first row where that is shorter. */
  at(nowMs: number): number {
    if (this.#newest < 0) return 0;
    this.#move(nowMs);
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const spanMs = Math.min(PIECES * PIECE_MS, Math.max(PIECE_MS, nowMs - this.#first));
    return (total * 1000) / spanMs;
  }

  #move(nowMs: number): void {
    const piece = Math.floor(nowMs / PIECE_MS);
    if (this.#newest < 0) {
      this.#newest = piece;
      this.#first = nowMs;
    }
    // A wall clock that was set back counts on in the newest piece.
    for (let steps = Math.min(PIECES, piece - this.#newest), k = 0; k < steps; k++)
      this.#counts[(piece - k) % PIECES] = 0;
    this.#newest = Math.max(this.#newest, piece);
  }
}
