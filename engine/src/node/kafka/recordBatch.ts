import { crc32c } from '@platformatic/kafka';
import { unpackRecords } from './recordUnpack.js';

/** The bytes of a batch before its records. */
export const BATCH_HEAD = 61;
/** A batch unpacks to so many bytes at most. */
const MOST_UNPACKED = 64 << 20;
/** What the length of a batch does not count: where it begins, and the length. */
const UNCOUNTED = 12;
const IS_CONTROL = 1 << 5;
/** A record has so many bytes at least. */
const SHORTEST_RECORD = 7;

/** A record as it is passed on: the next one is told in the same object. */
export interface RecordView {
  partition: number;
  offset: bigint;
  /** Milliseconds since 1970 UTC. */
  timestampMs: bigint;
  key: Uint8Array | null;
  value: Uint8Array | null;
  /** Where its headers are: how many, and of each its name and its value, both behind their lengths. */
  headers: Uint8Array;
}

/** Why a batch cannot be read. */
export class BatchFault extends Error {
  /** `isLasting`: it would be the same if it was asked for again. */
  constructor(
    message: string,
    readonly isLasting: boolean,
  ) {
    super(message);
  }
}

/** One batch of records as it is in an answer. */
export class RecordBatch {
  readonly first: bigint;
  readonly last: bigint;
  readonly #count: number;
  readonly #attributes: number;
  readonly #firstMs: bigint;
  readonly #maxMs: bigint;
  readonly #packed: Uint8Array;
  #records: Uint8Array | null = null;

  /** Bytes from a batch's beginning to its end. Throws `BatchFault` where its head or its checksum is wrong. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < BATCH_HEAD) throw new BatchFault('a batch that is cut', false);
    const magic = view.getInt8(16);
    if (magic !== 2) throw new BatchFault(`a batch in the format ${magic}, and 2 is read`, false);
    if (crc32c(bytes.subarray(21)) !== view.getUint32(17))
      throw new BatchFault('a batch whose checksum is wrong', false);
    this.first = view.getBigInt64(0);
    const delta = view.getInt32(23);
    this.last = this.first + BigInt(delta);
    this.#attributes = view.getInt16(21);
    this.#firstMs = view.getBigInt64(27);
    this.#maxMs = view.getBigInt64(35);
    this.#count = view.getInt32(57);
    this.#packed = bytes.subarray(BATCH_HEAD);
    if (this.first < 0n || delta < 0) throw new BatchFault('a batch with offsets that cannot be', false);
  }

  /** How long the batch is that begins here, from its head; negative or too little where it cannot be one. */
  static length(view: DataView, at: number): number {
    return view.getInt32(at + 8) + UNCOUNTED;
  }

  /** The marks of transactions. */
  get isControl(): boolean {
    return (this.#attributes & IS_CONTROL) !== 0;
  }

  /** Unpacks the records and goes through all of them; returns how many bytes they are. Throws `BatchFault` before any is passed on. */
  check(): number {
    try {
      this.#records = unpackRecords(this.#attributes & 7, this.#packed, MOST_UNPACKED);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BatchFault(`a batch that cannot be unpacked: ${reason}`, true);
    }
    if (this.#count < 0 || this.#count > this.#records.length / SHORTEST_RECORD)
      throw new BatchFault(`a batch that says it has ${this.#count} records`, true);
    this.#walk(0, null);
    return this.#records.length;
  }

  /** Passes on the records that are checked. */
  each(partition: number, take: (record: RecordView) => void): void {
    this.#walk(partition, take);
  }

  #walk(partition: number, take: ((record: RecordView) => void) | null): void {
    const bytes = this.#records ?? new Uint8Array(0);
    const cursor = new RecordCursor(bytes);
    const none = bytes.subarray(0, 0);
    const record: RecordView = {
      partition,
      offset: 0n,
      timestampMs: 0n,
      key: null,
      value: null,
      headers: none,
    };
    const isLogTime = (this.#attributes & 8) !== 0;
    let before = -1;
    for (let i = 0; i < this.#count; i++) {
      const end = cursor.end(cursor.varint());
      cursor.at++;
      const time = cursor.varlong();
      const delta = cursor.varint();
      if (delta <= before || this.first + BigInt(delta) > this.last)
        throw new BatchFault('a record whose offset is not in its batch', true);
      before = delta;
      const key = cursor.field();
      const value = cursor.field();
      const from = cursor.at;
      for (let headers = cursor.varint(); headers !== 0; headers--) {
        if (headers < 0 || cursor.at >= end) throw new BatchFault('a record with too many headers', true);
        cursor.field();
        cursor.field();
      }
      if (cursor.at !== end) throw new BatchFault('a record that is not as long as it says', true);
      if (take === null) continue;
      record.offset = this.first + BigInt(delta);
      record.timestampMs = isLogTime ? this.#maxMs : BigInt.asIntN(64, this.#firstMs + time);
      record.key = key;
      record.value = value;
      record.headers = bytes.subarray(from, end);
      take(record);
    }
    if (cursor.at !== bytes.length)
      throw new BatchFault('a batch with more bytes than its records have', true);
  }
}

/** The value of a record's header; null: it has none of that name. */
export function headerOf({ headers }: RecordView, name: string): Buffer | null {
  const cursor = new RecordCursor(headers);
  for (let left = cursor.varint(); left > 0; left--) {
    const key = cursor.field();
    const value = cursor.field();
    if (key !== null && value !== null && Buffer.from(key).toString() === name) return Buffer.from(value);
  }
  return null;
}

/** Reads the numbers and fields of records. Throws `BatchFault` where they lead out of the bytes. */
class RecordCursor {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
    throw new BatchFault('a record with a number that is too long', true);
  }

  varlong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return (value >> 1n) ^ -(value & 1n);
    }
    throw new BatchFault('a record with a number that is too long', true);
  }

  /** Bytes behind their length; null for a length of -1. */
  field(): Uint8Array | null {
    const length = this.varint();
    if (length === -1) return null;
    const from = this.at;
    this.at = this.end(length);
    return this.bytes.subarray(from, this.at);
  }

  /** Where so many bytes more end. */
  end(length: number): number {
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) throw new BatchFault('a record that is cut', true);
    return end;
  }

  #byte(): number {
    if (this.at >= this.bytes.length) throw new BatchFault('a record that is cut', true);
    return this.bytes[this.at++];
  }
}
