import * as zlib from 'node:zlib';
import {
  BIT_PACKED,
  BYTE_STREAM_SPLIT,
  DataPage,
  DELTA_BINARY_PACKED,
  DELTA_LENGTH_BYTE_ARRAY,
  HEADER_FIELDS,
  pageHeader,
  PLAIN,
  PLAIN_DICTIONARY,
  RLE,
  RLE_DICTIONARY,
} from '../../codecs/parquet/dataPage.js';
import type { PageHeader } from '../../codecs/parquet/dataPage.js';
import type { ParquetType } from '../../codecs/parquet/columnType.js';
import { PHYSICAL } from '../../codecs/parquet/columnType.js';
import type { ParquetChunk } from '../../codecs/parquet/footer.js';
import { HybridReader } from '../../codecs/parquet/hybrid.js';
import {
  deltaValues,
  IndexedValues,
  plainValues,
  readDictionary,
  splitValues,
} from '../../codecs/parquet/pageValues.js';
import type { PageValues } from '../../codecs/parquet/pageMemory.js';
import { readSnappyBlock } from '../../codecs/snappyBlock.js';
import { readLz4Block } from '../../codecs/lz4Frame.js';
import { readThriftStruct } from '../../codecs/thriftCompact.js';
import { ColumnBuilder } from '../../columns/builder.js';
import { BOOLEAN } from '../../columns/types.js';
import type { ByteInput } from '../../sources/bytes.js';
import { unzstd } from '../files/compression.js';
import { MOST_PAGE } from './parquetGuard.js';

/** Node has it from version 22.15 on. */
const { zstdDecompressSync } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};
const UNCOMPRESSED = 0;
const SNAPPY = 1;
const GZIP = 2;
const BROTLI = 4;
const ZSTD = 6;
const LZ4_RAW = 7;
const CODECS = new Set([UNCOMPRESSED, SNAPPY, GZIP, BROTLI, ZSTD, LZ4_RAW]);
const ENCODINGS = new Set([
  PLAIN,
  PLAIN_DICTIONARY,
  RLE,
  BIT_PACKED,
  DELTA_BINARY_PACKED,
  DELTA_LENGTH_BYTE_ARRAY,
  RLE_DICTIONARY,
  BYTE_STREAM_SPLIT,
]);
/** Numbers are unpacked by words, so that they are read a little behind their end. */
const SLACK = 16;
const MOST_HEADER = 1 << 20;
/** A dictionary may have so many values however narrow they are. */
const FEW_VALUES = 1 << 20;

/** Whether a column's pages can be read here. */
export function readsChunk({ codec, encodings }: ParquetChunk): boolean {
  return CODECS.has(codec) && encodings.every(encoding => ENCODINGS.has(encoding));
}

/** Reads the pages of one column, one at a time. */
export class ParquetColumn {
  /** The rows of the page at hand; null: `load` has to be called. */
  page: DataPage | null = null;
  #chunk: ParquetChunk | null = null;
  #dictionary: ColumnBuilder | null = null;
  #dictionarySize = 0;
  #position = 0;
  /** Bytes of the file from a place on. */
  #window = new Uint8Array(0);
  #start = 0;
  #filled = 0;
  /** A page, unpacked. */
  #bytes = new Uint8Array(0);
  readonly #levels = new HybridReader();

  constructor(
    private readonly input: ByteInput,
    private readonly of: ParquetType,
    private readonly nullable: boolean,
    /** A column of the batches that are made: texts are numbered as there. */
    private readonly like: ColumnBuilder,
    /** How much of the file is read at once. */
    private readonly ahead: number,
  ) {}

  /** Goes on with the pages of another group. */
  begin(chunk: ParquetChunk): void {
    this.#chunk = chunk;
    this.#position = chunk.start;
    this.#dictionary = null;
    this.page = null;
  }

  /** Makes the next rows those at hand, `skip` of them being passed over. */
  async load(skip = 0): Promise<void> {
    let left = skip;
    for (;;) {
      const { header, at } = await this.#header();
      this.#position = at + header.packed;
      if (header.kind === 'data' && header.values <= left) {
        left -= header.values;
        continue;
      }
      if (header.kind === 'other') continue;
      const bytes = await this.#at(at, header.packed);
      if (header.kind === 'dictionary') {
        this.#readDictionary(header, bytes);
        continue;
      }
      this.page = this.#dataPage(header, bytes);
      if (left > 0) this.page.skip(left);
      return;
    }
  }

