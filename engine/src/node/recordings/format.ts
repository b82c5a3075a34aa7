import { crc32 } from 'node:zlib';
import { SourceError } from '../../sources/error.js';

/**
 * A recording is a head, chunks, and, once it was finished, an index. All numbers are little-endian.
 *
 * | head | |
 * |---|---|
 * | 0 | `MREC` |
 * | 4 | uint16: major version; another one is refused. uint16: minor version |
 * | 8 | uint32: bytes of the JSON text that follows; uint32: its CRC-32 |
 *
 * | chunk | |
 * |---|---|
 * | 0 | `MRCH`; uint32: its number, from 0 |
 * | 8 | uint32: arrivals; uint32: bytes of its content; uint32: bytes as stored; uint32: 0 as they are, 1 deflated |
 * | 24 | int64: receive time of its first arrival; int64: the latest one of all of them, in microseconds |
 * | 40 | SHA-256 of the content of all chunks up to and with this one |
 * | 72 | uint32: CRC-32 of the bytes as stored; uint32: CRC-32 of these 76 bytes |
 *
 * The content of a chunk is its arrivals: uint8 kind, int64 receive time, uint32 length, and as many bytes. So the hash in the last chunk is that of the
 * arrivals alone, however they were cut and compressed.
 */
export const MAJOR_VERSION = 1;
export const MINOR_VERSION = 0;

export const HEAD_BYTES = 16;
export const CHUNK_HEAD_BYTES = 80;
export const ARRIVAL_HEAD_BYTES = 13;
/** The largest message that is kept; feeds refuse larger ones. */
export const MAX_ARRIVAL_BYTES = 16 << 20;
/** The largest content of a chunk that is read: a whole message behind a chunk that was almost full. */
export const MAX_CHUNK_BYTES = 2 * MAX_ARRIVAL_BYTES;
/** A chunk that says it grows more than so many times when it is inflated is a bomb. */
export const MAX_RATIO = 200;
export const MAX_HEADER_BYTES = 4 << 20;

const HEAD_MAGIC = 0x4345524d;
export const CHUNK_MAGIC = 0x4843524d;

/** How an arrival's kind is written. */
export const KINDS = { text: 0, binary: 1, opened: 2, closed: 3, lost: 4 } as const;
export type RecordedKind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as RecordedKind[];

/** The kind of a number; undefined: none. */
export function kindOf(code: number): RecordedKind | undefined {
  return KIND_NAMES[code];
}

/** What stands in front of a chunk. */
export interface ChunkHead {
  readonly number: number;
  readonly arrivals: number;
  readonly contentBytes: number;
  readonly storedBytes: number;
  readonly deflated: boolean;
  readonly firstUs: number;
  readonly latestUs: number;
  /** SHA-256 of all content up to this chunk's end. */
  readonly hash: Uint8Array;
  readonly storedCrc: number;
}

/** A file that is no recording, or one that cannot be read or written. */
export class RecordingError extends SourceError {
  override readonly name = 'RecordingError';
}

/** The head of a file with its JSON text. */
export function encodeHead(json: string): Uint8Array {
  const text = Buffer.from(json);
  const bytes = Buffer.alloc(HEAD_BYTES + text.length);
  bytes.writeUInt32LE(HEAD_MAGIC, 0);
  bytes.writeUInt16LE(MAJOR_VERSION, 4);
  bytes.writeUInt16LE(MINOR_VERSION, 6);
  bytes.writeUInt32LE(text.length, 8);
  bytes.writeUInt32LE(crc32(text), 12);
  bytes.set(text, HEAD_BYTES);
  return bytes;
}

/** Reads the fixed part of a head. Errors `MR3800` (no recording), `MR3801` (another version), `MR3802` (damaged). */
export function decodeHead(
  bytes: Uint8Array,
  label: string,
): { readonly length: number; readonly crc: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_BYTES || view.getUint32(0, true) !== HEAD_MAGIC) {
    throw new RecordingError(
      'MR3800',
      `${label} is no recording.`,
      'Recordings are made by stream.record(…), `millrace record` and `millrace import`.',
    );
  }
  const major = view.getUint16(4, true);
  if (major !== MAJOR_VERSION) {
    throw new RecordingError(
      'MR3801',
      `${label} is a recording of version ${major}, and this is Millrace for version ${MAJOR_VERSION}.`,
      major > MAJOR_VERSION ? 'Read it with a newer Millrace.' : 'Read it with the Millrace that wrote it.',
    );
  }
  const length = view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw damagedHead(label);
  return { length, crc: view.getUint32(12, true) };
}

/** The error of a head that says nothing usable. */
export function damagedHead(label: string): RecordingError {
  return new RecordingError(
    'MR3802',
    `the beginning of ${label} is damaged: what it was recorded from cannot be read.`,
    'Take another copy of the file.',
  );
}

/** Writes a chunk's head in front of `bytes`. */
export function encodeChunkHead(bytes: Buffer, head: ChunkHead): void {
  bytes.writeUInt32LE(CHUNK_MAGIC, 0);
  bytes.writeUInt32LE(head.number, 4);
  bytes.writeUInt32LE(head.arrivals, 8);
  bytes.writeUInt32LE(head.contentBytes, 12);
  bytes.writeUInt32LE(head.storedBytes, 16);
  bytes.writeUInt32LE(head.deflated ? 1 : 0, 20);
  bytes.writeBigInt64LE(BigInt(head.firstUs), 24);
  bytes.writeBigInt64LE(BigInt(head.latestUs), 32);
  bytes.set(head.hash, 40);
  bytes.writeUInt32LE(head.storedCrc, 72);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 76)), 76);
}

/** Reads a chunk's head; null where there is none, or none that can be believed. */
export function decodeChunkHead(bytes: Uint8Array, at = 0): ChunkHead | null {
  if (bytes.length - at < CHUNK_HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, CHUNK_HEAD_BYTES);
  if (view.getUint32(0, true) !== CHUNK_MAGIC) return null;
  if (view.getUint32(76, true) !== crc32(bytes.subarray(at, at + 76))) return null;
  const head = {
    number: view.getUint32(4, true),
    arrivals: view.getUint32(8, true),
    contentBytes: view.getUint32(12, true),
    storedBytes: view.getUint32(16, true),
    deflated: view.getUint32(20, true) === 1,
    firstUs: Number(view.getBigInt64(24, true)),
    latestUs: Number(view.getBigInt64(32, true)),
    hash: bytes.slice(at + 40, at + 72),
    storedCrc: view.getUint32(72, true),
  };
  return isPlausible(head, view.getUint32(20, true)) ? head : null;
}

/** Whether the numbers of a chunk go together: they may be made up by somebody who wants our memory. */
function isPlausible(head: ChunkHead, compression: number): boolean {
  const { arrivals, contentBytes, storedBytes, deflated } = head;
  return (
    compression <= 1 &&
    arrivals > 0 &&
    contentBytes <= MAX_CHUNK_BYTES &&
    arrivals * ARRIVAL_HEAD_BYTES <= contentBytes &&
    (deflated
      ? storedBytes < contentBytes && contentBytes <= storedBytes * MAX_RATIO
      : storedBytes === contentBytes) &&
    Number.isSafeInteger(head.firstUs) &&
    Number.isSafeInteger(head.latestUs)
  );
}
