import * as zlib from 'node:zlib';
import { partOf, readBytes, streamInput } from '../../sources/bytes.js';
import type { ByteInput, ByteStream } from '../../sources/bytes.js';
import { SourceError } from '../../sources/error.js';
import { throughZlib } from './compression.js';
import { damaged } from './unpackLimit.js';
import type { UnpackLimit } from './unpackLimit.js';

/** A file in a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Its size, and that of what stands for it in the archive. */
  readonly size: number;
  readonly packedSize: number;
  readonly crc: number;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Where its own header is. */
  readonly header: number;
}

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_COMMENT = 0xffff;
/** A directory of more bytes than this (some hundred thousand files) is refused. */
const MOST_DIRECTORY = 64 << 20;

/** The files of an archive in the order of its directory. Error `MR3702` (damaged). */
export async function zipMembers(input: ByteInput): Promise<ZipMember[]> {
  const { count, size, start } = await directoryOf(input);
  if (size > MOST_DIRECTORY || start + size > input.size) {
    throw damaged(input.label, 'its directory is not where it says');
  }
  const bytes = await readBytes(input, start, size);
  const view = new DataView(bytes.buffer, 0, bytes.length - 1);
  const members: ZipMember[] = [];
  for (let at = 0; members.length < count;) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY) {
      throw damaged(input.label, 'its directory is cut off');
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(each =>
      view.getUint16(at + each, true),
    );
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > view.byteLength) throw damaged(input.label, 'its directory is cut off');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const long = longFields(view, at + 46 + nameLength, extraLength);
    const field = (offset: number) => {
      const value = view.getUint32(at + offset, true);
      return value === 0xffffffff ? (long.shift() ?? value) : value;
    };
    // In this order they stand among the long fields too.
    const [fullSize, packedSize, header] = [field(24), field(20), field(42)];
    members.push({
      name,
      size: fullSize,
      packedSize,
      crc: view.getUint32(at + 16, true),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      header,
    });
    at = end;
  }
  return members.filter(({ name }) => !name.endsWith('/'));
}

/** Where the directory of an archive is: its end record says so, behind which only a comment stands. */
async function directoryOf(input: ByteInput) {
  const from = Math.max(0, input.size - 22 - MOST_COMMENT);
  const bytes = await readBytes(input, from, input.size - from);
  const view = new DataView(bytes.buffer, 0, bytes.length - 1);
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== view.byteLength)
      continue;
    const found = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      start: view.getUint32(at + 16, true),
    };
    if (found.start !== 0xffffffff && found.count !== 0xffff) return found;
    return longDirectory(input, view, at - 20);
  }
  throw damaged(input.label, 'it has no directory, which stands at the end of a zip archive');
}

async function longDirectory(input: ByteInput, end: DataView, locator: number) {
  if (locator < 0 || end.getUint32(locator, true) !== END_64_LOCATOR) {
    throw damaged(input.label, 'its directory is not where it says');
  }
  const bytes = await readBytes(input, Number(end.getBigUint64(locator + 8, true)), 56);
  if (bytes.length < 57) throw damaged(input.label, 'its directory is not where it says');
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== END_64) throw damaged(input.label, 'its directory is not where it says');
  const [count, size, start] = [32, 40, 48].map(each => Number(view.getBigUint64(each, true)));
  return { count, size, start };
}

/** Sizes and places beyond 4 GB, which stand behind the name. */
function longFields(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length;) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      const count = Math.min(3, Math.floor(Math.min(size, start + length - at - 4) / 8));
      return Array.from({ length: count }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
    }
    at += 4 + size;
  }
  return [];
}

/** One file of an archive, that is open for it alone. Errors `MR3701` (a bomb), `MR3702` (damaged), `MR3703` (a form that is not read). */
export async function memberInput(
  archive: ByteInput,
  member: ZipMember,
  label: string,
  limit: () => UnpackLimit,
): Promise<ByteInput> {
  if (member.isEncrypted || (member.method !== 0 && member.method !== 8)) {
    throw new SourceError(
      'MR3703',
      `${label} is ${member.isEncrypted ? 'encrypted' : `packed by method ${member.method}`}, which is not read.`,
      'Pack it again, without a password, as zip does by default (deflate).',
    );
  }
  const head = await readBytes(archive, member.header, 30);
  const view = new DataView(head.buffer);
  if (head.length < 31 || view.getUint32(0, true) !== LOCAL)
    throw damaged(label, 'it is not where the directory says');
  const start = member.header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + member.packedSize > archive.size) throw damaged(label, 'it ends behind the end of its archive');
  const packed = partOf(archive, label, start, member.packedSize);
  if (member.method === 0) return packed;
  const unpack = () =>
    checked(
      label,
      member,
      throughZlib(label, packed, zlib.createInflateRaw({ chunkSize: 256 << 10 }), limit()),
    );
  return streamInput(label, unpack, () => archive.close());
}

/** Passes a member's bytes on, and says at its end whether they are what was packed. */
async function* checked(label: string, member: ZipMember, stream: ByteStream): ByteStream {
  let crc = 0;
  let size = 0;
  for await (const chunk of stream) {
    crc = zlib.crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (size !== member.size || crc !== member.crc) throw damaged(label, 'its checksum is another one');
}
