import * as zlib from 'node:zlib';
import type { ArrowBatchLayout, ArrowRegion } from '../codecs/arrowMessage.js';
import { longAt } from '../codecs/flatTable.js';
import { readLz4Frame } from '../codecs/lz4Frame.js';
import { unzstd } from './files/compression.js';
import { MOST_RATIO, tooDense } from './files/unpackLimit.js';

/** Node has it from version 22.15 on. */
const { zstdDecompressSync } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};
/** A batch may have so many bytes whatever it is compressed to. */
const FREE_BYTES = 64 << 20;

/** The buffers of a batch as they are without compression: one behind the other in memory of their own. */
export function decompressed(
  label: string,
  layout: ArrowBatchLayout,
  body: Uint8Array,
): { readonly layout: ArrowBatchLayout; readonly memory: ArrayBuffer } {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const regions: ArrowRegion[] = [];
  let size = 0;
  for (const { offset, length } of layout.regions) {
    // Each buffer begins with its length before compression; -1: it is not compressed, since that would not have paid.
    const full = length === 0 ? 0 : longAt(view, offset);
    const own = full < 0 ? length - 8 : full;
    if (own > MOST_BYTES || (layout.compression === 'lz4' && own > LZ4_GAIN * length)) {
      throw new RangeError('a buffer of more bytes than can be');
    }
    regions.push({ offset: size, length: own });
    size += (own + 7) & ~7;
    if (size > FREE_BYTES && size > MOST_RATIO * body.length) throw tooDense(`a batch of ${label}`, null);
  }
  const memory = new ArrayBuffer(size);
  layout.regions.forEach(({ offset, length }, i) => {
    if (length === 0) return;
    const bytes = body.subarray(offset + 8, offset + length);
    const out = new Uint8Array(memory, regions[i].offset, regions[i].length);
    if (longAt(view, offset) < 0) out.set(bytes);
    else if (layout.compression === 'lz4') readLz4Frame(bytes, out);
    else if (zstdDecompressSync === undefined) unzstd(bytes, out);
    else out.set(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, out.length) }));
  });
  return { layout: { ...layout, regions, compression: null }, memory };
}

/** A byte of LZ4 stands for so many at most. */
const LZ4_GAIN = 255;
/** As long as a typed array can be in every engine. */
const MOST_BYTES = 2 ** 31 - 8;