  async #header(): Promise<{ readonly header: PageHeader; readonly at: number }> {
    const { end } = this.#chunk as ParquetChunk;
    for (let size = 512; ; size *= 16) {
      const wanted = Math.min(size, end - this.#position);
      if (wanted <= 0) throw new RangeError('a column has fewer values than it says');
      const bytes = await this.#at(this.#position, wanted);
      try {
        const read = readThriftStruct(bytes, HEADER_FIELDS);
        const header = pageHeader(read.struct);
        const at = this.#position + read.end;
        const isWithin = header.packed >= 0 && header.unpacked >= 0 && at + header.packed <= end;
        // Compression that makes a page longer makes it so by little.
        if (!isWithin || header.unpacked > MOST_PAGE || header.packed > 2 * MOST_PAGE)
          throw new RangeError('a page lies outside of its column');
        return { header, at };
      } catch (error) {
        // Statistics may make a header long.
        if (wanted < size || size > MOST_HEADER) throw error;
      }
    }
  }

  /** Bytes of the chunk, valid until the next call. */
  async #at(position: number, length: number): Promise<Uint8Array> {
    if (position < this.#start || position + length > this.#start + this.#filled) {
      const { end } = this.#chunk as ParquetChunk;
      const wanted = Math.max(length, Math.min(this.ahead, end - position));
      if (this.#window.length < wanted) this.#window = new Uint8Array(wanted);
      this.#start = position;
      for (this.#filled = 0; this.#filled < wanted;) {
        const read = await this.input.read(
          this.#window,
          this.#filled,
          wanted - this.#filled,
          position + this.#filled,
        );
        if (read === 0) throw new RangeError('it ends in the middle of a page');
        this.#filled += read;
      }
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }

  /** Unpacks bytes to where `#bytes` has room for them, from `at` on. */
  #unpack(bytes: Uint8Array, at: number, size: number, isPacked: boolean): void {
    const { codec } = this.#chunk as ParquetChunk;
    const out = this.#bytes;
    // Where there are only NULLs some writers pack nothing, which is not what packing nothing gives.
    if (size === 0 && bytes.length === 0) return;
    if (!isPacked || codec === UNCOMPRESSED) {
      if (bytes.length !== size) throw new RangeError('a page is of another length than it says');
      out.set(bytes, at);
      return;
    }
    if (codec === SNAPPY) {
      readSnappyBlock(bytes, out, at, size);
      return;
    }
    if (codec === LZ4_RAW) {
      readLz4Block(bytes, out, at, size);
      return;
    }
    if (codec === ZSTD && zstdDecompressSync === undefined) {
      unzstd(bytes, out.subarray(at, at + size));
      return;
    }
    const options = { maxOutputLength: Math.max(1, size) };
    const unpacked =
      codec === GZIP
        ? zlib.gunzipSync(bytes, options)
        : codec === BROTLI
          ? zlib.brotliDecompressSync(bytes, options)
          : (zstdDecompressSync as NonNullable<typeof zstdDecompressSync>)(bytes, options);
    if (unpacked.length !== size) throw new RangeError('a page is of another length than it says');
    out.set(unpacked, at);
  }

  #makeRoom(size: number): void {
    if (this.#bytes.length < size + SLACK) this.#bytes = new Uint8Array(size + SLACK);
  }

  #readDictionary({ unpacked, values, encoding }: PageHeader, bytes: Uint8Array): void {
    if (encoding !== PLAIN && encoding !== PLAIN_DICTIONARY)
      throw new RangeError('a dictionary is in a form that is not known');
    this.#makeRoom(unpacked);
    this.#unpack(bytes, 0, unpacked, true);
    // There is no room made for more values than the bytes can have; nor for many of a byte each or less, which take eight.
    const most = Math.max(FEW_VALUES, unpacked / 2);
    if (values > Math.min(most, unpacked / leastBytes(this.of)))
      throw new RangeError('a dictionary has fewer values than it says');
    const plain = plainValues(this.of, this.#bytes, 0, unpacked);
    this.#dictionary = readDictionary(this.of, plain, values, this.like);
    this.#dictionarySize = values;
  }

