import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { readBytes, type ByteInput } from '../../sources/bytes.js';
import type { RecordingHeader } from '../../sources/recorder.js';
import { isContent } from './content.js';
import {
  CHUNK_HEAD_BYTES,
  CHUNK_MAGIC,
  damagedHead,
  decodeChunkHead,
  decodeHead,
  HEAD_BYTES,
  type ChunkHead,
} from './format.js';
import { parseHeader } from './header.js';
import { decodeIndex, INDEX_TAIL_BYTES, indexLength, isIndex, type IndexEntry } from './recordingIndex.js';

const inflate = promisify(inflateRaw);
/** How much is looked through at once for the next chunk behind damage. */
const SEARCH_BYTES = 256 << 10;

/** A chunk whose content is sound. */
export interface Chunk {
  readonly head: ChunkHead;
  readonly offset: number;
  readonly content: Uint8Array;
}

/** A place in a file that could not be read. */
export interface Damage {
  readonly offset: number;
  readonly reason: string;
}

/** A recording that is read in chunks: it holds one at a time, whatever the file's size. The input stays the caller's to close. */
export class RecordingFile {
  private constructor(
    readonly input: ByteInput,
    readonly header: RecordingHeader,
    /** Where the first chunk begins. */
    readonly start: number,
  ) {}

  /** Reads the head. Errors `MR3800` to `MR3802`. */
  static async open(input: ByteInput): Promise<RecordingFile> {
    const head = (await readBytes(input, 0, HEAD_BYTES)).subarray(0, -1);
    const { length, crc } = decodeHead(head, input.label);
    const json = (await readBytes(input, HEAD_BYTES, length)).subarray(0, -1);
    if (json.length < length || crc32(json) !== crc) throw damagedHead(input.label);
    return new RecordingFile(
      input,
      parseHeader(new TextDecoder().decode(json), input.label),
      HEAD_BYTES + length,
    );
  }

  /**
   * A reading of the chunks from a byte on.
   *
   * @param verify whether the arrivals are hashed, so that `hash` is known at the end
   */
  chunks(from = this.start, verify = false): ChunkReader {
    return new ChunkReader(this.input, from, from === this.start ? { verify } : null);
  }

  /** Where the chunks are: what the file's end says, else found by going through their heads. */
  async index(): Promise<readonly IndexEntry[]> {
    return (await this.#storedIndex()) ?? this.#rebuiltIndex();
  }

  async #storedIndex(): Promise<IndexEntry[] | null> {
    const { input } = this;
    if (input.size < this.start + INDEX_TAIL_BYTES) return null;
    const tail = (await readBytes(input, input.size - INDEX_TAIL_BYTES, INDEX_TAIL_BYTES)).subarray(0, -1);
    const length = indexLength(tail);
    if (length === null || length > input.size - INDEX_TAIL_BYTES - this.start) return null;
    const bytes = (await readBytes(input, input.size - INDEX_TAIL_BYTES - length, length)).subarray(0, -1);
    return decodeIndex(bytes, tail, input.size);
  }

  async #rebuiltIndex(): Promise<IndexEntry[]> {
    const entries: IndexEntry[] = [];
    const reader = this.chunks();
    for (let place = await reader.skip(); place !== null; place = await reader.skip()) {
      const { arrivals, firstUs, latestUs } = place.head;
      entries.push({ offset: place.offset, arrivals, firstUs, latestUs });
    }
    return entries;
  }

  /** Where the chunk begins that has the first arrival received at a time or later; the file's end where there is none. */
  async seek(atUs: number): Promise<number> {
    const found = (await this.index()).find(entry => entry.latestUs >= atUs);
    return found?.offset ?? this.input.size;
  }
}

/** One reading of a recording's chunks, in their order. What is damaged is passed over and kept as such. */
export class ChunkReader {
  readonly damages: Damage[] = [];
  damaged = 0;
  /** Whether the file ends within a chunk: it is being written, or its writer was killed. */
  isUnfinished = false;
  readonly #hash: Hash | null;
  #hashed: Uint8Array | null = null;
  #position: number;
  /** The number of the chunk before; null: any may be next. */
  #number: number | null;

  constructor(
    private readonly input: ByteInput,
    from: number,
    /** Null where it begins in the middle of the file. */
    fromStart: { readonly verify: boolean } | null,
  ) {
    this.#position = from;
    this.#number = fromStart === null ? null : -1;
    this.#hash = fromStart?.verify === true ? createHash('sha256') : null;
  }

