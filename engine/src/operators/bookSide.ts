import type { StateReader, StateWriter } from './snapshot.js';

/** More levels than this are none that anybody trades at: the worst go. */
const MOST_LEVELS = 1 << 17;

/**
 * One side of an order book: prices and their sizes, the best last, so that what changes near the best price, as most does, moves few of them.
 */
export class BookSide {
  count = 0;
  /** The nearest level to the best that has changed since it was last set to Infinity: 0 is the best. */
  changed = Infinity;
  /** Prices, of asks with the other sign: they rise towards the best. */
  #keys: Float64Array = new Float64Array(16);
  #sizes: Float64Array = new Float64Array(16);

  constructor(readonly isBid: boolean) {}

  clear(): void {
    if (this.count > 0) this.changed = 0;
    this.count = 0;
  }

  /** Sets the size of a price; none, or less, takes it away. What is no number is left out. */
  set(price: number, size: number): void {
    if (price !== price || size !== size) return;
    const key = this.isBid ? price : 0 - price;
    const keys = this.#keys;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    const isKnown = low < this.count && keys[low] === key;
    if (size <= 0) {
      if (isKnown) this.#remove(low);
    } else if (!isKnown) {
      this.#insert(low, key, size);
    } else if (this.#sizes[low] !== size) {
      this.#sizes[low] = size;
      this.#touch(low);
    }
  }

  /** The price of a level, 0 being the best; NaN where there is none. */
  priceAt(level: number): number {
    if (level >= this.count) return NaN;
    const key = this.#keys[this.count - 1 - level];
    return this.isBid ? key : 0 - key;
  }

  sizeAt(level: number): number {
    return level < this.count ? this.#sizes[this.count - 1 - level] : NaN;
  }

  bytes(): number {
    return this.#keys.byteLength * 2;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('keys', this.#keys, this.count);
    writer.lane('sizes', this.#sizes, this.count);
  }

  restore(reader: StateReader): void {
    this.#keys = reader.lane('keys') as Float64Array;
    this.#sizes = reader.lane('sizes') as Float64Array;
    this.count = this.#keys.length;
    if (this.count < 16) this.#grow();
  }

  #touch(at: number): void {
    const level = this.count - 1 - at;
    if (level < this.changed) this.changed = level;
  }

  #insert(at: number, key: number, size: number): void {
    if (this.count === MOST_LEVELS) {
      if (at === 0) return;
      this.#remove(0);
      at--;
    }
    if (this.count === this.#keys.length) this.#grow();
    this.#keys.copyWithin(at + 1, at, this.count);
    this.#sizes.copyWithin(at + 1, at, this.count);
    this.#keys[at] = key;
    this.#sizes[at] = size;
    this.count++;
    this.#touch(at);
  }

  #remove(at: number): void {
    this.#touch(at);
    this.#keys.copyWithin(at, at + 1, this.count);
    this.#sizes.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  #grow(): void {
    const capacity = Math.max(16, 2 * this.count);
    const keys = new Float64Array(capacity);
    keys.set(this.#keys);
    this.#keys = keys;
    const sizes = new Float64Array(capacity);
    sizes.set(this.#sizes);
    this.#sizes = sizes;
  }
}
