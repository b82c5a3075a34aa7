const MAGIC = 0x184d2204;

/** How many bytes a frame of LZ4 unpacks to, by a walk through it. Throws `RangeError` where that is more than `most`, and where it is no such frame. */
export function lz4FrameLength(bytes: Uint8Array, most: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 11 || view.getUint32(0, true) !== MAGIC) throw new RangeError('no frame of LZ4');
  const flags = bytes[4];
  let p = 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4);
  let filled = 0;
  for (;;) {
    if (p + 4 > bytes.length) throw new RangeError('a frame of LZ4 that is cut');
    const size = view.getUint32(p, true);
    p += 4;
    if (size === 0) return filled;
    const end = p + (size & 0x7fffffff);
    if (end > bytes.length) throw new RangeError('a frame of LZ4 that is cut');
    filled += (size & 0x80000000) === 0 ? blockLength(bytes, p, end) : end - p;
    if (filled > most) throw new RangeError(`they unpack to more than ${most >> 20} MB`);
    p = end + ((flags & 16) === 0 ? 0 : 4);
  }
}

/** How many bytes the sequences of a block give. */
function blockLength(bytes: Uint8Array, from: number, end: number): number {
  let p = from;
  let filled = 0;
  const long = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255;) {
      if (p >= end) throw new RangeError('a frame of LZ4 that is cut');
      length += more = bytes[p++];
    }
    return length;
  };
  while (p < end) {
    const token = bytes[p++];
    const literals = long(token >> 4);
    p += literals;
    filled += literals;
    if (p > end) throw new RangeError('a frame of LZ4 that is cut');
    if (p === end) break;
    p += 2;
    filled += long(token & 15) + 4;
  }
  return filled;
}

/** Reads a frame of LZ4 into `out`, which has to be as long as what was compressed. Checksums are not looked at. Throws `RangeError` where it is no such frame. */
export function readLz4Frame(bytes: Uint8Array, out: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('no frame of LZ4');
  const flags = bytes[4];
  // Behind the two bytes of flags: the content's size, a dictionary's number, and the header's checksum.
  let p = 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4);
  const checksum = (flags & 16) === 0 ? 0 : 4;
  let filled = 0;
  for (;;) {
    const size = view.getUint32(p, true);
    p += 4;
    if (size === 0) break;
    const length = size & 0x7fffffff;
    const block = bytes.subarray(p, p + length);
    if ((size & 0x80000000) === 0) filled = readBlock(block, out, filled);
    else {
      out.set(block, filled);
      filled += length;
    }
    p += length + checksum;
  }
  if (filled !== out.length) throw new RangeError('a frame of LZ4 that is too short');
}

/** Reads a block of LZ4 alone into `out` from `at` on, where it has to have `size` bytes. Throws `RangeError` where it is none. */
export function readLz4Block(bytes: Uint8Array, out: Uint8Array, at: number, size: number): void {
  const own = out.subarray(at, at + size);
  if (readBlock(bytes, own, 0) !== size) throw new RangeError('a block of LZ4 that is too short');
}

/** Reads sequences: some bytes as they are, then some that came before. Returns how far `out` is filled. */
function readBlock(bytes: Uint8Array, out: Uint8Array, from: number): number {
  let p = 0;
  let q = from;
  while (p < bytes.length) {
    const token = bytes[p++];
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) literals += more = bytes[p++];
    }
    if (q + literals > out.length) throw new RangeError('a frame of LZ4 that does not fit');
    for (const end = q + literals; q < end;) out[q++] = bytes[p++];
    if (p >= bytes.length) break;
    const distance = bytes[p] | (bytes[p + 1] << 8);
    p += 2;
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255) length += more = bytes[p++];
    }
    if (distance === 0 || distance > q)
      throw new RangeError('a frame of LZ4 that points before its beginning');
    // Looked at before: a length of many bytes would be a long way to go.
    if (q + length + 4 > out.length) throw new RangeError('a frame of LZ4 that does not fit');
    // Byte by byte, since what is copied may be what has just been written.
    for (const end = q + length + 4; q < end; q++) out[q] = out[q - distance];
  }
  if (p > bytes.length || q > out.length) throw new RangeError('a frame of LZ4 that does not fit');
  return q;
}