  /** SHA-256 of all arrivals read, once the end has been reached; null where it was not asked for or something is damaged. */
  get hash(): string | null {
    if (this.#hash === null || this.damaged > 0) return null;
    return Buffer.from(this.#hashed ?? this.#hash.copy().digest()).toString('hex');
  }

  /** The next chunk that is sound; null at the end. */
  async next(): Promise<Chunk | null> {
    for (;;) {
      const place = await this.#head();
      if (place === null) return null;
      const { head, offset } = place;
      const after = offset + CHUNK_HEAD_BYTES + head.storedBytes;
      if (after > this.input.size) {
        // Where more chunks follow, this one lost some of its bytes; else it is the one that was being written.
        if (await this.#findNext(offset + CHUNK_HEAD_BYTES)) this.#note(offset, 'a chunk is cut short');
        else this.isUnfinished = true;
        continue;
      }
      const content = await this.#content(place);
      if (content === null) {
        this.#note(offset, 'the content of a chunk is damaged');
        // Its length may be what is wrong with it.
        await this.#goOn(after, offset + CHUNK_HEAD_BYTES);
        continue;
      }
      this.#position = after;
      this.#follow(head, offset, content);
      return { head, offset, content };
    }
  }

  /** The next chunk's head, without its content; null at the end. */
  async skip(): Promise<{ readonly head: ChunkHead; readonly offset: number } | null> {
    for (;;) {
      const place = await this.#head();
      if (place === null) return null;
      const after = place.offset + CHUNK_HEAD_BYTES + place.head.storedBytes;
      if (after <= this.input.size) {
        await this.#goOn(after, place.offset + CHUNK_HEAD_BYTES);
        return place;
      }
      if (!(await this.#findNext(place.offset + CHUNK_HEAD_BYTES))) this.isUnfinished = true;
    }
  }

  /** Goes to where the next chunk or the end is expected; where neither is there, to what is found from `search` on. */
  async #goOn(expected: number, search: number): Promise<void> {
    this.#position = expected;
    if (expected === this.input.size) return;
    const bytes = (await readBytes(this.input, expected, CHUNK_HEAD_BYTES)).subarray(0, -1);
    if (decodeChunkHead(bytes) === null && !isIndex(bytes)) await this.#findNext(search);
  }

  /** The head at the position, or the next one behind damage; null at the end. */
  async #head(): Promise<{ readonly head: ChunkHead; readonly offset: number } | null> {
    for (;;) {
      const offset = this.#position;
      const bytes = (await readBytes(this.input, offset, CHUNK_HEAD_BYTES)).subarray(0, -1);
      if (bytes.length === 0 || isIndex(bytes)) return null;
      const head = decodeChunkHead(bytes);
      if (head !== null) return { head, offset };
      const cutShort = bytes.length < CHUNK_HEAD_BYTES;
      if (await this.#findNext(offset + 1)) this.#note(offset, 'what stands between two chunks is no chunk');
      else if (cutShort || this.#isZero(bytes)) this.isUnfinished = true;
      else this.#note(offset, 'behind the last chunk stands what is no chunk');
    }
  }

  /** Zeros are what some file systems leave where a file was being written when the power went. */
  #isZero(bytes: Uint8Array): boolean {
    return bytes.every(byte => byte === 0);
  }

  /** Moves to the next head or index at a position or behind it; to the file's end where there is none. */
  async #findNext(from: number): Promise<boolean> {
    for (let at = from; at < this.input.size; at += SEARCH_BYTES) {
      // A head may lie across the end of what is looked through.
      const bytes = (await readBytes(this.input, at, SEARCH_BYTES + CHUNK_HEAD_BYTES - 1)).subarray(0, -1);
      for (
        let i = bytes.indexOf(CHUNK_MAGIC & 0xff);
        i >= 0 && i < SEARCH_BYTES;
        i = bytes.indexOf(0x4d, i + 1)
      ) {
        if (decodeChunkHead(bytes, i) === null) continue;
        this.#position = at + i;
        return true;
      }
    }
    this.#position = this.input.size;
    return false;
  }

  async #content({
    head,
    offset,
  }: {
    readonly head: ChunkHead;
    readonly offset: number;
  }): Promise<Uint8Array | null> {
    const stored = (await readBytes(this.input, offset + CHUNK_HEAD_BYTES, head.storedBytes)).subarray(0, -1);
    if (stored.length < head.storedBytes || crc32(stored) !== head.storedCrc) return null;
    if (!head.deflated) return isContent(stored, head.arrivals) ? stored : null;
    try {
      const content = await inflate(stored, { maxOutputLength: head.contentBytes });
      return content.length === head.contentBytes && isContent(content, head.arrivals) ? content : null;
    } catch {
      return null;
    }
  }

  /** Sees whether a chunk is the one that is expected, by its number and its hash. */
  #follow(head: ChunkHead, offset: number, content: Uint8Array): void {
    const expected = this.#number === null ? head.number : this.#number + 1;
    if (head.number !== expected && this.damaged === 0)
      this.#note(offset, 'chunks are missing before this one');
    this.#number = head.number;
    if (this.#hash === null) return;
    this.#hash.update(content);
    if (this.damaged > 0) return;
    this.#hashed = this.#hash.copy().digest();
    if (Buffer.compare(this.#hashed, head.hash) !== 0)
      this.#note(offset, 'the arrivals are others than their hash says');
  }

  #note(offset: number, reason: string): void {
    this.damaged++;
    if (this.damages.length < 1000) this.damages.push({ offset, reason });
  }
}
