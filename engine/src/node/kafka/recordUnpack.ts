import { gunzipSync } from 'node:zlib';
import { readLz4Frame, lz4FrameLength } from '../../codecs/lz4Frame.js';
import { readSnappyBlock, snappyBlockLength } from '../../codecs/snappyBlock.js';
import { unzstdWithin } from '../files/compression.js';

/** Java's way to write snappy in blocks begins so. */
const SNAPPY_BLOCKS = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0];

/** Unpacks the records of a batch, by the number that Kafka has for how they are packed. Throws `RangeError` for more than `most` bytes, and an error for what is damaged. */
export function unpackRecords(codec: number, bytes: Uint8Array, most: number): Uint8Array {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return gunzipSync(bytes, { maxOutputLength: most });
    case 2:
      return unsnappy(bytes, most);
    case 3: {
      const out = new Uint8Array(lz4FrameLength(bytes, most));
      readLz4Frame(bytes, out);
      return out;
    }
    case 4:
      return unzstdWithin(bytes, most);
    default:
      throw new RangeError(`they are packed in a way (${codec}) that is not known`);
  }
}

function unsnappy(bytes: Uint8Array, most: number): Uint8Array {
  const blocks = SNAPPY_BLOCKS.every((byte, i) => bytes[i] === byte) ? blocksOf(bytes) : [bytes];
  let length = 0;
  for (const block of blocks) {
    length += snappyBlockLength(block);
    if (length > most) throw new RangeError(`they unpack to more than ${most >> 20} MB`);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const block of blocks) at = readSnappyBlock(block, out, at, snappyBlockLength(block));
  return out;
}

/** Behind two versions: blocks, each behind its length. */
function blocksOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  for (let at = 16; at < bytes.length;) {
    const length = view.getInt32(at);
    at += 4;
    if (length <= 0 || at + length > bytes.length) throw new RangeError('a block of snappy that is cut');
    blocks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return blocks;
}
