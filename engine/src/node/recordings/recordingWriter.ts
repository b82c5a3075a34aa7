import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import type { RecordingHeader, RecordingStats } from '../../sources/recorder.js';
import type { World } from '../../sources/source.js';
import { ContentBuilder } from './content.js';
import {
  CHUNK_HEAD_BYTES,
  encodeChunkHead,
  encodeHead,
  MAX_ARRIVAL_BYTES,
  MAX_RATIO,
  type RecordedKind,
  type RecordingError,
} from './format.js';
import { headerJson } from './header.js';
import { encodeIndex, type IndexEntry } from './recordingIndex.js';
import { writeFailure, type RecordingOutput } from './recordingOutput.js';

const deflate = promisify(deflateRaw);
/** A seventh of the size of market data, at 6 ms a MB on another thread; the default level takes twice as long for a tenth less. */
const LEVEL = 4;

/** How a recording is cut, and what may wait for the disk. */
export interface WriterLimits {
  /** A chunk is written when its content is so large (1 MB), */
  readonly chunkBytes?: number;
  /** or when its first arrival is so old (1 second). */
  readonly chunkMs?: number;
  /** More than so much does not wait for the disk: what comes then is counted as lost (64 MB). */
  readonly waitingBytes?: number;
}

interface SealedChunk {
  readonly content: Buffer;
  readonly arrivals: number;
  readonly messages: number;
  readonly firstUs: number;
  readonly latestUs: number;
}

/**
 * Writes what arrives to a file in chunks, each of which is durable when the next one is begun. `add` never waits and never throws: the feed goes on
 * whatever the disk does. After a failure nothing more is written, and what was kept can be read.
 */
export class RecordingWriter {
  readonly #limits: Required<WriterLimits>;
  readonly #builder: ContentBuilder;
  readonly #content = createHash('sha256');
  readonly #index: IndexEntry[] = [];
  readonly #sealed: SealedChunk[] = [];
  #waitingBytes = 0;
  /** Messages in the chunk that is being filled. */
  #messages = 0;
  /** Messages that are missing in front of the next arrival. */
  #missing = 0;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> | null = null;
  #stats: RecordingStats;
  #error: RecordingError | null = null;
  #finished: Promise<RecordingStats> | null = null;

  private constructor(
    private readonly output: RecordingOutput,
    private readonly world: World,
    limits: WriterLimits,
    headBytes: number,
    /** Told once when nothing more can be written. */
    private readonly failed: (error: RecordingError) => void,
  ) {
    this.#limits = { chunkBytes: 1 << 20, chunkMs: 1000, waitingBytes: 64 << 20, ...limits };
    this.#builder = new ContentBuilder(Math.min(this.#limits.chunkBytes, 64 << 10));
    const hash = this.#content.copy().digest('hex');
    this.#stats = { messages: 0, bytes: headBytes, hash, firstUs: null, latestUs: null, lost: 0 };
  }

  /** Begins a recording: its head is durable when this resolves. */
  static async begin(
    output: RecordingOutput,
    header: RecordingHeader,
    world: World,
    options: WriterLimits & { readonly failed?: (error: RecordingError) => void } = {},
  ): Promise<RecordingWriter> {
    const { failed = () => undefined, ...limits } = options;
    const head = encodeHead(headerJson(header));
    try {
      await output.write(head, 0);
      await output.sync();
    } catch (error) {
      await output.close().catch(() => undefined);
      throw writeFailure(error, output.label, 'Nothing was recorded.');
    }
    return new RecordingWriter(output, world, limits, head.length, failed);
  }

  /** Why nothing is written any more, or null. */
  get error(): RecordingError | null {
    return this.#error;
  }

  /** What is on the disk; messages that were lost are counted at once. */
  get stats(): RecordingStats {
    return this.#stats;
  }

