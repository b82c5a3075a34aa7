import type { EventTime } from '../columns/time.js';

/**
 * Rows that have come and gone since changes were told last. A row that takes another one's place is told as that: a `-U` and a `+U`.
 */
export class PendingRows {
  /** No change that is not told yet shows in a row before this time. */
  earliest: EventTime = Infinity;
  /** New rows in the order in which they came; -1: it has gone again. */
  #new: number[] = [];
  /** Where each of them is. */
  readonly #placeOf = new Map<number, number>();
  /** Told rows that have gone, with the one that has taken their place, or -1. */
  readonly #gone = new Map<number, number>();
  /** The told row whose place a new one has taken, or the one before it had. */
  readonly #told = new Map<number, number>();

  /** A change shows in no row before this time. */
  reach(time: EventTime): void {
    if (time < this.earliest) this.earliest = time;
  }

  /** A row has gone. */
  remove(row: number): void {
    const place = this.#placeOf.get(row);
    if (place === undefined) {
      this.#gone.set(row, -1);
      return;
    }
    this.#new[place] = -1;
    const told = this.#told.get(row);
    if (told !== undefined) this.#gone.set(told, -1);
  }

  /** A row has come, in the place of one that has gone just now, or -1. */
  put(row: number, replaced: number): void {
    const place = replaced < 0 ? undefined : this.#placeOf.get(replaced);
    const told = place === undefined ? replaced : (this.#told.get(replaced) ?? -1);
    this.#placeOf.set(row, place ?? this.#new.length);
    if (place === undefined) this.#new.push(row);
    else this.#new[place] = row;
    if (told < 0) return;
    this.#told.set(row, told);
    this.#gone.set(told, row);
  }

  /** Whether a row has come since changes were told last. */
  isNew(row: number): boolean {
    return this.#placeOf.has(row);
  }

  /** Visits told rows that have gone without another one in their place. */
  eachGone(visit: (row: number) => void): void {
    for (const [row, by] of this.#gone) if (by < 0) visit(row);
  }

  /** Visits new rows, with the told one that each takes the place of, or -1. */
  eachNew(visit: (row: number, replaced: number) => void): void {
    for (const row of this.#new) if (row >= 0) visit(row, this.#told.get(row) ?? -1);
  }

  clear(): void {
    this.earliest = Infinity;
    this.#new = [];
    this.#placeOf.clear();
    this.#gone.clear();
    this.#told.clear();
  }
}
