import { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import type { StreamName } from './outputFrames.js';

/** A piece of what a stream is given, in UTF-16 units of text or in bytes. */
const MOST_IN_PIECE = 256 * 1024;

/**
 * Cuts what is written to stdout and stderr into pieces of text that the other end takes one by one, so that a text of
 * hundreds of megabytes waits here. No piece ends within a character; bytes of one that is not whole wait for the rest.
 */
export class StreamPieces {
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  *cut(name: StreamName, written: string | Uint8Array): Generator<string> {
    for (let from = 0; from < written.length;) {
      const end = Math.min(written.length, from + MOST_IN_PIECE);
      if (typeof written === 'string') {
        const to = end < written.length && isFirstHalf(written.charCodeAt(end - 1)) ? end + 1 : end;
        yield written.slice(from, to);
        from = to;
      } else {
        const text = this.#decoders[name].write(
          Buffer.from(written.buffer, written.byteOffset + from, end - from),
        );
        if (text !== '') yield text;
        from = end;
      }
    }
  }
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
