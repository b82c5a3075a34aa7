import { hasNull, type Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hashBigInt, hashNumber } from '../columns/hash.js';
import { hasDictionary, isInt64Like, type DataType } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { OutputColumn } from './output.js';
import type { SnapshotValue, StateReader, StateWriter } from './snapshot.js';

/** Numbers the values of one key column, below `size`. NULL is a value like others here. */
export interface ValueIds {
  readonly size: number;
  /** The ids of rows: in `ids`, or in an array that is the column's own, which nobody may write to. */
  assign(column: Column, count: number, ids: Int32Array): Int32Array;
  /** The id of a value, or -1 where it has none: nothing is added. */
  find(value: Value): number;
  /** Writes the values of ids to a column, each at its position. */
  write(ids: Int32Array, count: number, at: Int32Array, out: OutputColumn): void;
  bytes(): number;
  snapshot(writer: StateWriter): void;
  restore(reader: StateReader): void;
}

/** The numbering for a column type; `byPlace`: values are numbered in the order in which they come, come what may. */
export function valueIdsFor(type: DataType, byPlace = false): ValueIds {
  return hasDictionary(type) ? new StringIds(!byPlace) : new NumberIds(type);
}

/** Up to so many strings the codes of a dictionary are the ids, seen or not. */
const FEW_STRINGS = 4096;

/**
 * Strings. While the dictionary is small its codes are the ids, and numbering rows costs nothing; from the first NULL on, or when it has grown, a table
 * from codes to ids numbers those that come.
 */
class StringIds implements ValueIds {
  #size = 0;
  #dictionary: Dictionary | null = null;
  /** Ids + 1 by code of `#dictionary`; 0 is unknown. */
  #idOf = new Int32Array(0);
  #codeOf = new Int32Array(0);
  #nullId = -1;
  readonly #foreign = new WeakMap<Dictionary, Int32Array>();
  #translated = new Int32Array(0);

  #isIdentity: boolean;

  constructor(isIdentity: boolean) {
    this.#isIdentity = isIdentity;
  }

  get size(): number {
    return this.#size;
  }

