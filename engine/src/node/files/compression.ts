import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { chunksOf, streamInput } from '../../sources/bytes.js';
import type { ByteInput, ByteStream } from '../../sources/bytes.js';
import { SourceError } from '../../sources/error.js';
import { damaged } from './unpackLimit.js';
import type { UnpackLimit } from './unpackLimit.js';
import { ZstdFrames } from './zstdFrames.js';

/** How the bytes of a file are compressed. */
export type Compression = 'gzip' | 'zstd' | 'zip';

/** A stream of Node's own that unpacks, and counts what it has taken in. */
type Unpacker = Transform & { readonly bytesWritten: number };

/** How many bytes are unpacked at once; of a small file fewer, since many may be read together. */
const PIECE = 256 << 10;
const LEAST_PIECE = 16 << 10;

/** The compression that a file's first bytes show, whatever its name says; null: none that is known. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (head.length < 4) return null;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if ((magic & 0xffffff) === 0x088b1f) return 'gzip';
  if (magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5) return 'zstd';
  // A file in the archive; an archive that has none; one that is in several parts.
  if (magic === 0x04034b50 || magic === 0x06054b50 || magic === 0x08074b50) return 'zip';
  return null;
}

/** What is in a compressed input, one behind the other. Errors `MR3701` (a bomb), `MR3702` (damaged). */
export function unpackedInput(input: ByteInput, form: 'gzip' | 'zstd', limit: () => UnpackLimit): ByteInput {
  const { label } = input;
  const start = (): ByteStream => {
    if (form === 'gzip') {
      const chunkSize = Math.max(LEAST_PIECE, Math.min(PIECE, 4 * input.size));
      return throughZlib(label, input, zlib.createGunzip({ chunkSize }), limit());
    }
    return throughZstd(label, input, limit());
  };
  return streamInput(label, start, () => input.close());
}

/** Unpacks by one of Node's own streams: in a thread, beside the reading of what is there already. */
export async function* throughZlib(
  label: string,
  input: ByteInput,
  unpacker: Unpacker,
  limit: UnpackLimit,
): ByteStream {
  // The error is the one that the iteration throws.
  pipeline(Readable.from(chunksOf(input), { objectMode: false }), unpacker, () => undefined);
  try {
    for await (const chunk of unpacker as AsyncIterable<Uint8Array>) {
      limit.add(chunk.length, unpacker.bytesWritten);
      yield chunk;
    }
  } catch (error) {
    throw unpackError(label, error);
  }
}

/** Unpacks zstd by a library, the same on every Node: the stream that newer ones have gives less than there is where a file is read in pieces, or has several frames. */
async function* throughZstd(label: string, input: ByteInput, limit: UnpackLimit): ByteStream {
  const frames = new ZstdFrames();
  let pieces: Uint8Array[] = [];
  let packed = 0;
  const decoder = new Decompress(piece => {
    limit.add(piece.length, packed);
    // The decoder goes on using what it gives.
    pieces.push(piece.slice());
  });
  try {
    for await (const chunk of chunksOf(input, PIECE / 4)) {
      // Little by little, since a byte may stand for much.
      for (let at = 0; at < chunk.length; at += SIP) {
        const sip = chunk.subarray(at, at + SIP);
        packed += sip.length;
        frames.add(sip);
        decoder.push(sip, false);
        yield* pieces;
        pieces = [];
      }
    }
    if (!frames.isWhole) throw new RangeError('it ends in the middle of a frame');
  } catch (error) {
    throw unpackError(label, error);
  }
}

/** How much of a zstd stream is unpacked at once: each three bytes of it may stand for 128 KB. */
const SIP = 4 << 10;

/** Unpacks zstd that is in memory, as long as `out` in all. Throws RangeError where it is not. */
export function unzstd(bytes: Uint8Array, out: Uint8Array): void {
  new ZstdFrames().add(bytes);
  let at = 0;
  const decoder = new Decompress(piece => {
    if (at + piece.length > out.length) throw new RangeError('a buffer is longer than it says');
    out.set(piece, at);
    at += piece.length;
  });
  decoder.push(bytes, true);
  if (at !== out.length) throw new RangeError('a buffer is shorter than it says');
}

/** Unpacks zstd that is in memory, and is as long as it turns out. Throws RangeError for more than `most` bytes, and where it is damaged. */
export function unzstdWithin(bytes: Uint8Array, most: number): Uint8Array {
  const frames = new ZstdFrames();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const decoder = new Decompress(piece => {
    length += piece.length;
    if (length > most) throw new RangeError(`they unpack to more than ${most >> 20} MB`);
    pieces.push(piece.slice());
  });
  for (let at = 0; at < bytes.length; at += SIP) {
    const sip = bytes.subarray(at, at + SIP);
    frames.add(sip);
    decoder.push(sip, false);
  }
  if (!frames.isWhole) throw new RangeError('it ends in the middle of a frame');
  return Buffer.concat(pieces, length);
}

function unpackError(label: string, error: unknown): unknown {
  if (error instanceof SourceError) return error;
  return damaged(label, error instanceof Error ? error.message : String(error));
}
