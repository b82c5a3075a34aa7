/** How many bytes a block of snappy says it unpacks to. Throws `RangeError` where it says nothing, or what its bytes cannot give. */
export function snappyBlockLength(bytes: Uint8Array): number {
  const { value, at } = lengthOf(bytes);
  // Three bytes stand for 64 at most.
  if (value > (bytes.length - at) * 22 + 64) throw new RangeError('a block of snappy that promises too much');
  return value;
}

function lengthOf(bytes: Uint8Array): { readonly value: number; readonly at: number } {
  let value = 0;
  for (let at = 0; at < 5 && at < bytes.length; at++) {
    value += (bytes[at] & 127) * 2 ** (7 * at);
    if (bytes[at] < 128) return { value, at: at + 1 };
  }
  throw new RangeError('a block of snappy without its length');
}

/** Reads a block of snappy into `out`, which has to be as long as the block says; returns that length. Throws `RangeError` where it is no such block. */
export function readSnappyBlock(bytes: Uint8Array, out: Uint8Array): number {
  let p = lengthOf(bytes).at;
  let q = 0;
  while (p < bytes.length) {
    const tag = bytes[p++];
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const width = length - 59;
        length = little(bytes, p, width);
        p += width;
      }
      length++;
      if (p + length > bytes.length || q + length > out.length)
        throw new RangeError('a block of snappy that is cut');
      out.set(bytes.subarray(p, p + length), q);
      p += length;
      q += length;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const length = isShort ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const width = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
    const distance = little(bytes, p, width) + (isShort ? (tag >> 5) * 256 : 0);
    p += width;
    if (!(distance > 0 && distance <= q) || q + length > out.length)
      throw new RangeError('a block of snappy that points out of itself');
    // Byte by byte, since what is copied may be what has just been written.
    for (const end = q + length; q < end; q++) out[q] = out[q - distance];
  }
  if (q !== out.length) throw new RangeError('a block of snappy that is too short');
  return q;
}

function little(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.length) throw new RangeError('a block of snappy that is cut');
  let value = 0;
  for (let i = 0; i < width; i++) value += bytes[at + i] * 2 ** (8 * i);
  return value;
}
