import { crc32 } from './crc32.js';

/** So many levels of each side are in the checksum. */
const CHECKED = 10;

/** A level as it is written: its digits are what the checksum is made of. */
interface Level {
  readonly value: number;
  readonly price: string;
  /** The digits of price and size, without the point and the zeros before them. */
  readonly digits: string;
}

/** The best levels of a symbol, with the checksum that Kraken makes of them. */
export class CheckedBook {
  /** The best level first. */
  readonly #bids: Level[] = [];
  readonly #asks: Level[] = [];

  constructor(private readonly depth: number) {}

  clear(): void {
    this.#bids.length = this.#asks.length = 0;
  }

  /** Sets the size of a level, both as they are written; zero takes it away. */
  set(isBid: boolean, price: string, size: string): void {
    const side = isBid ? this.#bids : this.#asks;
    const value = Number(price);
    let low = 0;
    let high = side.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const isBehind = isBid ? side[middle].value <= value : side[middle].value >= value;
      if (isBehind) high = middle;
      else low = middle + 1;
    }
    const known = side[low]?.value === value ? 1 : 0;
    if (Number(size) === 0) side.splice(low, known);
    else side.splice(low, known, { value, price, digits: digitsOf(price) + digitsOf(size) });
  }

  /** Lets go the levels behind the depth, whose end the exchange does not tell. */
  truncate(gone: (isBid: boolean, price: string) => void): void {
    for (const side of [this.#bids, this.#asks]) {
      for (const { price } of side.splice(this.depth)) gone(side === this.#bids, price);
    }
  }

  checksum(): number {
    let text = '';
    for (const side of [this.#asks, this.#bids]) {
      for (let level = 0; level < CHECKED && level < side.length; level++) text += side[level].digits;
    }
    return crc32(text);
  }
}

function digitsOf(number: string): string {
  return number.replace('.', '').replace(/^0+/, '');
}
