/** Copies of fewer bytes than this are made here, which costs less than a call. */
const FEW = 24;

/**
 * Unpacks raw Snappy into `out` from `at` on; returns where it ends there. Throws RangeError where the bytes are none, or stand for another number of bytes
 * than `size`.
 */
export function unsnappy(bytes: Uint8Array, out: Uint8Array, at: number, size: number): number {
  const end = bytes.length;
  const limit = at + size;
  let p = 0;
  let said = 0;
  for (let place = 1; ; place *= 128) {
    if (p >= end || p > 4) throw broken();
    const byte = bytes[p++];
    said += (byte & 127) * place;
    if (byte < 128) break;
  }
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
  return new RangeError('a page is not what Snappy makes');
}
