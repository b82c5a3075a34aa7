import type { ColumnBuilder } from '../../columns/builder.js';
import type { ThriftFields, ThriftStruct } from '../thriftCompact.js';
import { numberIn, structOf } from './footer.js';
import type { HybridReader } from './hybrid.js';
import type { PageValues } from './pageMemory.js';

/** What is read of a page's header. */
export interface PageHeader {
  readonly kind: 'data' | 'dictionary' | 'other';
  /** How long what is behind the header is in the file, and unpacked. */
  readonly packed: number;
  readonly unpacked: number;
  /** Values with the NULLs among them. */
  readonly values: number;
  readonly encoding: number;
  /** Of the second version: bytes of repetition and definition levels, which are not compressed; null: of the first one. */
  readonly levels: { readonly repetition: number; readonly definition: number } | null;
  readonly isPacked: boolean;
  /** How the definition levels of the first version are written. */
  readonly levelEncoding: number;
}

const KINDS: Readonly<Record<number, readonly [PageHeader['kind'], field: number]>> = {
  0: ['data', 5],
  2: ['dictionary', 7],
  3: ['data', 8],
};

/** What is read of a header: its statistics are left out. */
export const HEADER_FIELDS: ThriftFields = {
  1: true,
  2: true,
  3: true,
  5: { 1: true, 2: true, 3: true },
  7: { 1: true, 2: true },
  8: { 1: true, 4: true, 5: true, 6: true, 7: true },
};

/** Reads a header. Throws RangeError where it lacks what it has to say. */
export function pageHeader(struct: ThriftStruct): PageHeader {
  const type = numberIn(struct, 1);
  const sizes = { unpacked: numberIn(struct, 2), packed: numberIn(struct, 3) };
  const [kind, field] = KINDS[type] ?? ['other', 0];
  if (kind === 'other')
    return { kind, ...sizes, values: 0, encoding: 0, levels: null, isPacked: true, levelEncoding: RLE };
  const own = structOf(struct.get(field));
  const values = numberIn(own, 1);
  if (values < 0) throw new RangeError('a page has fewer values than none');
  if (type !== 3) {
    const levelEncoding = kind === 'data' ? numberIn(own, 3) : RLE;
    return {
      kind,
      ...sizes,
      values,
      encoding: numberIn(own, 2),
      levels: null,
      isPacked: true,
      levelEncoding,
    };
  }
  const levels = { definition: numberIn(own, 5), repetition: numberIn(own, 6) };
  if (levels.definition < 0 || levels.repetition < 0) throw new RangeError('a page has levels of no length');
  const isPacked = own.get(7) !== false;
  return { kind, ...sizes, values, encoding: numberIn(own, 4), levels, isPacked, levelEncoding: RLE };
}

/** The encodings that are read, by their numbers in the format. */
export const PLAIN = 0;
export const PLAIN_DICTIONARY = 2;
export const RLE = 3;
export const BIT_PACKED = 4;
export const DELTA_BINARY_PACKED = 5;
export const DELTA_LENGTH_BYTE_ARRAY = 6;
export const RLE_DICTIONARY = 8;
export const BYTE_STREAM_SPLIT = 9;

const PIECE = 8192;
const levels = new Int32Array(PIECE);

/** The rows of a page: its values, with the NULLs between them. */
export class DataPage {
  readonly #levels: HybridReader | null;

  constructor(
    private readonly values: PageValues,
    /** Rows that have not been read. */
    public left: number,
    /** Which rows have a value; null: all have. */
    levels: HybridReader | null,
  ) {
    this.#levels = levels;
  }

  /** Copies the next rows, at most `PIECE`, into a column. */
  read(count: number, column: ColumnBuilder, row: number): void {
    this.left -= count;
    if (this.#levels?.passOnes(count) !== false) {
      if (column.hasNull) column.valid.fill(1, row, row + count);
      this.values.read(count, column, row);
      return;
    }
    const present = this.#present(count);
    if (column.hasNull) column.valid.fill(1, row, row + count);
    if (present > 0) this.values.read(present, column, row);
    let from = row + present;
    // From the last one on, so that none is written over before it has been moved.
    for (let i = count - 1; i >= 0; i--) {
      if (levels[i] === 0) column.setNull(row + i);
      else if (--from < row + i) column.move(from, row + i);
      if (levels[i] !== 0 && column.hasNull) column.valid[row + i] = 1;
    }
  }

  skip(rows: number): void {
    this.left -= rows;
    for (let left = rows; left > 0; left -= PIECE) {
      const count = Math.min(left, PIECE);
      this.values.skip(this.#levels?.passOnes(count) !== false ? count : this.#present(count));
    }
  }

  /** Reads the levels of some rows; returns how many have a value. */
  #present(count: number): number {
    (this.#levels as HybridReader).read(levels, count);
    let present = 0;
    for (let i = 0; i < count; i++) present += levels[i] & 1;
    return present;
  }
}

/** How many rows are read at once at most. */
export const MOST_ROWS = PIECE;
