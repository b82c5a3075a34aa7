/** Copies of fewer bytes than this are made here, which costs less than a call. */
const FEW = 24;

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

/**
 * Unpacks a block of Snappy into `out` from `at` on; returns where it ends there. Throws RangeError where the bytes are none, or stand for another number of bytes
 * than `size`.
 */
export function readSnappyBlock(bytes: Uint8Array, out: Uint8Array, at: number, size: number): number {
  const end = bytes.length;
  const limit = at + size;
  const { value: said, at: begin } = lengthOf(bytes);
  let p = begin;
  if (said !== size || limit > out.length) throw broken();
  let q = at;
  while (p < end) {
    const tag = bytes[p++];
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const more = length - 60;
        length = 1;
        for (let i = 0; i < more; i++) length += bytes[p + i] * 2 ** (8 * i);
        p += more;
      }
      if (!(p + length <= end) || q + length > limit) throw broken();
      if (length > FEW) {
        out.set(bytes.subarray(p, p + length), q);
      } else {
        for (let i = 0; i < length; i++) out[q + i] = bytes[p + i];
      }
      p += length;
      q += length;
      continue;
    }
    let length: number;
    let distance: number;
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4;
      distance = ((tag >> 5) << 8) | bytes[p];
      p += 1;
    } else {
      length = (tag >> 2) + 1;
      distance = bytes[p] | (bytes[p + 1] << 8);
      if (kind === 3) distance = (distance | (bytes[p + 2] << 16) | (bytes[p + 3] << 24)) >>> 0;
      p += kind === 3 ? 4 : 2;
    }
    if (p > end || distance === 0 || distance > q - at || q + length > limit) throw broken();
    if (length > FEW && distance >= length) {
      out.copyWithin(q, q - distance, q - distance + length);
    } else {
      // Byte by byte, since what is copied may be what has just been written.
      for (let i = q; i < q + length; i++) out[i] = out[i - distance];
    }
    q += length;
  }
  if (q !== limit) throw broken();
  return q;
}

function broken(): RangeError {
  return new RangeError('a block is not what Snappy makes');
}
