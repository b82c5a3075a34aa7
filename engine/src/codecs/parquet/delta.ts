const TWO_32 = 2 ** 32;
/** Sums below this are exact as numbers, and so is one more. */
const SAFE = 2 ** 52;
/** Writers make blocks of a few hundred values. */
const MOST_BLOCK = 1 << 20;

/**
 * Integers that are written as differences, in blocks of so many bits a difference (Parquet's DELTA_BINARY_PACKED), read as 32-bit words: one a value, or
 * two, the lower one first. Nothing is made room for, so that a page of few bytes may have many values. Throws RangeError where the bytes are none, or
 * hold fewer values than are read.
 */
export class DeltaReader {
  readonly #view: DataView;
  /** A block has so many parts, of so many values each. */
  readonly #parts: number;
  readonly #partRows: number;
  /** Where the part at hand begins, where the next one or the next block does, and where the widths of the block's parts are. */
  #at: number;
  #next = 0;
  #widths = 0;
  #part: number;
  /** Values that have not been read at all, and of the part at hand. */
  #left: number;
  #inPart = 0;
  #isBegun = false;
  /** Bits of a difference, and passed ones of the part. */
  #width = 0;
  #bit = 0;
  /** The last value and the least difference of the block. */
  #value: bigint;
  #least = 0n;

  /** From `at` to `end` of the bytes, behind which there are at least 8 bytes more in the memory. */
  constructor(
    bytes: Uint8Array,
    at: number,
    private readonly end: number,
    private readonly bits: 32 | 64,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    const rows = Number(this.#varint());
    this.#parts = Number(this.#varint());
    this.#left = Number(this.#varint());
    this.#value = this.#zigzag();
    this.#partRows = rows / this.#parts;
    if (!(rows <= MOST_BLOCK && this.#partRows >= 32 && this.#partRows % 32 === 0)) throw broken();
    this.#part = this.#parts;
    this.#next = this.#at;
  }

  /** How many values have not been read. */
  get left(): number {
    return this.#left;
  }

  /** Reads `count` values as words into memory. */
  read(out: Int32Array, count: number): void {
    if (count > this.#left) throw fewer();
    this.#left -= count;
    let row = 0;
    if (!this.#isBegun && count > 0) {
      this.#isBegun = true;
      this.#put(out, row++);
    }
    while (row < count) {
      if (this.#inPart === 0) this.#nextPart();
      const length = Math.min(this.#inPart, count - row);
      this.#unpack(out, row, length);
      this.#inPart -= length;
      row += length;
    }
  }

  /** Passes all values, of which none has been read; returns where the bytes behind them begin. */
  passAll(): number {
    for (let left = this.#left - 1; left > 0; left -= this.#partRows) this.#nextPart();
    this.#left = 0;
    return this.#next;
  }

  /** The last value, as words. */
  #put(out: Int32Array, row: number): void {
    const value = this.#value;
    if (this.bits === 32) {
      out[row] = Number(BigInt.asIntN(32, value));
      return;
    }
    out[2 * row] = Number(BigInt.asIntN(32, value));
    out[2 * row + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }

  #unpack(out: Int32Array, row: number, count: number): void {
    const width = this.#width;
    if (width <= 25 && this.bits === 32) this.#unpackWords(out, row, count);
    else if (width > 48 || !this.#unpackNumbers(out, row, count)) this.#unpackExactly(out, row, count);
  }

  /** Values of 32 bits, which go round. */
  #unpackWords(out: Int32Array, from: number, count: number): void {
    const view = this.#view;
    const start = this.#at;
    const width = this.#width;
    const mask = 2 ** width - 1;
    const least = Number(BigInt.asIntN(32, this.#least));
    let bit = this.#bit;
    let value = Number(BigInt.asIntN(32, this.#value));
    for (let i = from; i < from + count; i++) {
      const difference = (view.getUint32(start + (bit >> 3), true) >>> (bit & 7)) & mask;
      value = (value + least + difference) | 0;
      out[i] = value;
      bit += width;
    }
    this.#bit = bit;
    this.#value = BigInt(value);
  }

  /** Values that are exact as numbers, whatever the differences are; false: they may not be. */
  #unpackNumbers(out: Int32Array, from: number, count: number): boolean {
    const width = this.#width;
    const least = Number(this.#least);
    let value = Number(this.#value);
    const most = count * (Math.abs(least) + 2 ** width) + Math.abs(value);
    if (!(most < SAFE)) return false;
    const view = this.#view;
    const start = this.#at;
    const isLong = this.bits === 64;
    const high = 2 ** Math.max(0, width - 24);
    let bit = this.#bit;
    for (let i = from; i < from + count; i++) {
      const byte = start + (bit >> 3);
      const shift = bit & 7;
      let difference: number;
      if (width <= 24) {
        difference = (view.getUint32(byte, true) >>> shift) & (2 ** width - 1);
      } else {
        const low = (view.getUint32(byte, true) >>> shift) & 0xffffff;
        // The bits from the 25th on: at most 24, in four bytes from the third behind the first.
        const rest = (view.getUint32(byte + 3, true) >>> shift) & (high - 1);
        difference = low + rest * 0x1000000;
      }
      bit += width;
      value += least + difference;
      if (isLong) {
        out[2 * i] = value | 0;
        out[2 * i + 1] = Math.floor(value / TWO_32);
      } else {
        out[i] = value | 0;
      }
    }
    this.#bit = bit;
    this.#value = BigInt(value);
    return true;
  }

  #unpackExactly(out: Int32Array, from: number, count: number): void {
    const { bits } = this;
    const width = this.#width;
    const mask = (1n << BigInt(width)) - 1n;
    for (let i = from; i < from + count; i++) {
      const byte = this.#at + Math.floor(this.#bit / 8);
      const words = this.#view.getBigUint64(byte, true) + (BigInt(this.#view.getUint8(byte + 8)) << 64n);
      const difference = (words >> BigInt(this.#bit & 7)) & mask;
      this.#bit += width;
      this.#value = BigInt.asIntN(bits, this.#value + this.#least + difference);
      this.#put(out, i);
    }
  }

  #nextPart(): void {
    this.#at = this.#next;
    if (this.#part === this.#parts) {
      this.#least = this.#zigzag();
      this.#widths = this.#at;
      this.#at += this.#parts;
      this.#part = 0;
      if (this.#at > this.end) throw fewer();
    }
    const width = this.#view.getUint8(this.#widths + this.#part++);
    this.#next = this.#at + (this.#partRows / 8) * width;
    if (width > this.bits) throw broken();
    if (this.#next > this.end) throw fewer();
    this.#width = width;
    this.#bit = 0;
    this.#inPart = this.#partRows;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= this.end) throw fewer();
      const byte = this.#view.getUint8(this.#at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw broken();
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return BigInt.asIntN(64, value & 1n ? -(value >> 1n) - 1n : value >> 1n);
  }
}

function broken(): RangeError {
  return new RangeError('a page has differences in a form that is not known');
}

function fewer(): RangeError {
  return new RangeError('a page has fewer values than it says');
}

/** Values whose first bytes lie together, then their second ones, and so on (BYTE_STREAM_SPLIT), as they are. */
export function joinedBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const count = Math.floor((end - start) / width);
  const out = new Uint8Array(count * width);
  for (let k = 0; k < width; k++) {
    const from = start + k * count;
    for (let i = 0, to = k; i < count; i++, to += width) out[to] = bytes[from + i];
  }
  return out;
}
