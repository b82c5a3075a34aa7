import { ARRIVAL_HEAD_BYTES, kindOf, KINDS, type RecordedKind } from './format.js';

/** One thing that was recorded. `lost`: how many messages are missing here, as decimal digits. */
export interface RecordedArrival {
  readonly kind: RecordedKind;
  /** When it was received, in whole microseconds since 1970-01-01 UTC. */
  readonly atUs: number;
  readonly bytes: Uint8Array;
}

/** The content of a chunk that is being filled. */
export class ContentBuilder {
  #bytes: Buffer;
  length = 0;
  arrivals = 0;
  firstUs = 0;
  latestUs = -Infinity;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  add(kind: RecordedKind, atUs: number, bytes: Uint8Array): void {
    const at = this.length;
    const end = at + ARRIVAL_HEAD_BYTES + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    const into = this.#bytes;
    into[at] = KINDS[kind];
    // An int64 in two halves: a BigInt for each message would cost more than all the rest.
    const high = Math.floor(atUs / 0x1_0000_0000);
    into.writeUInt32LE(atUs - high * 0x1_0000_0000, at + 1);
    into.writeInt32LE(high, at + 5);
    into.writeUInt32LE(bytes.length, at + 9);
    into.set(bytes, at + ARRIVAL_HEAD_BYTES);
    this.length = end;
    if (this.arrivals++ === 0) this.firstUs = atUs;
    if (atUs > this.latestUs) this.latestUs = atUs;
  }

  /** What was added; valid until the builder is reset. */
  get content(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = this.arrivals = this.firstUs = 0;
    this.latestUs = -Infinity;
  }

  #grow(least: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(least, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }
}

/** Goes through the arrivals of a chunk's content. */
export class ContentCursor {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly content: Uint8Array) {
    this.#view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  }

  /** The next arrival, whose bytes are of the content's own memory; null at its end. */
  next(): RecordedArrival | null {
    const at = this.#at;
    if (at >= this.content.length) return null;
    const start = at + ARRIVAL_HEAD_BYTES;
    this.#at = start + this.#view.getUint32(at + 9, true);
    return {
      kind: kindOf(this.content[at]) as RecordedKind,
      atUs: this.#view.getInt32(at + 5, true) * 0x1_0000_0000 + this.#view.getUint32(at + 1, true),
      bytes: this.content.subarray(start, this.#at),
    };
  }
}

/** Whether content is so many arrivals from its first byte to its last. */
export function isContent(content: Uint8Array, arrivals: number): boolean {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let at = 0;
  for (let i = 0; i < arrivals; i++) {
    if (at + ARRIVAL_HEAD_BYTES > content.length || kindOf(content[at]) === undefined) return false;
    if (Math.abs(view.getInt32(at + 5, true)) >= 0x20_0000) return false;
    at += ARRIVAL_HEAD_BYTES + view.getUint32(at + 9, true);
  }
  return at === content.length;
}
