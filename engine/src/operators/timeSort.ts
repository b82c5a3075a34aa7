import type { TieOrder } from './calendar.js';

/** Moves a row that insertion may take, on average, before a general sort takes over. */
const MOVES = 8;

/**
 * Sorts many row positions by event time at once: rows go to as many buckets of equal width as there are rows, and insertion puts right
 * what is out of order within a few of them. Where times are so uneven that this would not end soon, a general sort does it.
 */
export class TimeSort {
  #ends = new Int32Array(1024);
  #sorted = new Int32Array(1024);

  /** Puts the first `count` positions in order of their times, then of the tie. */
  sort(positions: Int32Array, count: number, times: Float64Array, tie: TieOrder): void {
    if (count < 2) return;
    if (this.#sorted.length < count) {
      this.#sorted = new Int32Array(count * 2);
      this.#ends = new Int32Array(count * 2);
    }
    scatter(positions, count, times, this.#ends, this.#sorted);
    positions.set(this.#sorted.subarray(0, count));
    if (insert(positions, count, times, tie)) return;
    positions.subarray(0, count).sort((a, b) => times[a] - times[b] || tie(a, b));
  }
}

/** Distributes positions by time over `count` buckets, in their order within each. */
function scatter(
  positions: Int32Array,
  count: number,
  times: Float64Array,
  ends: Int32Array,
  out: Int32Array,
): void {
  let least = Infinity;
  let most = -Infinity;
  for (let k = 0; k < count; k++) {
    const time = times[positions[k]];
    least = Math.min(least, time);
    most = Math.max(most, time);
  }
  const scale = most > least ? (count - 1) / (most - least) : 0;
  ends.fill(0, 0, count);
  for (let k = 0; k < count; k++) ends[((times[positions[k]] - least) * scale) | 0]++;
  let end = 0;
  for (let bucket = 0; bucket < count; bucket++) ends[bucket] = end += ends[bucket];
  for (let k = count - 1; k >= 0; k--) {
    const position = positions[k];
    out[--ends[((times[position] - least) * scale) | 0]] = position;
  }
}

/** Sorts by insertion; false where that takes too many moves. */
function insert(positions: Int32Array, count: number, times: Float64Array, tie: TieOrder): boolean {
  let left = MOVES * count;
  for (let i = 1; i < count; i++) {
    const position = positions[i];
    const time = times[position];
    let at = i - 1;
    while (at >= 0) {
      const other = positions[at];
      const earlier = times[other];
      if (earlier < time || (earlier === time && tie(other, position) < 0)) break;
      positions[at + 1] = other;
      at--;
    }
    positions[at + 1] = position;
    left -= i - 1 - at;
    if (left < 0) return false;
  }
  return true;
}
