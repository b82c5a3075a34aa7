import type { Arrival } from '../../sources/arrival.js';
import type { ByteInput } from '../../sources/bytes.js';
import { ContentCursor, type RecordedArrival } from './content.js';
import { RecordingFile, type ChunkReader } from './recordingReader.js';

/** One reading of a recording, arrival by arrival. The bytes of one are valid until the next chunk is read. */
export class RecordedArrivals {
  #cursor: ContentCursor | null = null;
  /** Where the chunk at hand begins, and how many of its arrivals have been read; null: none is. */
  #chunk: { readonly offset: number; read: number } | null = null;

  private constructor(
    readonly file: RecordingFile,
    readonly chunks: ChunkReader,
  ) {}

  static async open(input: ByteInput, verify = false): Promise<RecordedArrivals> {
    const file = await RecordingFile.open(input);
    return new RecordedArrivals(file, file.chunks(file.start, verify));
  }

  /** Another reading of the same file, from a byte on at which a chunk begins. */
  from(offset: number): RecordedArrivals {
    return new RecordedArrivals(this.file, this.file.chunks(offset));
  }

  /** The next arrival of the chunk at hand; null where `more` has to be called. */
  next(): RecordedArrival | null {
    const next = this.#cursor?.next() ?? null;
    if (next !== null && this.#chunk !== null) this.#chunk.read++;
    return next;
  }

  /** Reads the next chunk; false at the end. */
  async more(): Promise<boolean> {
    const chunk = await this.chunks.next();
    this.#cursor = chunk === null ? null : new ContentCursor(chunk.content);
    if (chunk !== null) this.#chunk = { offset: chunk.offset, read: 0 };
    return chunk !== null;
  }

  /** The next arrival's place: its chunk, and how many lie before it there; null: the file's start. */
  place(): RecordedPlace | null {
    return this.#chunk === null ? null : { ...this.#chunk };
  }

  /** Another reading of the same file, from such a place on. */
  async at({ offset, read }: RecordedPlace): Promise<RecordedArrivals> {
    const arrivals = this.from(offset);
    await arrivals.more();
    for (let i = 0; i < read; i++) arrivals.next();
    return arrivals;
  }
}

/** A place in a recording: a chunk, by the byte at which it begins, and how many of its arrivals lie before the place. */
export interface RecordedPlace {
  readonly offset: number;
  readonly read: number;
}

/** What was recorded as the live feed had it; null for the mark of what is missing. */
export function toArrival({ kind, atUs, bytes }: RecordedArrival): Arrival | null {
  if (kind === 'lost') return null;
  if (kind === 'opened' || kind === 'closed') return { kind, atUs, bytes };
  return { kind: 'message', atUs, bytes, isBinary: kind === 'binary' };
}
