import type { Dictionary } from '../../../columns/dictionary.js';
import type { PlainValue } from '../define.js';
import { compareHeld, type HeldValue } from './held.js';

/** Values of one run of the order, and how often each was seen. */
interface Chunk {
  readonly values: HeldValue[];
  readonly counts: number[];
  /** The sum of the counts. */
  total: number;
}

/** So many distinct values a chunk at most. */
const CHUNK = 512;
/** New values are merged in one go where they are at least this part of the ones that are there. */
const MERGE_PART = 8;

/**
 * A multiset in order: the least and the greatest value, and the value of any rank. Values wait until something is asked, then they are
 * sorted in; a row costs a binary search and the shift of half a chunk, however many there are.
 */
export class SortedCounts {
  #chunks: Chunk[] = [];
  #distinct = 0;
  #waiting: HeldValue[] = [];
  #total = 0;

  /** How many values there are. */
  get size(): number {
    return this.#total;
  }

  add(value: HeldValue): void {
    this.#waiting.push(value);
    this.#total++;
  }

  /** Takes one such value out, if there is one. `dictionary` is that of strings, here and below. */
  remove(value: HeldValue, dictionary: Dictionary | null): void {
    this.#settle(dictionary);
    const at = this.#chunkOf(value, dictionary);
    const chunk = this.#chunks.at(at);
    if (chunk === undefined) return;
    const position = lowerBound(chunk.values, value, dictionary);
    if (position === chunk.values.length || compareHeld(chunk.values[position], value, dictionary) !== 0)
      return;
    this.#total--;
    chunk.total--;
    if (--chunk.counts[position] > 0) return;
    this.#distinct--;
    chunk.values.splice(position, 1);
    chunk.counts.splice(position, 1);
    if (chunk.values.length === 0) this.#chunks.splice(at, 1);
  }

  /** The least value; there must be one. */
  first(dictionary: Dictionary | null): HeldValue {
    this.#settle(dictionary);
    return this.#chunks[0].values[0];
  }

  /** The greatest value; there must be one. */
  last(dictionary: Dictionary | null): HeldValue {
    this.#settle(dictionary);
    const { values } = this.#chunks[this.#chunks.length - 1];
    return values[values.length - 1];
  }

  /** The value of a rank from 0 to size - 1. */
  at(rank: number, dictionary: Dictionary | null): HeldValue {
    this.#settle(dictionary);
    let rest = rank;
    let chunk = 0;
    while (rest >= this.#chunks[chunk].total) rest -= this.#chunks[chunk++].total;
    const { values, counts } = this.#chunks[chunk];
    let position = 0;
    while (rest >= counts[position]) rest -= counts[position++];
    return values[position];
  }

  /** Adds what another multiset holds, which stays as it is but for its order. */
  merge(other: SortedCounts, dictionary: Dictionary | null): void {
    other.#settle(dictionary);
    this.#settle(dictionary);
    this.#total += other.#total;
    const values = other.#chunks.flatMap(chunk => chunk.values);
    const counts = other.#chunks.flatMap(chunk => chunk.counts);
    this.#take(values, counts, dictionary);
  }

  #settle(dictionary: Dictionary | null): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    if (waiting.length === 1) {
      this.#insert(waiting[0], 1, dictionary);
      return;
    }
    const values: HeldValue[] = [];
    const counts: number[] = [];
    for (const value of sorted(waiting, dictionary)) {
      const last = values.length - 1;
      if (last >= 0 && compareHeld(values[last], value, dictionary) === 0) counts[last]++;
      else {
        values.push(value);
        counts.push(1);
      }
    }
    this.#take(values, counts, dictionary);
  }

  /** Takes sorted distinct values in. */
  #take(values: readonly HeldValue[], counts: readonly number[], dictionary: Dictionary | null): void {
    if (values.length * MERGE_PART < this.#distinct) {
      for (let k = 0; k < values.length; k++) this.#insert(values[k], counts[k], dictionary);
      return;
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#distinct = 0;
    let next = 0;
    for (const chunk of chunks) {
      for (let k = 0; k < chunk.values.length; k++) {
        const value = chunk.values[k];
        let order = 1;
        while (next < values.length && (order = compareHeld(values[next], value, dictionary)) < 0) {
          this.#append(values[next], counts[next]);
          next++;
        }
        const same = next < values.length && order === 0;
        this.#append(value, chunk.counts[k] + (same ? counts[next++] : 0));
      }
    }
    for (; next < values.length; next++) this.#append(values[next], counts[next]);
  }

  #append(value: HeldValue, count: number): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.values.length >= CHUNK / 2) {
      this.#chunks.push((chunk = { values: [], counts: [], total: 0 }));
    }
    chunk.values.push(value);
    chunk.counts.push(count);
    chunk.total += count;
    this.#distinct++;
  }

  #insert(value: HeldValue, count: number, dictionary: Dictionary | null): void {
    if (this.#chunks.length === 0) {
      this.#append(value, count);
      return;
    }
    const at = Math.min(this.#chunkOf(value, dictionary), this.#chunks.length - 1);
    const chunk = this.#chunks[at];
    const position = lowerBound(chunk.values, value, dictionary);
    chunk.total += count;
    if (position < chunk.values.length && compareHeld(chunk.values[position], value, dictionary) === 0) {
      chunk.counts[position] += count;
      return;
    }
    this.#distinct++;
    chunk.values.splice(position, 0, value);
    chunk.counts.splice(position, 0, count);
    if (chunk.values.length > CHUNK) this.#split(at);
  }

  #split(at: number): void {
    const chunk = this.#chunks[at];
    const values = chunk.values.splice(CHUNK / 2);
    const counts = chunk.counts.splice(CHUNK / 2);
    const total = counts.reduce((sum, count) => sum + count, 0);
    chunk.total -= total;
    this.#chunks.splice(at + 1, 0, { values, counts, total });
  }

  /** The first chunk whose greatest value is not below a value. */
  #chunkOf(value: HeldValue, dictionary: Dictionary | null): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { values } = this.#chunks[middle];
      if (compareHeld(values[values.length - 1], value, dictionary) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  encode(): PlainValue {
    return {
      values: this.#chunks.flatMap(chunk => chunk.values),
      counts: this.#chunks.flatMap(chunk => chunk.counts),
      waiting: this.#waiting.slice(),
    };
  }

  static decode(plain: PlainValue): SortedCounts {
    const { values, counts, waiting } = plain as Record<string, readonly HeldValue[]>;
    const sorted = new SortedCounts();
    for (let k = 0; k < values.length; k++) {
      sorted.#append(values[k], counts[k] as number);
      sorted.#total += counts[k] as number;
    }
    for (const value of waiting) sorted.add(value);
    return sorted;
  }
}

function sorted(values: readonly HeldValue[], dictionary: Dictionary | null): Iterable<HeldValue> {
  // A Float64Array sorts numerically, NaN last, and fast.
  if (dictionary === null && values.every(value => typeof value === 'number'))
    return Float64Array.from(values).sort();
  return [...values].sort((a, b) => compareHeld(a, b, dictionary));
}

/** The first position whose value is not below a value. */
function lowerBound(values: readonly HeldValue[], value: HeldValue, dictionary: Dictionary | null): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareHeld(values[middle], value, dictionary) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
