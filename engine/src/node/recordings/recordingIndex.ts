import { crc32 } from 'node:zlib';

/** Where a chunk is, and what it says of itself. */
export interface IndexEntry {
  readonly offset: number;
  readonly arrivals: number;
  readonly firstUs: number;
  readonly latestUs: number;
}

/*
 * The index stands behind the last chunk: `MRIX`, uint32 entries, the entries (float64 offset, arrivals, first and latest receive time), and a tail
 * that is found from the file's end: uint32 CRC-32 of all before it, uint32 bytes of all before it, `MRECEND1`.
 */
const MAGIC = 0x5849524d;
const ENTRY_BYTES = 32;
const HEAD_BYTES = 8;
const END = Buffer.from('MRECEND1');

export const INDEX_TAIL_BYTES = 16;

/** The bytes of an index with its tail. */
export function encodeIndex(entries: readonly IndexEntry[]): Uint8Array {
  const length = HEAD_BYTES + entries.length * ENTRY_BYTES;
  const bytes = Buffer.alloc(length + INDEX_TAIL_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(entries.length, 4);
  entries.forEach((entry, i) => {
    const at = HEAD_BYTES + i * ENTRY_BYTES;
    bytes.writeDoubleLE(entry.offset, at);
    bytes.writeDoubleLE(entry.arrivals, at + 8);
    bytes.writeDoubleLE(entry.firstUs, at + 16);
    bytes.writeDoubleLE(entry.latestUs, at + 24);
  });
  bytes.writeUInt32LE(crc32(bytes.subarray(0, length)), length);
  bytes.writeUInt32LE(length, length + 4);
  bytes.set(END, length + 8);
  return bytes;
}

/** How many bytes an index has, by the last bytes of the file; null where it has none. */
export function indexLength(tail: Uint8Array): number | null {
  if (tail.length < INDEX_TAIL_BYTES || !END.equals(tail.subarray(8, INDEX_TAIL_BYTES))) return null;
  return new DataView(tail.buffer, tail.byteOffset).getUint32(4, true);
}

/** Reads an index without its tail; null where it is not what was written. */
export function decodeIndex(bytes: Uint8Array, tail: Uint8Array, fileSize: number): IndexEntry[] | null {
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(4, true);
  if (view.getUint32(0, true) !== MAGIC || bytes.length !== HEAD_BYTES + count * ENTRY_BYTES) return null;
  if (new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) !== crc32(bytes)) return null;
  const entries: IndexEntry[] = [];
  let before = 0;
  for (let i = 0; i < count; i++) {
    const at = HEAD_BYTES + i * ENTRY_BYTES;
    const offset = view.getFloat64(at, true);
    // Offsets only grow, and lie in the file: whatever else was written there is no index.
    if (!Number.isSafeInteger(offset) || offset <= before || offset >= fileSize) return null;
    before = offset;
    entries.push({
      offset,
      arrivals: view.getFloat64(at + 8, true),
      firstUs: view.getFloat64(at + 16, true),
      latestUs: view.getFloat64(at + 24, true),
    });
  }
  return entries;
}

/** Whether bytes are the beginning of an index. */
export function isIndex(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;
}
