/** Why bytes are no value of their schema. */
export class AvroFault extends Error {
  override readonly name = 'AvroFault';
}

const text = new TextDecoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Goes through the bytes of Avro's binary encoding. Throws `AvroFault` where they end or are none. */
export class AvroBytes {
  at = 0;
  /** The value of a long beyond ±(2^53 − 1): `long` returned NaN. */
  big = 0n;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #end = 0;

  begin(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = from;
    this.#end = to;
  }

  get left(): number {
    return this.#end - this.at;
  }

  /** Goes on by so many bytes and returns where they begin. */
  pass(count: number): number {
    if (!(count >= 0 && count <= this.left)) throw new AvroFault('it breaks off');
    const from = this.at;
    this.at += count;
    return from;
  }

  boolean(): boolean {
    const byte = this.#bytes[this.pass(1)];
    if (byte > 1) throw new AvroFault(`${byte} is no boolean`);
    return byte === 1;
  }

  /** An int or a long. */
  long(): number {
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = bytes[this.pass(1)];
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    let raw = BigInt(value);
    for (let i = 7n; i < 10n; i++) {
      const byte = bytes[this.pass(1)];
      raw |= BigInt(byte & 127) << (7n * i);
      if (byte < 128) return this.#long(raw);
    }
    throw new AvroFault('a number has more than 10 bytes');
  }

  #long(raw: bigint): number {
    if (raw >= 1n << 64n) throw new AvroFault('a number has more than 64 bits');
    const value = (raw >> 1n) ^ -(raw & 1n);
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    this.big = value;
    return NaN;
  }

  /** A count, an index or a length: never below zero. */
  count(): number {
    const value = this.long();
    if (!(value >= 0)) throw new AvroFault('a length is below zero, or too large');
    return value;
  }

  float(): number {
    return this.#view.getFloat32(this.pass(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.pass(8), true);
  }

  text(from: number, to: number): string {
    return text.decode(this.#bytes.subarray(from, to));
  }

  hex(from: number, to: number): string {
    let digits = '';
    for (let i = from; i < to; i++) digits += HEX[this.#bytes[i]];
    return digits;
  }

  /** A whole number as two's complement, the highest byte first. */
  integer(from: number, to: number): bigint {
    if (to === from) return 0n;
    const value = BigInt(`0x${this.hex(from, to)}`);
    return this.#bytes[from] < 128 ? value : value - (1n << BigInt(8 * (to - from)));
  }

  /** The bytes themselves, for what reads text out of them. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }
}
