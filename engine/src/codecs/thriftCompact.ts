/** A value as Thrift's compact protocol has it: numbers beyond ±(2^53 − 1) are rounded, texts are left as bytes. */
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;
/** The fields of a struct by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const MOST_DEPTH = 16;

/**
 * Reads a struct of Thrift's compact protocol, in which Parquet writes what it says of its data. Throws RangeError where the bytes
 * are none: a list has no more items than there are bytes, so nothing large is made of a small text.
 */
export function readThriftStruct(
  bytes: Uint8Array,
  from = 0,
): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new CompactReader(bytes, from);
  return { struct: reader.struct(0), end: reader.at };
}

class CompactReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  struct(depth: number): ThriftStruct {
    if (depth > MOST_DEPTH) throw new RangeError('its structs lie too deep in each other');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const step = head >> 4;
      id = step === 0 ? this.#zigzag() : id + step;
      const type = head & 15;
      fields.set(id, type <= 2 ? type === 1 : this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      // In lists booleans have a byte of their own.
      case 1:
      case 2:
        return this.#byte() === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
      case 6:
        return this.#zigzag();
      case 7:
        return this.#skip(8).length;
      case 8:
        return this.#skip(this.#varint());
      case 9:
      case 10:
        return this.#list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new RangeError(`a value of unknown type ${type}`);
    }
  }

  #list(depth: number): readonly ThriftValue[] {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (size > this.bytes.length - this.at) throw new RangeError('a list is longer than what holds it');
    return Array.from({ length: size }, () => this.#value(head & 15, depth + 1));
  }

  #skip(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new RangeError('a text is longer than what holds it');
    const skipped = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return skipped;
  }

  #byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError('it ends in the middle of a value');
    return this.bytes[this.at++];
  }

  #varint(): number {
    let value = 0;
    let place = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 127) * place;
      if (byte < 128) return value;
      place *= 128;
    }
    throw new RangeError('a number has no end');
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
