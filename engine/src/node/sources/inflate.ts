import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** How binary messages may be compressed. */
export const COMPRESSIONS = ['none', 'gzip', 'deflate', 'deflateRaw'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** What compresses better than this is made to do harm. */
const MOST_RATIO = 200;
const ALWAYS_ALLOWED = 1 << 20;

/** The message that was compressed. Throws where it is none, or has more than `maxBytes`, or grows more than anything honest does. */
export function inflate(message: Uint8Array, compression: Compression, maxBytes: number): Uint8Array {
  const options = {
    maxOutputLength: Math.min(maxBytes, Math.max(ALWAYS_ALLOWED, MOST_RATIO * message.length)),
  };
  switch (compression) {
    case 'gzip':
      return gunzipSync(message, options);
    case 'deflate':
      return inflateSync(message, options);
    case 'deflateRaw':
      return inflateRawSync(message, options);
    case 'none':
      return message;
  }
}
