/** One record of a partition. */
export interface KafkaRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970 UTC. */
  readonly timestampMs: bigint;
  /** Null: it has none. */
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

const PARTITIONS = 0;
const RECORD = 1;
const SCHEMA = 2;
const HEAD = 29;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Puts records, and what else a decoder has to know, one behind the other: what arrives of Kafka is that, and recordings keep it. */
export class KafkaFrames {
  #bytes = new Uint8Array(64 << 10);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** Which partitions are read from here on. */
  partitions(partitions: readonly number[]): void {
    this.#reserve(5 + 4 * partitions.length);
    this.#bytes[this.length] = PARTITIONS;
    this.#view.setInt32(this.length + 1, partitions.length, true);
    partitions.forEach((partition, i) => this.#view.setInt32(this.length + 5 + 4 * i, partition, true));
    this.length += 5 + 4 * partitions.length;
  }

  /** The schema that values name by an id. */
  schema(id: number, schema: string): void {
    const text = encoder.encode(schema);
    this.#reserve(9 + text.length);
    this.#bytes[this.length] = SCHEMA;
    this.#view.setInt32(this.length + 1, id, true);
    this.#view.setInt32(this.length + 5, text.length, true);
    this.#bytes.set(text, this.length + 9);
    this.length += 9 + text.length;
  }

  record({ partition, offset, timestampMs, key, value }: KafkaRecord): void {
    const bytes = (key?.length ?? 0) + (value?.length ?? 0);
    this.#reserve(HEAD + bytes);
    const view = this.#view;
    const at = this.length;
    this.#bytes[at] = RECORD;
    view.setInt32(at + 1, partition, true);
    view.setBigInt64(at + 5, offset, true);
    view.setBigInt64(at + 13, timestampMs, true);
    view.setInt32(at + 21, key?.length ?? -1, true);
    view.setInt32(at + 25, value?.length ?? -1, true);
    if (key !== null) this.#bytes.set(key, at + HEAD);
    if (value !== null) this.#bytes.set(value, at + HEAD + (key?.length ?? 0));
    this.length += HEAD + bytes;
  }

  /** What has been put, which is the caller's; the next begins. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.length);
    this.length = 0;
    return bytes;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.length + more));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** What is told of frames as they are gone through. */
export interface FrameListener {
  partitions(partitions: readonly number[]): void;
  schema(id: number, schema: string): void;
}

/** Goes through frames, record by record. What is damaged ends them: a recording may be. */
export class KafkaFrameReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(private readonly listener: FrameListener) {}

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = 0;
  }

  /** The next record, which shares memory with the frames; null at the end. */
  next(): KafkaRecord | null {
    for (;;) {
      const at = this.#at;
      const kind = this.#bytes[at];
      if (kind === RECORD && at + HEAD <= this.#bytes.length) return this.#record(at);
      if (kind === PARTITIONS && at + 5 <= this.#bytes.length) {
        const count = this.#view.getInt32(at + 1, true);
        if (!this.#fits(at + 5, 4 * count)) return null;
        const partitions = Array.from({ length: count }, (_, i) => this.#view.getInt32(at + 5 + 4 * i, true));
        this.#at = at + 5 + 4 * count;
        this.listener.partitions(partitions);
      } else if (kind === SCHEMA && at + 9 <= this.#bytes.length) {
        const length = this.#view.getInt32(at + 5, true);
        if (!this.#fits(at + 9, length)) return null;
        this.#at = at + 9 + length;
        this.listener.schema(
          this.#view.getInt32(at + 1, true),
          decoder.decode(this.#bytes.subarray(at + 9, at + 9 + length)),
        );
      } else {
        this.#at = this.#bytes.length;
        return null;
      }
    }
  }

  #record(at: number): KafkaRecord | null {
    const view = this.#view;
    const keyLength = view.getInt32(at + 21, true);
    const valueLength = view.getInt32(at + 25, true);
    const keyAt = at + HEAD;
    const valueAt = keyAt + Math.max(0, keyLength);
    if (!this.#fits(keyAt, Math.max(0, keyLength)) || !this.#fits(valueAt, Math.max(0, valueLength)))
      return null;
    this.#at = valueAt + Math.max(0, valueLength);
    return {
      partition: view.getInt32(at + 1, true),
      offset: view.getBigInt64(at + 5, true),
      timestampMs: view.getBigInt64(at + 13, true),
      key: keyLength < 0 ? null : this.#bytes.subarray(keyAt, valueAt),
      value: valueLength < 0 ? null : this.#bytes.subarray(valueAt, this.#at),
    };
  }

  #fits(from: number, length: number): boolean {
    if (length >= 0 && from + length <= this.#bytes.length) return true;
    this.#at = this.#bytes.length;
    return false;
  }
}
