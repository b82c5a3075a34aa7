/** Compares two rows by their positions; never 0 for two different rows. */
export type RowOrder = (a: number, b: number) => number;

const MOST = 512;

/** Rows in order, by position, in pieces of a few hundred: adding or taking one moves no more than a piece. */
export class RankedRows {
  size = 0;
  #pieces: number[][] = [[]];

  add(row: number, order: RowOrder): void {
    const at = this.#pieceOf(row, order);
    const piece = this.#pieces[at];
    piece.splice(placeIn(piece, row, order), 0, row);
    this.size++;
    if (piece.length > MOST) this.#pieces.splice(at + 1, 0, piece.splice(MOST / 2));
  }

  remove(row: number, order: RowOrder): void {
    const at = this.#pieceOf(row, order);
    const piece = this.#pieces[at];
    const place = placeIn(piece, row, order);
    if (piece[place] !== row) throw new Error('a row that is not ranked was taken out');
    piece.splice(place, 1);
    this.size--;
    if (piece.length === 0 && this.#pieces.length > 1) this.#pieces.splice(at, 1);
  }

  /** The last row. */
  last(): number {
    return this.#pieces.at(-1)!.at(-1)!;
  }

  /** Takes the last row out. */
  dropLast(): void {
    const piece = this.#pieces.at(-1)!;
    piece.pop();
    this.size--;
    if (piece.length === 0 && this.#pieces.length > 1) this.#pieces.pop();
  }

  /** The first `count` rows. */
  first(count: number): number[] {
    if (this.#pieces[0].length >= count) return this.#pieces[0].slice(0, count);
    const rows: number[] = [];
    for (const piece of this.#pieces) {
      for (const row of piece) if (rows.length < count) rows.push(row);
      if (rows.length >= count) break;
    }
    return rows;
  }

  /** How many rows come before a row, which need not be one of them. */
  placeOf(row: number, order: RowOrder): number {
    const at = this.#pieceOf(row, order);
    let before = 0;
    for (let k = 0; k < at; k++) before += this.#pieces[k].length;
    return before + placeIn(this.#pieces[at], row, order);
  }

  /** The first place whose row is not `isBefore`, as all rows before some place are; the number of rows where all of them are. */
  firstNot(isBefore: (row: number) => boolean): number {
    let before = 0;
    for (const piece of this.#pieces) {
      if (piece.length > 0 && !isBefore(piece.at(-1)!)) {
        let low = 0;
        let high = piece.length - 1;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (isBefore(piece[middle])) low = middle + 1;
          else high = middle;
        }
        return before + low;
      }
      before += piece.length;
    }
    return before;
  }

  /** The row at a place. */
  at(place: number): number {
    let left = place;
    for (const piece of this.#pieces) {
      if (left < piece.length) return piece[left];
      left -= piece.length;
    }
    throw new Error('there are not so many rows');
  }

  /** Writes the rows at the places [from, to) to `into`, from `at` on. */
  copy(from: number, to: number, into: Int32Array, at: number): void {
    let start = 0;
    let next = at;
    for (const piece of this.#pieces) {
      if (start >= to) return;
      const last = Math.min(piece.length, to - start);
      for (let k = Math.max(0, from - start); k < last; k++) into[next++] = piece[k];
      start += piece.length;
    }
  }

  /** Takes the first rows out, so many, and gives them. */
  dropFirst(count: number): number[] {
    const dropped: number[] = [];
    while (dropped.length < count) {
      const taken = this.#pieces[0].splice(0, count - dropped.length);
      for (const row of taken) dropped.push(row);
      if (this.#pieces[0].length === 0 && this.#pieces.length > 1) this.#pieces.shift();
    }
    this.size -= count;
    return dropped;
  }

  /** Puts a row behind all others, where it belongs. */
  push(row: number): void {
    let last = this.#pieces.at(-1)!;
    if (last.length > MOST) this.#pieces.push((last = []));
    last.push(row);
    this.size++;
  }

  /** Every row, in order. */
  *[Symbol.iterator](): Iterator<number> {
    for (const piece of this.#pieces) yield* piece;
  }

  /** Gives every row the position that it has now. */
  move(to: (row: number) => number): void {
    this.#pieces = this.#pieces.map(piece => piece.map(to));
  }

  /** The piece in which a row is, or belongs. */
  #pieceOf(row: number, order: RowOrder): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order(this.#pieces[middle].at(-1)!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The first place of a piece whose row does not come before this one. */
function placeIn(piece: readonly number[], row: number, order: RowOrder): number {
  let low = 0;
  let high = piece.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(piece[middle], row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