  assign(column: Column, count: number, ids: Int32Array): Int32Array {
    const own = (this.#dictionary ??= column.dictionary as Dictionary);
    let codes = column.data as Int32Array;
    if (column.dictionary !== own) {
      if (this.#translated.length < count) this.#translated = new Int32Array(count * 2);
      codes = translate(column, count, own, this.#foreign, this.#translated);
    }
    const { valid } = column;
    if (this.#isIdentity) {
      if (own.size <= FEW_STRINGS && (valid === null || !hasNull(valid, count))) {
        this.#size = own.size;
        return codes;
      }
      this.#makeTable();
    }
    if (own.size > this.#idOf.length) this.#idOf = grown(this.#idOf, own.size);
    const idOf = this.#idOf;
    for (let i = 0; i < count; i++) {
      if (valid !== null && valid[i] === 0) {
        if (this.#nullId < 0) this.#nullId = this.#add(-1);
        ids[i] = this.#nullId;
        continue;
      }
      const code = codes[i];
      let id = idOf[code] - 1;
      if (id < 0) {
        id = this.#add(code);
        idOf[code] = id + 1;
      }
      ids[i] = id;
    }
    return ids;
  }

  find(value: Value): number {
    if (value === null) return this.#nullId;
    const code = this.#dictionary?.codeOf(value as string) ?? -1;
    if (this.#isIdentity) return code < this.#size ? code : -1;
    return code >= 0 && code < this.#idOf.length ? this.#idOf[code] - 1 : -1;
  }

  #makeTable(): void {
    this.#isIdentity = false;
    const length = Math.max(256, this.#size);
    this.#idOf = new Int32Array(length);
    this.#codeOf = new Int32Array(length);
    for (let id = 0; id < this.#size; id++) {
      this.#idOf[id] = id + 1;
      this.#codeOf[id] = id;
    }
  }

  #add(code: number): number {
    if (this.#size === this.#codeOf.length) this.#codeOf = grown(this.#codeOf, this.#size + 1);
    this.#codeOf[this.#size] = code;
    return this.#size++;
  }

  write(ids: Int32Array, count: number, at: Int32Array, out: OutputColumn): void {
    out.dictionary = this.#dictionary;
    const data = out.data as Int32Array;
    if (this.#isIdentity) {
      for (let k = 0; k < count; k++) data[at[k]] = ids[k];
      if (out.nullable) for (let k = 0; k < count; k++) out.valid[at[k]] = 1;
      return;
    }
    for (let k = 0; k < count; k++) {
      const code = this.#codeOf[ids[k]];
      data[at[k]] = code < 0 ? 0 : code;
      if (out.nullable) out.valid[at[k]] = code < 0 ? 0 : 1;
    }
  }

  /** Without the strings, which the source holds. */
  bytes(): number {
    return this.#idOf.byteLength + this.#codeOf.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.value('identity', this.#isIdentity);
    writer.value('size', this.#size);
    writer.lane('codes', this.#codeOf, this.#isIdentity ? 0 : this.#size);
    if (this.#dictionary !== null) writer.dictionary('dictionary', this.#dictionary);
  }

  restore(reader: StateReader): void {
    if (reader.has('dictionary')) this.#dictionary = reader.dictionary('dictionary');
    this.#size = reader.value('size') as number;
    if (reader.value('identity') === true) return;
    const codes = reader.lane('codes') as Int32Array<ArrayBuffer>;
    this.#makeTable();
    this.#idOf = new Int32Array(Math.max(256, this.#dictionary?.size ?? 0));
    this.#codeOf = grown(codes, 256);
    this.#nullId = codes.indexOf(-1);
    for (let id = 0; id < codes.length; id++) if (codes[id] >= 0) this.#idOf[codes[id]] = id + 1;
  }
}

/** A string column's codes in another dictionary, which learns what it does not know, in `codes`. Tables are kept for each foreign dictionary. */
export function translate(
  column: Column,
  count: number,
  own: Dictionary,
  tables: WeakMap<Dictionary, Int32Array>,
  codes: Int32Array = new Int32Array(count),
): Int32Array {
  const foreign = column.dictionary as Dictionary;
  let table = tables.get(foreign);
  if (table === undefined || table.length < foreign.size) {
    table = table === undefined ? new Int32Array(Math.max(16, foreign.size)) : grown(table, foreign.size);
    tables.set(foreign, table);
  }
  const { valid } = column;
  const data = column.data as Int32Array;
  for (let i = 0; i < count; i++) {
    if (valid !== null && valid[i] === 0) {
      codes[i] = 0;
      continue;
    }
    const code = data[i];
    let mapped = table[code] - 1;
    if (mapped < 0) {
      mapped = own.intern(foreign.at(code));
      table[code] = mapped + 1;
    }
    codes[i] = mapped;
  }
  return codes;
}

/** An entry of a map and a BigInt, roughly. */
const BYTES_PER_WIDE = 80;

/** Everything held as a number: an open-addressing table over float64. One NaN, and -0 is 0. Wide int64 are in the table, too, and their values beside it. */
class NumberIds implements ValueIds {
  size = 0;
  #values = new Float64Array(256);
  #table = new Int32Array(512);
  #mask = 511;
  #nullId = -1;
  readonly #wideOf = new Map<number, bigint>();

  constructor(readonly type: DataType) {}

  assign(column: Column, count: number, ids: Int32Array): Int32Array {
    const { data, valid } = column;
    if (valid === null && data instanceof Float64Array) return this.#assignRuns(data, count, ids);
    for (let i = 0; i < count; i++) {
      if (valid !== null && valid[i] === 0) {
        if (this.#nullId < 0) this.#nullId = this.#add(0);
        ids[i] = this.#nullId;
      } else {
        const value = data[i];
        ids[i] = typeof value === 'bigint' ? this.#idOfWide(value) : this.#idOf(value);
      }
    }
    return ids;
  }

  /** Equal numbers mostly come together: a window's end, a level. */
  #assignRuns(data: Float64Array, count: number, ids: Int32Array): Int32Array {
    let last = NaN;
    let id = -1;
    for (let i = 0; i < count; i++) {
      const value = data[i];
      if (value !== last) {
        id = this.#idOf(value);
        last = value;
      }
      ids[i] = id;
    }
    return ids;
  }

  #idOf(given: number): number {
    const value = given === 0 ? 0 : given !== given ? NaN : given;
    let slot = hashNumber(value) & this.#mask;
    const hasWide = this.#wideOf.size > 0;
    for (;;) {
      const id = this.#table[slot] - 1;
      if (id < 0) break;
      const known = this.#values[id];
      // -0 has become 0.
      if ((known === value || (known !== known && value !== value)) && id !== this.#nullId)
        if (!hasWide || !this.#wideOf.has(id)) return id;
      slot = (slot + 1) & this.#mask;
    }
    const id = this.#add(value);
    this.#enter(id, slot);
    return id;
  }

  find(given: Value): number {
    if (given === null) return this.#nullId;
    const number = Number(given);
    if (typeof given === 'bigint' && !Number.isSafeInteger(number))
      return this.#table[this.#slotOfWide(given)] - 1;
    const value = number === 0 ? 0 : number;
    let slot = hashNumber(value) & this.#mask;
    for (;;) {
      const id = this.#table[slot] - 1;
      if (id < 0) return -1;
      if (id !== this.#nullId && Object.is(this.#values[id], value) && !this.#wideOf.has(id)) return id;
      slot = (slot + 1) & this.#mask;
    }
  }

  #idOfWide(value: bigint): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return this.#idOf(number);
    const slot = this.#slotOfWide(value);
    const known = this.#table[slot] - 1;
    if (known >= 0) return known;
    const id = this.#add(NaN);
    this.#wideOf.set(id, value);
    this.#enter(id, slot);
    return id;
  }

  /** Where a wide value's id is, or would be. */
  #slotOfWide(value: bigint): number {
    let slot = hashBigInt(value) & this.#mask;
    for (;;) {
      const id = this.#table[slot] - 1;
      if (id < 0 || this.#wideOf.get(id) === value) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #enter(id: number, slot: number): void {
    this.#table[slot] = id + 1;
    if (this.size * 2 > this.#table.length) this.#rehash();
  }

  #add(value: number): number {
    if (this.size === this.#values.length) {
      const values = new Float64Array(this.size * 2);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values[this.size] = value;
    return this.size++;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (const entry of this.#table) if (entry !== 0) this.#put(table, mask, entry);
    this.#table = table;
    this.#mask = mask;
  }

  #put(table: Int32Array, mask: number, entry: number): void {
    const wide = this.#wideOf.size === 0 ? undefined : this.#wideOf.get(entry - 1);
    let slot = (wide === undefined ? hashNumber(this.#values[entry - 1]) : hashBigInt(wide)) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = entry;
  }

  bytes(): number {
    return this.#values.byteLength + this.#table.byteLength + this.#wideOf.size * BYTES_PER_WIDE;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('values', this.#values, this.size);
    writer.value('null', this.#nullId);
    writer.value('wide', [...this.#wideOf] as readonly SnapshotValue[]);
  }

  restore(reader: StateReader): void {
    const values = reader.lane('values');
    this.size = values.length;
    this.#nullId = reader.value('null') as number;
    for (const [id, value] of reader.value('wide') as [number, bigint][]) this.#wideOf.set(id, value);
    let capacity = 256;
    while (capacity < this.size) capacity *= 2;
    this.#values = new Float64Array(capacity);
    this.#values.set(values as Float64Array);
    this.#table = new Int32Array(capacity * 2);
    this.#mask = this.#table.length - 1;
    for (let id = 0; id < this.size; id++)
      if (id !== this.#nullId) this.#put(this.#table, this.#mask, id + 1);
  }

  write(ids: Int32Array, count: number, at: Int32Array, out: OutputColumn): void {
    if (isInt64Like(this.type) && this.#wideOf.size > 0) {
      for (let k = 0; k < count; k++) if (this.#wideOf.has(ids[k])) out.widen(out.data.length);
    }
    const data = out.data;
    for (let k = 0; k < count; k++) {
      const id = ids[k];
      const isNull = id === this.#nullId;
      if (out.nullable) out.valid[at[k]] = isNull ? 0 : 1;
      if (data instanceof BigInt64Array)
        data[at[k]] = isNull ? 0n : (this.#wideOf.get(id) ?? BigInt(this.#values[id]));
      else data[at[k]] = isNull ? 0 : this.#values[id];
    }
  }
}

/** A copy of an array with room for at least `needed`. */
export function grown(array: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  let length = Math.max(16, array.length);
  while (length < needed) length *= 2;
  const next = new Int32Array(length);
  next.set(array);
  return next;
}