  /** Whether chunks wait for the disk. */
  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** Resolves when no chunk waits for the disk: what has no feed behind it can wait. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Takes an arrival; its bytes are copied. */
  add(kind: RecordedKind, atUs: number, bytes: Uint8Array): void {
    if (this.#error !== null || this.#finished !== null) return;
    const isMessage = kind === 'text' || kind === 'binary';
    if (bytes.length > MAX_ARRIVAL_BYTES || (isMessage && this.#isBehind(bytes.length))) {
      this.#missing++;
      this.#stats = { ...this.#stats, lost: this.#stats.lost + 1 };
      return;
    }
    const builder = this.#builder;
    if (this.#missing > 0) {
      builder.add('lost', atUs, Buffer.from(String(this.#missing)));
      this.#missing = 0;
    }
    builder.add(kind, atUs, bytes);
    if (isMessage) this.#messages++;
    if (builder.length >= this.#limits.chunkBytes) this.#seal();
    else this.#cancelTimer ??= this.world.after(this.#limits.chunkMs, () => this.#seal());
  }

  /** Writes what is left and the index, and closes the file. Throws what stopped the recording before. */
  finish(): Promise<RecordingStats> {
    this.#finished ??= this.#end();
    return this.#finished;
  }

  async #end(): Promise<RecordingStats> {
    this.#seal();
    await this.#writing;
    try {
      if (this.#error === null) await this.#writeIndex();
    } finally {
      await this.output.close().catch(() => undefined);
    }
    if (this.#error !== null) throw this.#error;
    return this.#stats;
  }

  #isBehind(length: number): boolean {
    return this.#waitingBytes + this.#builder.length + length > this.#limits.waitingBytes;
  }

  /** Ends the chunk that is being filled, and sees to it that it is written. */
  #seal(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const builder = this.#builder;
    const { arrivals, firstUs, latestUs } = builder;
    if (arrivals === 0 || this.#error !== null) return;
    const content = Buffer.from(builder.content);
    this.#sealed.push({ content, arrivals, messages: this.#messages, firstUs, latestUs });
    this.#waitingBytes += content.length;
    this.#messages = 0;
    builder.reset();
    this.#writing ??= this.#writeSealed();
  }

  async #writeSealed(): Promise<void> {
    try {
      for (let next = this.#sealed.shift(); next !== undefined; next = this.#sealed.shift()) {
        await this.#write(next);
        this.#waitingBytes -= next.content.length;
      }
    } catch (error) {
      await this.#fail(error);
    }
    this.#writing = null;
  }

  async #write(chunk: SealedChunk): Promise<void> {
    const { content, arrivals, firstUs, latestUs } = chunk;
    const small = await deflate(content, { level: LEVEL });
    const deflated = small.length < content.length * 0.9 && content.length <= small.length * MAX_RATIO;
    const stored = deflated ? small : content;
    const hash = this.#content.update(content).copy().digest();
    const bytes = Buffer.allocUnsafe(CHUNK_HEAD_BYTES + stored.length);
    encodeChunkHead(bytes, {
      number: this.#index.length,
      arrivals,
      contentBytes: content.length,
      storedBytes: stored.length,
      deflated,
      firstUs,
      latestUs,
      hash,
      storedCrc: crc32(stored),
    });
    bytes.set(stored, CHUNK_HEAD_BYTES);
    const offset = this.#stats.bytes;
    await this.output.write(bytes, offset);
    await this.output.sync();
    this.#index.push({ offset, arrivals, firstUs, latestUs });
    this.#stats = {
      messages: this.#stats.messages + chunk.messages,
      bytes: offset + bytes.length,
      hash: hash.toString('hex'),
      firstUs: this.#stats.firstUs ?? firstUs,
      latestUs: Math.max(this.#stats.latestUs ?? -Infinity, latestUs),
      lost: this.#stats.lost,
    };
  }

  async #writeIndex(): Promise<void> {
    const index = encodeIndex(this.#index);
    try {
      await this.output.write(index, this.#stats.bytes);
      await this.output.sync();
      this.#stats = { ...this.#stats, bytes: this.#stats.bytes + index.length };
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** Nothing more is written. Half of a chunk at the file's end is taken away, so that it ends as if it had been stopped before. */
  async #fail(error: unknown): Promise<void> {
    const { messages, bytes, latestUs } = this.#stats;
    const until = latestUs === null ? '' : ` up to ${new Date(latestUs / 1000).toISOString()}`;
    const kept = `What came before is kept: ${messages} messages${until}. The feed goes on and is not recorded any more.`;
    this.#error = writeFailure(error, this.output.label, kept);
    this.#sealed.length = 0;
    await this.output.truncate(bytes).catch(() => undefined);
    this.failed(this.#error);
  }
}