  #dataPage(header: PageHeader, bytes: Uint8Array): DataPage {
    const { unpacked, values, levels } = header;
    if (levels === null) {
      this.#makeRoom(unpacked);
      this.#unpack(bytes, 0, unpacked, header.isPacked);
      if (!this.nullable) return new DataPage(this.#values(header, 0, unpacked), values, null);
      if (header.levelEncoding !== RLE) throw new RangeError('a page has levels in a form that is not known');
      const length = this.#length(0, unpacked);
      this.#levels.begin(this.#bytes, 4, 4 + length, 1);
      return this.#withLevels(header, 4 + length, unpacked);
    }
    const before = levels.repetition + levels.definition;
    if (before > header.packed || before > unpacked) throw new RangeError('a page has levels behind its end');
    // The levels may need room of their own: values begin at a multiple of 8.
    const start = (before + 7) & ~7;
    this.#makeRoom(start + unpacked - before);
    this.#bytes.set(bytes.subarray(0, before));
    this.#unpack(bytes.subarray(before), start, unpacked - before, header.isPacked);
    this.#levels.begin(this.#bytes, levels.repetition, before, 1);
    if (!this.nullable)
      return new DataPage(this.#values(header, start, start + unpacked - before), values, null);
    return this.#withLevels(header, start, start + unpacked - before);
  }

  #withLevels(header: PageHeader, start: number, end: number): DataPage {
    // Where there are only NULLs there may be nothing at all behind the levels.
    return new DataPage(this.#values(header, start, end), header.values, this.#levels);
  }

  /** A length in four bytes, of what has to end before `end`. */
  #length(at: number, end: number): number {
    const bytes = this.#bytes;
    const length = at + 4 > end ? Infinity : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    if (at + 4 + length > end) throw new RangeError('a page has levels behind its end');
    return length;
  }

  #values({ encoding }: PageHeader, start: number, end: number): PageValues {
    switch (encoding) {
      case PLAIN: {
        const aligned = start & ~7;
        if (this.of.physical !== PHYSICAL.bytes && aligned !== start) {
          // The levels before them may be needed: values go to where there is room for both.
          return this.#plainAligned(start, end);
        }
        return plainValues(this.of, this.#bytes, start, end);
      }
      case PLAIN_DICTIONARY:
      case RLE_DICTIONARY:
        if (this.#dictionary === null) throw new RangeError('a page needs a dictionary that is not there');
        return new IndexedValues(this.#dictionary, this.#dictionarySize, this.#bytes, start, end);
      case DELTA_BINARY_PACKED:
        if (this.of.physical !== PHYSICAL.int32 && this.of.physical !== PHYSICAL.int64) break;
        return deltaValues(this.of, this.#bytes, start, end);
      case DELTA_LENGTH_BYTE_ARRAY:
        if (this.of.physical !== PHYSICAL.bytes) break;
        return deltaValues(this.of, this.#bytes, start, end);
      case BYTE_STREAM_SPLIT:
        if (this.of.physical === PHYSICAL.bytes || this.of.physical === PHYSICAL.boolean) break;
        return splitValues(this.of, this.#bytes, start, end);
      case RLE: {
        if (this.of.physical !== PHYSICAL.boolean) break;
        const length = this.#length(start, end);
        return new IndexedValues(BOOLEANS, 2, this.#bytes, start + 4, start + 4 + length, 1);
      }
    }
    throw new RangeError('a page is in a form that is not known');
  }

  #plainAligned(start: number, end: number): PageValues {
    const to = (start + 7) & ~7;
    this.#bytes.copyWithin(to, start, end);
    return plainValues(this.of, this.#bytes, to, end + to - start);
  }
}

/** A value takes so many bytes at least. */
function leastBytes({ physical, width }: ParquetType): number {
  if (physical === PHYSICAL.boolean) return 1 / 8;
  if (physical === PHYSICAL.fixed) return width;
  return physical === PHYSICAL.int64 || physical === PHYSICAL.double ? 8 : 4;
}

const BOOLEANS = new ColumnBuilder(BOOLEAN, 2);
BOOLEANS.bytes.set([0, 1]);
