import { wideValue, type Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, isInt64Like, type DataType } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import type { OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** What was last emitted of each slot, a column an aggregate: what a `-U` or `-D` takes back. */
export class ToldValues {
  readonly #columns: readonly ToldColumn[];

  /** @param types the aggregates' types, and whether each makes its text anew */
  constructor(types: readonly { readonly type: DataType; readonly makesText: boolean }[], capacity: number) {
    this.#columns = types.map(({ type, makesText }) =>
      makesText ? new ToldTexts(capacity) : new ToldLane(type, capacity),
    );
  }

  /** Makes room for so many slots. */
  grow(capacity: number): void {
    for (const column of this.#columns) column.grow(capacity);
  }

  /** Notes what the rows at these positions say of slots. */
  note(slots: Int32Array, count: number, at: Int32Array, out: readonly OutputColumn[]): void {
    this.#columns.forEach((column, k) => column.note(slots, count, at, out[k]));
  }

  /** Writes what was noted of slots, each at its position; `used` is how many rows of the columns hold something. */
  write(slots: Int32Array, count: number, at: Int32Array, out: readonly OutputColumn[], used: number): void {
    this.#columns.forEach((column, k) => column.write(slots, count, at, out[k], used));
  }

  /** What was told of one slot is the other's from now on. */
  exchange(a: number, b: number): void {
    for (const column of this.#columns) column.exchange(a, b);
  }

  bytes(): number {
    return this.#columns.reduce((total, column) => total + column.bytes(), 0);
  }

  snapshot(writer: StateWriter, used: number): void {
    this.#columns.forEach((column, k) => column.snapshot(writer.section(`${k}`), used));
  }

  restore(reader: StateReader): void {
    this.#columns.forEach((column, k) => column.restore(reader.section(`${k}`)));
  }
}

interface ToldColumn {
  grow(capacity: number): void;
  note(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn): void;
  write(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn, used: number): void;
  exchange(a: number, b: number): void;
  bytes(): number;
  snapshot(writer: StateWriter, used: number): void;
  restore(reader: StateReader): void;
}

/** Values in lanes; strings as codes of the dictionary that the values come with. */
class ToldLane implements ToldColumn {
  #data: Lane;
  #valid: Uint8Array;
  #dictionary: Dictionary | null = null;

  constructor(
    readonly type: DataType,
    capacity: number,
  ) {
    this.#data = laneFor(type, capacity);
    this.#valid = new Uint8Array(capacity);
  }

  grow(capacity: number): void {
    const data = laneFor(this.type, capacity, this.#data instanceof BigInt64Array);
    (data as Float64Array).set(this.#data as Float64Array);
    this.#data = data;
    const valid = new Uint8Array(capacity);
    valid.set(this.#valid);
    this.#valid = valid;
  }

  note(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn): void {
    if (out.isWide && !(this.#data instanceof BigInt64Array)) {
      this.#data = BigInt64Array.from(this.#data as Float64Array, wideValue);
    }
    const { data, valid, nullable } = out;
    if (this.#data instanceof BigInt64Array) {
      for (let k = 0; k < count; k++) this.#data[slots[k]] = wideValue(data[at[k]]);
    } else if (this.#data instanceof Float64Array)
      copyFloats(data as Float64Array, at, this.#data, slots, count);
    else copyInts(data as Int32Array, at, this.#data as Int32Array, slots, count);
    if (nullable) for (let k = 0; k < count; k++) this.#valid[slots[k]] = valid[at[k]];
    this.#dictionary = out.dictionary;
  }

  write(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn, used: number): void {
    if (this.#data instanceof BigInt64Array) out.widen(used);
    const { data, valid, nullable } = out;
    if (data instanceof BigInt64Array) {
      for (let k = 0; k < count; k++) data[at[k]] = wideValue(this.#data[slots[k]]);
    } else if (data instanceof Float64Array) copyFloats(this.#data as Float64Array, slots, data, at, count);
    else copyInts(this.#data as Int32Array, slots, data as Int32Array, at, count);
    if (nullable) for (let k = 0; k < count; k++) valid[at[k]] = this.#valid[slots[k]];
    if (hasDictionary(this.type)) out.dictionary = this.#dictionary;
  }

  exchange(a: number, b: number): void {
    for (const array of [this.#data, this.#valid]) {
      const held = array[a];
      array[a] = array[b] as never;
      array[b] = held as never;
    }
  }

  bytes(): number {
    return this.#data.byteLength + this.#valid.byteLength;
  }

  snapshot(writer: StateWriter, used: number): void {
    writer.lane('values', this.#data, used);
    writer.lane('valid', this.#valid, used);
    if (this.#dictionary !== null) writer.dictionary('dictionary', this.#dictionary);
  }

  restore(reader: StateReader): void {
    const values = reader.lane('values');
    if (values instanceof BigInt64Array && isInt64Like(this.type)) {
      this.#data = new BigInt64Array(this.#data.length);
    }
    (this.#data as Float64Array).set(values as Float64Array);
    this.#valid.set(reader.lane('valid') as Uint8Array);
    if (reader.has('dictionary')) this.#dictionary = reader.dictionary('dictionary');
  }
}

/** A loop for each kind of array keeps both fast. */
function copyFloats(
  from: Float64Array,
  fromAt: Int32Array,
  to: Float64Array,
  toAt: Int32Array,
  count: number,
): void {
  for (let k = 0; k < count; k++) to[toAt[k]] = from[fromAt[k]];
}

function copyInts(
  from: Int32Array | Uint8Array,
  fromAt: Int32Array,
  to: Int32Array | Uint8Array,
  toAt: Int32Array,
  count: number,
): void {
  for (let k = 0; k < count; k++) to[toAt[k]] = from[fromAt[k]];
}

/** Texts that were made anew: they are in no dictionary that lasts. */
class ToldTexts implements ToldColumn {
  #texts: (string | null)[];

  constructor(capacity: number) {
    this.#texts = new Array<string | null>(capacity).fill(null);
  }

  grow(capacity: number): void {
    while (this.#texts.length < capacity) this.#texts.push(null);
  }

  note(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn): void {
    const { data, valid, nullable } = out;
    const dictionary = out.makeDictionary();
    for (let k = 0; k < count; k++) {
      const isNull = nullable && valid[at[k]] === 0;
      this.#texts[slots[k]] = isNull ? null : dictionary.at(data[at[k]] as number);
    }
  }

  write(slots: Int32Array, count: number, at: Int32Array, out: OutputColumn): void {
    const dictionary = out.makeDictionary();
    for (let k = 0; k < count; k++) {
      const text = this.#texts[slots[k]];
      out.data[at[k]] = text === null ? 0 : dictionary.intern(text);
      if (out.nullable) out.valid[at[k]] = text === null ? 0 : 1;
    }
  }

  exchange(a: number, b: number): void {
    const held = this.#texts[a];
    this.#texts[a] = this.#texts[b];
    this.#texts[b] = held;
  }

  bytes(): number {
    return this.#texts.reduce((total, text) => total + 8 + 2 * (text?.length ?? 0), 0);
  }

  snapshot(writer: StateWriter, used: number): void {
    writer.value('texts', this.#texts.slice(0, used));
  }

  restore(reader: StateReader): void {
    (reader.value('texts') as readonly (string | null)[]).forEach((text, slot) => (this.#texts[slot] = text));
  }
}
