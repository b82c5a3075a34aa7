import { Buffer } from 'node:buffer';
import { deserialize, serialize } from 'node:v8';
import type { FromRunner, RunId } from './outputMessages.js';

/**
 * Frames of the runner's output pipe: a little-endian uint32 length of the body, a byte of kind, the run as uint32, the
 * body. Stream text is its UTF-8 bytes, everything else a structured clone.
 */
const HEADER_BYTES = 9;
const KIND_MESSAGE = 0;
const KIND_STDOUT = 1;
const KIND_STDERR = 2;
/** A longer frame is none. */
const MOST_BYTES = 0x7fff_ffff;

export type StreamName = 'stdout' | 'stderr';

export type OutputFrame =
  | { readonly kind: 'stream'; readonly name: StreamName; readonly run: RunId; readonly text: string }
  | { readonly kind: 'message'; readonly message: FromRunner };

export function streamFrame(name: StreamName, run: RunId, text: Uint8Array): Uint8Array {
  return frame(name === 'stdout' ? KIND_STDOUT : KIND_STDERR, run, text);
}

export function messageFrame(message: FromRunner): Uint8Array {
  return frame(KIND_MESSAGE, 0, serialize(message));
}

function frame(kind: number, run: RunId, body: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.byteLength);
  bytes.writeUInt32LE(body.byteLength, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32LE(run, 5);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Cuts the bytes of the pipe back into frames. What cannot be one is an error: nothing behind it can be told apart any more. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** Takes the next chunk, and yields the frames that it completes. */
  *push(chunk: Buffer): Generator<OutputFrame> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= HEADER_BYTES) {
      const header = this.#peek(HEADER_BYTES);
      const length = header.readUInt32LE(0);
      if (length > MOST_BYTES || header.readUInt8(4) > KIND_STDERR) throw new Error('This is no frame.');
      if (this.#bytes < HEADER_BYTES + length) return;
      const whole = this.#take(HEADER_BYTES + length);
      const kind = whole.readUInt8(4);
      const body = whole.subarray(HEADER_BYTES);
      if (kind === KIND_MESSAGE) yield { kind: 'message', message: deserialize(body) as FromRunner };
      else {
        const name = kind === KIND_STDOUT ? 'stdout' : 'stderr';
        yield { kind: 'stream', name, run: whole.readUInt32LE(5), text: body.toString('utf8') };
      }
    }
  }

  #peek(count: number): Buffer {
    if (this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }

  #take(count: number): Buffer {
    if (this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0];
    const taken = first.subarray(0, count);
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#bytes -= count;
    return taken;
  }
}
