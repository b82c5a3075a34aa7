import type { EventTime } from '../columns/time.js';

/** So many buckets there are at most: when times go beyond them, two become one. */
export const MOST_BUCKETS = 256;

/** Rows by time: how many lie in each of some spans of equal width, one behind the other. */
export interface Buckets {
  /** Where the first span begins, in microseconds: a multiple of the width. */
  readonly fromUs: EventTime;
  /** A power of two. */
  readonly widthUs: number;
  readonly counts: readonly number[];
}

/**
 * Counts rows by their places in the order of replayed rows, in at most `MOST_BUCKETS` spans of equal width. The width is the smallest power of two microseconds
 * with which they are enough, and spans begin at its multiples: so what is counted is the same however rows were cut into batches.
 */
export class TimeHistogram {
  #width = 1;
  /** The number of the first span: those of the width, counted from 1970. */
  #first = 0;
  #used = 0;
  readonly #counts = new Float64Array(MOST_BUCKETS);
  rows = 0;

  /**
   * Counts rows `from` to `to` of a batch, whose times never fall and are not before those of earlier ones. Costs a search for each bucket's end, not a step for
   * each row.
   *
   * @param shiftUs what is added to each time
   */
  add(times: Float64Array, from: number, to: number, shiftUs: number): void {
    if (from >= to) return;
    const counts = this.#counts;
    if (this.#used === 0) this.#first = Math.floor((times[from] + shiftUs) / this.#width);
    const last = times[to - 1] + shiftUs;
    while (Math.floor(last / this.#width) - this.#first >= MOST_BUCKETS) this.#double();
    let at = from;
    while (at < to) {
      const bucket = Math.floor((times[at] + shiftUs) / this.#width);
      const end = firstFrom(times, at, to, (bucket + 1) * this.#width - shiftUs);
      counts[Math.max(0, bucket - this.#first)] += end - at;
      at = end;
    }
    this.#used = Math.max(this.#used, Math.floor(last / this.#width) - this.#first + 1);
    this.rows += to - from;
  }

  /** Makes one span of two. */
  #double(): void {
    const counts = this.#counts;
    const first = Math.floor(this.#first / 2);
    for (let i = 0; i < this.#used; i++) {
      const count = counts[i];
      counts[i] = 0;
      counts[Math.floor((this.#first + i) / 2) - first] += count;
    }
    if (this.#used > 0) this.#used = Math.floor((this.#first + this.#used - 1) / 2) - first + 1;
    this.#first = first;
    this.#width *= 2;
  }

  get buckets(): Buckets {
    return {
      fromUs: this.#first * this.#width,
      widthUs: this.#width,
      counts: Array.from(this.#counts.subarray(0, this.#used)),
    };
  }
}

/** The first row of `from` to `to` whose time is not before the limit; `from` is before it. */
function firstFrom(times: Float64Array, from: number, to: number, limit: number): number {
  if (times[to - 1] < limit) return to;
  let low = from;
  let high = to - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < limit) low = middle;
    else high = middle;
  }
  return high;
}

/** The width of buckets with which a span has no more than there can be: not less than `least`. */
export function widthFor(fromUs: EventTime, toUs: EventTime, least: number): number {
  let width = least;
  while (Math.floor(toUs / width) - Math.floor(fromUs / width) >= MOST_BUCKETS) width *= 2;
  return width;
}

/** Adds buckets to wider ones, which begin with the number `first`. What lies outside of these is left out. */
export function foldInto(counts: number[], first: number, widthUs: number, { fromUs, ...of }: Buckets): void {
  of.counts.forEach((count, i) => {
    const at = Math.floor((fromUs + i * of.widthUs) / widthUs) - first;
    if (at >= 0 && at < counts.length) counts[at] += count;
  });
}
