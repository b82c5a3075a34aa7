import type { ColumnBuilder } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import { readVector } from '../arrowVector.js';
import type { ArrowVector } from '../arrowVector.js';
import type { ParquetType } from './columnType.js';
import { DeltaReader } from './delta.js';
import { bytesOf, PIECE, vectorOf } from './pageMemory.js';
import type { PageValues } from './pageMemory.js';

/** Values that are made in memory piece by piece, so that few bytes do not become many. */
abstract class MadeValues implements PageValues {
  readonly #vector: ArrowVector;
  protected readonly memory: ArrayBuffer;

  constructor(of: ParquetType, left: number) {
    this.memory = new ArrayBuffer(Math.min(PIECE, left) * bytesOf(of));
    this.#vector = vectorOf(of, this.memory, 0, PIECE);
  }

  read(count: number, column: ColumnBuilder, row: number): void {
    for (let done = 0; done < count; done += PIECE) {
      const length = Math.min(PIECE, count - done);
      this.make(length);
      readVector(this.#vector, 0, length, column, row + done);
    }
  }

  /** Makes the next values, at most so many as there is memory for. Throws RangeError where there are not as many. */
  protected abstract make(count: number): void;

  skip(count: number): void {
    for (let done = 0; done < count; done += PIECE) this.make(Math.min(PIECE, count - done));
  }
}

/** Integers as differences. */
export class DeltaValues extends MadeValues {
  readonly #words: Int32Array;

  constructor(
    of: ParquetType,
    private readonly reader: DeltaReader,
  ) {
    super(of, reader.left);
    this.#words = new Int32Array(this.memory);
  }

  protected make(count: number): void {
    this.reader.read(this.#words, count);
  }
}

/** Integers that have their highest byte first, which become wider ones that have their lowest first. */
export class ReversedValues extends MadeValues {
  readonly #out: Uint8Array;
  readonly #size: number;
  readonly #width: number;

  constructor(
    of: ParquetType,
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {
    super(of, Math.floor((end - at) / of.width));
    this.#size = bytesOf(of);
    this.#width = of.width;
    this.#out = new Uint8Array(this.memory);
  }

  protected make(count: number): void {
    const { bytes, at } = this;
    const out = this.#out;
    const width = this.#width;
    const size = this.#size;
    this.skip(count);
    for (let i = 0; i < count; i++) {
      const last = at + i * width + width - 1;
      for (let k = 0; k < width; k++) out[i * size + k] = bytes[last - k];
      const sign = bytes[at + i * width] >= 128 ? 255 : 0;
      for (let k = width; k < size; k++) out[i * size + k] = sign;
    }
  }

  override skip(count: number): void {
    this.at += count * this.#width;
    if (this.at > this.end) throw new RangeError('a page has fewer values than it says');
  }
}

/** Texts one behind the other, behind the differences of their lengths. */
export class DeltaTexts implements PageValues {
  readonly #lengths: DeltaReader;
  readonly #words: Int32Array;
  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    start: number,
    private readonly end: number,
  ) {
    this.#at = new DeltaReader(bytes, start, end, 32).passAll();
    this.#lengths = new DeltaReader(bytes, start, end, 32);
    this.#words = new Int32Array(Math.min(PIECE, this.#lengths.left));
  }

  read(count: number, column: ColumnBuilder, row: number): void {
    this.#pass(count, column, row);
  }

  skip(count: number): void {
    this.#pass(count, null, 0);
  }

  #pass(count: number, column: ColumnBuilder | null, row: number): void {
    const { bytes, end } = this;
    const words = this.#words;
    const interner = column?.interner as ByteInterner;
    let from = this.#at;
    for (let done = 0; done < count; done += PIECE) {
      const length = Math.min(PIECE, count - done);
      this.#lengths.read(words, length);
      for (let i = 0; i < length; i++) {
        const to = from + words[i];
        if (to < from || to > end) throw new RangeError('a text lies outside of its page');
        if (column !== null) column.ints[row + done + i] = interner.intern(bytes, from, to);
        from = to;
      }
    }
    this.#at = from;
  }
}
