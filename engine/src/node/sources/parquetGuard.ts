import { readThriftStruct } from '../../codecs/thriftCompact.js';
import type { ThriftFields, ThriftStruct, ThriftValue } from '../../codecs/thriftCompact.js';
import { readBytes } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { SourceError } from '../../sources/error.js';
import { MOST_RATIO, tooDense } from '../files/unpackLimit.js';

/** A page that says it unpacks to more is not read. */
export const MOST_PAGE = 64 << 20;
const MOST_FOOTER = 64 << 20;
/** Bytes that a file may unpack to whatever its size is. */
const FREE_BYTES = 64 << 20;
/** Rows that a file may have whatever its size is, and beyond them for each of its bytes: equal values cost next to nothing. */
const FREE_ROWS = 1e9;
const ROWS_PER_BYTE = 1e5;
/** How much is read of a page's header at first, and at most. */
const HEADER_BYTES = 256;
const MOST_HEADER = 1 << 20;
/** How many columns' pages are looked at at once. */
const AT_ONCE = 16;

/**
 * Sees what a Parquet file says of itself before a decoder makes room for it: its footer, and the header of each page. Errors `MR3205` (no Parquet),
 * `MR3701` (it unpacks to out of all proportion), `MR3716` (a page is too large).
 */
export async function guardParquet(input: ByteInput): Promise<void> {
  try {
    const chunks = await chunksOf(input);
    for (let at = 0; at < chunks.length; at += AT_ONCE) {
      await Promise.all(chunks.slice(at, at + AT_ONCE).map(chunk => guardPages(input, chunk)));
    }
  } catch (error) {
    throw error instanceof RangeError ? brokenParquet(input.label, error) : error;
  }
}

/** What went wrong while a file was read as Parquet. */
export function brokenParquet(label: string, error: unknown): SourceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceError(
    'MR3205',
    `${label} is no readable Parquet file: ${reason}.`,
    'Was it written to its end?',
  );
}

/** What is looked at in a footer, and in a page's header. */
const FOOTER: ThriftFields = {
  3: true,
  4: { 1: { 3: { 5: true, 6: true, 7: true, 9: true, 11: true } } },
};
const HEADER: ThriftFields = { 2: true, 3: true, 5: { 1: true }, 8: { 1: true } };

/** Where the pages of one column of one group of rows are. */
interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
}

async function chunksOf(input: ByteInput): Promise<Chunk[]> {
  const { label, size } = input;
  const tail = await readBytes(input, Math.max(0, size - 8), 8);
  const text = new TextDecoder('latin1').decode(tail.subarray(4, 8));
  if (size < 12 || text !== 'PAR1')
    throw new RangeError(text === 'PARE' ? 'it is encrypted' : 'it does not end as it should');
  const length = new DataView(tail.buffer).getUint32(0, true);
  if (length > size - 12 || length > MOST_FOOTER) throw new RangeError('its footer is not where it says');
  const bytes = await readBytes(input, size - 8 - length, length);
  const { struct } = readThriftStruct(bytes.subarray(0, length), FOOTER);
  const rows = numberAt(struct, 3);
  if (rows > FREE_ROWS && rows > ROWS_PER_BYTE * size) throw tooDense(label, null);
  let unpacked = 0;
  const chunks: Chunk[] = [];
  for (const group of listAt(struct, 4)) {
    for (const column of listAt(structOf(group), 1)) {
      const meta = structOf(structOf(column).get(3));
      const dictionary = meta.has(11) ? numberAt(meta, 11) : Infinity;
      const packed = numberAt(meta, 7);
      // Some writers say that the dictionary is at 0 where there is none.
      const start = dictionary > 0 ? Math.min(numberAt(meta, 9), dictionary) : numberAt(meta, 9);
      if (start < 0 || packed < 0 || start + packed > size)
        throw new RangeError('a column lies outside of it');
      unpacked += numberAt(meta, 6);
      chunks.push({ start, end: start + packed, values: numberAt(meta, 5) });
    }
  }
  if (unpacked > FREE_BYTES && unpacked > MOST_RATIO * size) throw tooDense(label, null);
  return chunks;
}

/** Looks at the header of each page of a column. */
async function guardPages(input: ByteInput, { start, end, values }: Chunk): Promise<void> {
  let read = 0;
  for (let at = start; at < end && read < values;) {
    const { struct, length } = await headerAt(input, at, end);
    const full = numberAt(struct, 2);
    const packed = numberAt(struct, 3);
    if (full > MOST_PAGE) {
      throw new SourceError(
        'MR3716',
        `a page of ${input.label} has ${Math.ceil(full / (1 << 20))} MB, and ${MOST_PAGE >> 20} are read at most.`,
        'Write it with smaller pages: most writers make them of 1 MB.',
      );
    }
    if (full < 0 || packed < 0 || at + length + packed > end)
      throw new RangeError('a page lies outside of its column');
    const data = struct.get(5) ?? struct.get(8);
    if (data !== undefined) read += Math.max(0, numberAt(structOf(data), 1));
    at += length + packed;
  }
}

async function headerAt(input: ByteInput, at: number, end: number) {
  for (let size = HEADER_BYTES; ; size *= 16) {
    const wanted = Math.min(size, end - at);
    const bytes = await readBytes(input, at, wanted);
    try {
      const { struct, end: length } = readThriftStruct(bytes.subarray(0, -1), HEADER);
      return { struct, length };
    } catch (error) {
      // Statistics may make a header long.
      if (wanted < size || size > MOST_HEADER) throw error;
    }
  }
}

function numberAt(struct: ThriftStruct, field: number): number {
  const value = struct.get(field);
  if (typeof value !== 'number') throw new RangeError(`it lacks what it has to say of its data (${field})`);
  return value;
}

function listAt(struct: ThriftStruct, field: number): readonly ThriftValue[] {
  const value = struct.get(field) ?? [];
  if (!Array.isArray(value)) throw new RangeError(`it lacks what it has to say of its data (${field})`);
  return value as readonly ThriftValue[];
}

function structOf(value: ThriftValue | undefined): ThriftStruct {
  if (!(value instanceof Map)) throw new RangeError('it lacks what it has to say of its data');
  return value as ThriftStruct;
}
