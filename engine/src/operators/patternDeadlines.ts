import type { EventTime } from '../columns/time.js';

/** Keys with the times at which their matches have to be over, the earliest first; of one time, the one whose first row came first. */
export class PatternDeadlines {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #groups: number[] = [];

  /** The earliest; Infinity where there is none. */
  get next(): EventTime {
    return this.#times.length === 0 ? Infinity : this.#times[0];
  }

  get size(): number {
    return this.#times.length;
  }

  /** @param order the number of the row that the match begins with */
  add(group: number, time: EventTime, order: number): void {
    let at = this.#times.length;
    this.#times.push(time);
    this.#orders.push(order);
    this.#groups.push(group);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#precedes(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes the earliest out. */
  take(): { readonly group: number; readonly time: EventTime; readonly order: number } {
    const found = { group: this.#groups[0], time: this.#times[0], order: this.#orders[0] };
    const last = this.#times.length - 1;
    this.#swap(0, last);
    this.#times.pop();
    this.#orders.pop();
    this.#groups.pop();
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= last) break;
      const least = left + 1 < last && this.#precedes(left + 1, left) ? left + 1 : left;
      if (!this.#precedes(least, at)) break;
      this.#swap(least, at);
      at = least;
    }
    return found;
  }

  clear(): void {
    this.#times.length = this.#orders.length = this.#groups.length = 0;
  }

  #precedes(a: number, b: number): boolean {
    const difference = this.#times[a] - this.#times[b];
    return difference === 0 ? this.#orders[a] < this.#orders[b] : difference < 0;
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#times, this.#orders, this.#groups]) [list[a], list[b]] = [list[b], list[a]];
  }
}
