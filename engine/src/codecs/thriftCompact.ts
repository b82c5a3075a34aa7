/** A value as Thrift's compact protocol has it: numbers beyond ±(2^53 − 1) are rounded, texts are left as bytes. */
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;
/** The fields of a struct by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Which fields of a struct are wanted: all of what is in them, or some. Those of a list are of the structs in it. */
export interface ThriftFields {
  readonly [id: number]: true | ThriftFields;
}

const MOST_DEPTH = 16;
/** Structs, lists and texts that may be made, whatever the size of what holds them; beyond them there is one for so many bytes. */
const FREE_OBJECTS = 1 << 18;
const BYTES_AN_OBJECT = 16;

/**
 * Reads a struct of Thrift's compact protocol, in which Parquet writes what it says of its data: the fields that are wanted; others are passed over, and
 * nothing is made of them. Throws RangeError where the bytes are none, where a list has more items than there are bytes, or where they are
 * next to nothing each, so that few bytes would become much.
 */
export function readThriftStruct(
  bytes: Uint8Array,
  fields: true | ThriftFields = true,
): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new CompactReader(bytes);
  return { struct: reader.struct(0, fields), end: reader.at };
}

class CompactReader {
  at = 0;
  #objects: number;

  constructor(private readonly bytes: Uint8Array) {
    this.#objects = FREE_OBJECTS + bytes.length / BYTES_AN_OBJECT;
  }

  struct(depth: number, wanted: true | ThriftFields): ThriftStruct {
    this.#make(depth);
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const step = head >> 4;
      id = step === 0 ? this.#zigzag() : id + step;
      const type = head & 15;
      const inside = wanted === true || wanted[id];
      if (type <= 2) {
        if (inside) fields.set(id, type === 1);
      } else if (inside) fields.set(id, this.#value(type, depth, inside));
      else this.#pass(type, depth);
    }
  }

  /** Counts what is made. */
  #make(depth: number, objects = 1): void {
    if (depth > MOST_DEPTH) throw new RangeError('its structs lie too deep in each other');
    this.#objects -= objects;
    if (this.#objects < 0) throw new RangeError('it says next to nothing too often');
  }

  /** Passes over a value of which nothing is wanted. */
  #pass(type: number, depth: number): void {
    if (depth > MOST_DEPTH) throw new RangeError('its structs lie too deep in each other');
    if (type === 12) {
      for (let head = this.#byte(); head !== 0; head = this.#byte()) {
        if (head >> 4 === 0) this.#varint();
        if ((head & 15) > 2) this.#pass(head & 15, depth + 1);
      }
    } else if (type === 9 || type === 10) {
      const { size, type: of } = this.#listHead();
      for (let i = 0; i < size; i++) this.#pass(of, depth + 1);
    } else if (type === 8) {
      this.#skip(this.#varint());
    } else if (type === 7) {
      this.#skip(8);
    } else if (type >= 4 && type <= 6) {
      this.#varint();
    } else if (type >= 1 && type <= 3) {
      this.#byte();
    } else {
      throw new RangeError(`a value of unknown type ${type}`);
    }
  }

  #value(type: number, depth: number, wanted: true | ThriftFields): ThriftValue {
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
        this.#skip(8);
        return 8;
      case 8: {
        this.#make(depth);
        const length = this.#varint();
        this.#skip(length);
        return this.bytes.subarray(this.at - length, this.at);
      }
      case 9:
      case 10:
        return this.#list(depth, wanted);
      case 12:
        return this.struct(depth + 1, wanted);
      default:
        throw new RangeError(`a value of unknown type ${type}`);
    }
  }

  #list(depth: number, wanted: true | ThriftFields): readonly ThriftValue[] {
    const { size, type } = this.#listHead();
    // A number in a list has eight times its byte.
    this.#make(depth, 1 + size / 8);
    const list: ThriftValue[] = [];
    for (let i = 0; i < size; i++) list.push(this.#value(type, depth + 1, wanted));
    return list;
  }

  #listHead(): { readonly size: number; readonly type: number } {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (size > this.bytes.length - this.at) throw new RangeError('a list is longer than what holds it');
    return { size, type: head & 15 };
  }

  #skip(length: number): void {
    if (length > this.bytes.length - this.at) throw new RangeError('a text is longer than what holds it');
    this.at += length;
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
