import { memoryInput } from '../../engine/src/sources/bytes.js';
import { ContentCursor } from '../../engine/src/node/recordings/content.js';
import type { RecordedKind } from '../../engine/src/node/recordings/format.js';
import type { RecordingOutput } from '../../engine/src/node/recordings/recordingOutput.js';
import { RecordingFile, type ChunkReader } from '../../engine/src/node/recordings/recordingReader.js';
import { RecordingWriter, type WriterLimits } from '../../engine/src/node/recordings/recordingWriter.js';
import type { RecordingHeader } from '../../engine/src/sources/recorder.js';
import type { World } from '../../engine/src/sources/source.js';
import type { Random } from '../properties/random.js';
import { stillWorld } from './sourceRows.js';

export interface Recorded {
  readonly kind: RecordedKind;
  readonly atUs: number;
  readonly text: string;
}

export const HEADER: RecordingHeader = {
  name: 'trades',
  address: 'wss://example.org/feed',
  options: { decode: 'json' },
  fields: null,
  time: null,
  createdUs: 1_700_000_000_000_000,
};

/** A file in memory; of `room` bytes, after which the disk is full. */
export class MemoryOutput implements RecordingOutput {
  readonly label = "'memory.mrec'";
  bytes = Buffer.alloc(0);
  syncs = 0;

  constructor(public room = Infinity) {}

  write(bytes: Uint8Array, position: number): Promise<void> {
    const end = Math.min(position + bytes.length, this.room);
    const grown = Buffer.alloc(Math.max(this.bytes.length, end));
    grown.set(this.bytes);
    grown.set(bytes.subarray(0, Math.max(0, end - position)), position);
    this.bytes = grown;
    if (end === position + bytes.length) return Promise.resolve();
    return Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  }

  sync(): Promise<void> {
    this.syncs++;
    return Promise.resolve();
  }

  truncate(length: number): Promise<void> {
    this.bytes = this.bytes.subarray(0, length);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const TEXTS = ['', '{}', '{"a":1}', '[]', 'é'.repeat(40), '{"price":"1.50","symbol":"A"}'];

/** Arrivals whose clock now and then goes back. */
export function randomArrivals(random: Random, count: number): Recorded[] {
  let atUs = random.chance(0.1) ? -5_000_000 : 1_700_000_000_000_000;
  return Array.from({ length: count }, () => {
    atUs += random.chance(0.05) ? -random.below(2_000_000) : random.below(100_000);
    const kind = random.pick(['text', 'text', 'text', 'text', 'binary', 'opened', 'closed'] as const);
    const text = random.chance(0.02)
      ? 'x'.repeat(random.below(5000))
      : random.pick(TEXTS) + random.below(1000);
    return { kind, atUs, text };
  });
}

/** Records arrivals into memory. */
export async function recorded(
  arrivals: readonly Recorded[],
  limits: WriterLimits = {},
  world: World = stillWorld('.'),
  fields: RecordingHeader['fields'] = null,
): Promise<{ bytes: Buffer; hash: string; finished: Awaited<ReturnType<RecordingWriter['finish']>> }> {
  const output = new MemoryOutput();
  const writer = await RecordingWriter.begin(output, { ...HEADER, fields }, world, limits);
  for (const { kind, atUs, text } of arrivals) writer.add(kind, atUs, Buffer.from(text));
  const finished = await writer.finish();
  return { bytes: output.bytes, hash: finished.hash, finished };
}

/** Everything that can be read of a recording. */
export async function readRecording(
  bytes: Uint8Array,
  from?: number,
): Promise<{ arrivals: Recorded[]; chunks: number[]; reader: ChunkReader; file: RecordingFile }> {
  const file = await RecordingFile.open(memoryInput(bytes, "'memory.mrec'"));
  const reader = file.chunks(from ?? file.start, true);
  const arrivals: Recorded[] = [];
  const chunks: number[] = [];
  for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
    chunks.push(chunk.head.number);
    const cursor = new ContentCursor(chunk.content);
    for (let next = cursor.next(); next !== null; next = cursor.next()) {
      arrivals.push({ kind: next.kind, atUs: next.atUs, text: Buffer.from(next.bytes).toString() });
    }
  }
  return { arrivals, chunks, reader, file };
}
