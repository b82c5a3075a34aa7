/** Positions of rows in an order of theirs. They mostly come in it and go from the front, and both cost next to nothing then. */
export class OrderedRows {
  #rows: number[] = [];
  #head = 0;

  get size(): number {
    return this.#rows.length - this.#head;
  }

  at(place: number): number {
    return this.#rows[this.#head + place];
  }

  /** Puts a row in its place, which is returned. */
  add(row: number, order: (a: number, b: number) => number): number {
    const place = this.count(other => order(other, row) < 0);
    if (place === this.size) this.#rows.push(row);
    else this.#rows.splice(this.#head + place, 0, row);
    return place;
  }

  /** How many rows, from the first on, something is true of. */
  count(isBefore: (row: number) => boolean): number {
    const last = this.size - 1;
    if (last < 0 || isBefore(this.at(last))) return last + 1;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes the first rows out. */
  drop(count: number): void {
    this.#head += count;
    if (this.#head < 64 || this.#head * 2 < this.#rows.length) return;
    this.#rows = this.#rows.slice(this.#head);
    this.#head = 0;
  }

  /** Gives every row the position that it has now. */
  move(places: Int32Array): void {
    this.#rows = this.#rows.slice(this.#head).map(row => places[row]);
    this.#head = 0;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let place = 0; place < this.size; place++) yield this.at(place);
  }
}
