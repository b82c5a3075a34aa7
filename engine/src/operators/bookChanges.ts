import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { grownBytes, grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** What a row says. */
export const CHANGE = { snapshot: 0, change: 1, gap: 2, disconnect: 3 } as const;
const KINDS = Object.keys(CHANGE);
const SIDES = ['ask', 'bid'];
const UNKNOWN = 255;

/** Rows that change books, one after the other: what each says, of which side, price and size. */
export interface BookChanges {
  readonly kinds: Uint8Array;
  /** 1: bid, 0: ask; another number: none. */
  readonly sides: Uint8Array;
  readonly prices: Float64Array;
  readonly sizes: Float64Array;
}

/** Reads the columns of batches that change books. */
export class BookChangeReader {
  #kinds = new Uint8Array(0);
  #sides = new Uint8Array(0);
  readonly #ofKind = new TextCodes(KINDS);
  readonly #ofSide = new TextCodes(SIDES);
  readonly #columns: readonly number[];

  constructor(input: Schema) {
    this.#columns = ['kind', 'side', 'price', 'size'].map(name => fieldIndex(input, name));
  }

  /** The rows of a batch, valid until the next call. A row without side, price or size changes no level. */
  read({ columns, length }: Batch): BookChanges {
    const [kind, side, price, size] = this.#columns.map(at => columns[at]);
    if (this.#kinds.length < length) {
      this.#kinds = new Uint8Array(2 * length);
      this.#sides = new Uint8Array(2 * length);
    }
    this.#ofKind.read(kind, length, this.#kinds);
    this.#ofSide.read(side, length, this.#sides);
    for (const { valid } of [price, size]) {
      if (valid === null) continue;
      for (let row = 0; row < length; row++) if (valid[row] === 0) this.#sides[row] = UNKNOWN;
    }
    return {
      kinds: this.#kinds,
      sides: this.#sides,
      prices: price.data as Float64Array,
      sizes: size.data as Float64Array,
    };
  }
}

/** Finds which of a few words the codes of a dictionary are. */
class TextCodes {
  #dictionary: Dictionary | null = null;
  #places = new Uint8Array(0);
  #known = 0;

  constructor(private readonly words: readonly string[]) {}

  read({ data, valid, dictionary }: Column, length: number, out: Uint8Array): void {
    if (dictionary !== this.#dictionary) this.#known = 0;
    this.#dictionary = dictionary;
    const texts = dictionary?.strings() ?? [];
    if (this.#places.length < texts.length) this.#places = grownBytes(this.#places, texts.length);
    for (; this.#known < texts.length; this.#known++) {
      const place = this.words.indexOf(texts[this.#known]);
      this.#places[this.#known] = place < 0 ? UNKNOWN : place;
    }
    const codes = data as Int32Array;
    const places = this.#places;
    for (let row = 0; row < length; row++) {
      out[row] = valid !== null && valid[row] === 0 ? UNKNOWN : places[codes[row]];
    }
  }
}

/** Rows of a message whose end has not come. */
export class PendingChanges implements BookChanges {
  count = 0;
  kinds = new Uint8Array(64);
  sides = new Uint8Array(64);
  prices = new Float64Array(64);
  sizes = new Float64Array(64);

  push(changes: BookChanges, from: number, to: number): void {
    const end = this.count + to - from;
    if (end > this.kinds.length) {
      this.kinds = grownBytes(this.kinds, end);
      this.sides = grownBytes(this.sides, end);
      this.prices = grownTimes(this.prices, end);
      this.sizes = grownTimes(this.sizes, end);
    }
    this.kinds.set(changes.kinds.subarray(from, to), this.count);
    this.sides.set(changes.sides.subarray(from, to), this.count);
    this.prices.set(changes.prices.subarray(from, to), this.count);
    this.sizes.set(changes.sizes.subarray(from, to), this.count);
    this.count = end;
  }

  clear(): void {
    this.count = 0;
  }

  bytes(): number {
    return this.kinds.length * 18;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('kinds', this.kinds, this.count);
    writer.lane('sides', this.sides, this.count);
    writer.lane('prices', this.prices, this.count);
    writer.lane('sizes', this.sizes, this.count);
  }

  restore(reader: StateReader): void {
    const changes = {
      kinds: reader.lane('kinds') as Uint8Array,
      sides: reader.lane('sides') as Uint8Array,
      prices: reader.lane('prices') as Float64Array,
      sizes: reader.lane('sizes') as Float64Array,
    };
    this.push(changes, 0, changes.kinds.length);
  }
}
