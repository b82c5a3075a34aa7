/**
 * Small integers as Parquet packs them: runs of one value, and runs that have so many bits a value. Throws RangeError where there are fewer of them than
 * are read.
 */
export class HybridReader {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;
  #width = 0;
  /** What is left of the run at hand: of one value, or of packed ones from a bit on. */
  #left = 0;
  #isPacked = false;
  #value = 0;
  #bit = 0;

  /** Begins at `at`, up to `end`. Behind the end there are at least 8 bytes more in the memory. */
  begin(bytes: Uint8Array, at: number, end: number, width: number): void {
    if (width > 32 || at > end) throw new RangeError('a page has numbers of more bits than there are');
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
    this.#width = width;
    this.#left = 0;
    this.#isPacked = false;
    this.#bit = 0;
  }

  /** Whether the next `count` are all 1 by one run; they are passed then. */
  passOnes(count: number): boolean {
    if (this.#left === 0) this.#run();
    if (this.#isPacked || this.#value !== 1 || this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Reads `count` integers into `out`. */
  read(out: Int32Array, count: number): void {
    for (let filled = 0; filled < count;) {
      if (this.#left === 0) this.#run();
      const length = Math.min(this.#left, count - filled);
      if (this.#isPacked) this.#unpack(out, filled, length);
      else out.fill(this.#value, filled, filled + length);
      filled += length;
      this.#left -= length;
    }
  }

  #unpack(out: Int32Array, from: number, count: number): void {
    const view = this.#view;
    const width = this.#width;
    let bit = this.#bit;
    if (width <= 25) {
      const mask = 2 ** width - 1;
      // Within the run bits are counted from its first byte, so that they stay small.
      const start = this.#at;
      for (let i = from; i < from + count; i++) {
        out[i] = (view.getUint32(start + (bit >> 3), true) >>> (bit & 7)) & mask;
        bit += width;
      }
    } else {
      for (let i = from; i < from + count; i++) {
        const byte = this.#at + Math.floor(bit / 8);
        const word = view.getUint32(byte, true) + view.getUint8(byte + 4) * 2 ** 32;
        out[i] = Math.floor(word / 2 ** (bit & 7)) % 2 ** width;
        bit += width;
      }
    }
    this.#bit = bit;
  }

  /** Reads what the next run is. */
  #run(): void {
    const view = this.#view;
    if (this.#isPacked && this.#bit > 0) this.#at += Math.ceil(this.#bit / 8);
    this.#bit = 0;
    this.#isPacked = false;
    let head = 0;
    for (let place = 1; ; place *= 128) {
      if (this.#at >= this.#end || place > 2 ** 35)
        throw new RangeError('a page has fewer values than it says');
      const byte = view.getUint8(this.#at++);
      head += (byte & 127) * place;
      if (byte < 128) break;
    }
    const width = this.#width;
    if (head % 2 === 1) {
      const groups = (head - 1) / 2;
      // The last one may be cut off behind the values that there are.
      const there = width === 0 ? groups * 8 : Math.floor(((this.#end - this.#at) * 8) / width);
      this.#left = Math.min(groups * 8, there, MOST_RUN);
      if (groups * 8 > MOST_RUN) throw new RangeError('a page has more values than it can');
      this.#isPacked = true;
      if (this.#left === 0) throw new RangeError('a page has fewer values than it says');
      return;
    }
    this.#left = head / 2;
    const bytes = Math.ceil(width / 8);
    if (this.#at + bytes > this.#end) throw new RangeError('a page has fewer values than it says');
    let value = 0;
    for (let i = 0; i < bytes; i++) value += view.getUint8(this.#at + i) * 2 ** (8 * i);
    if (value >= 2 ** width) throw new RangeError('a page has numbers of more bits than it says');
    this.#value = value;
    this.#at += bytes;
  }
}

/** A packed run with more values than this would be longer than a page may be. */
const MOST_RUN = 2 ** 26;
