import type { Column } from '../columns/column.js';
import { hashPair } from '../columns/hash.js';
import type { DataType } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import { OutputColumn } from './output.js';
import { compareRows } from './rowCompare.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown, valueIdsFor, type ValueIds } from './valueIds.js';

/**
 * Numbers the keys of groups: each key column's values are numbered, and pairs of these numbers are, until one is left. Group numbers
 * index dense state, so nothing downstream hashes or compares keys. They are below `size`, which may count strings that have not come, and
 * are in no order, but where `byPlace` asks for it.
 */
export class GroupIndex {
  readonly #types: readonly DataType[];
  #columns: ValueIds[] = [];
  #pairs: PairIds[] = [];
  #scratch: Int32Array = new Int32Array(0);
  #single: Int32Array = new Int32Array(0);

  /** @param byPlace whether numbers rise in the order in which keys come, each by one */
  constructor(
    types: readonly DataType[],
    readonly byPlace = false,
  ) {
    this.#types = types;
    this.#clear();
  }

  #clear(byPlace = this.byPlace): void {
    this.#columns = this.#types.map(type => valueIdsFor(type, byPlace));
    this.#pairs = this.#types.slice(1).map(() => new PairIds());
  }

  /** How many groups there are numbers for. */
  get size(): number {
    if (this.#types.length === 0) return 1;
    return this.#pairs.at(-1)?.size ?? this.#columns[0].size;
  }

  /** The group numbers of a batch's rows. The array is this index's or a column's own, valid until the next call. */
  assign(keys: readonly Column[], count: number): Int32Array {
    if (this.#single.length < count) {
      this.#single = new Int32Array(Math.max(count, 1024));
      this.#scratch = new Int32Array(this.#single.length);
    }
    const ids = this.#single;
    if (keys.length === 0) return ids;
    let left = this.#columns[0].assign(keys[0], count, ids);
    for (let k = 1; k < keys.length; k++) {
      const right = this.#columns[k].assign(keys[k], count, this.#scratch);
      this.#pairs[k - 1].assign(left, right, count, ids);
      left = ids;
    }
    return left;
  }

  /** The number of a key, one exact value a column, or -1 where it has none: nothing is added. */
  find(key: readonly Value[]): number {
    if (this.#types.length === 0) return 0;
    let group = this.#columns[0].find(key[0]);
    for (let k = 1; k < key.length && group >= 0; k++) {
      const right = this.#columns[k].find(key[k]);
      group = right < 0 ? -1 : this.#pairs[k - 1].find(group, right);
    }
    return group;
  }

  /** Writes the keys of group numbers to columns, each at its position. */
  write(groups: Int32Array, count: number, at: Int32Array, out: readonly OutputColumn[]): void {
    let ids = groups;
    for (let k = this.#types.length - 1; k > 0; k--) {
      const left = new Int32Array(count);
      const right = new Int32Array(count);
      this.#pairs[k - 1].split(ids, count, left, right);
      this.#columns[k].write(right, count, at, out[k]);
      ids = left;
    }
    if (this.#types.length > 0) this.#columns[0].write(ids, count, at, out[0]);
  }

  bytes(): number {
    const parts = [...this.#columns, ...this.#pairs];
    return parts.reduce((total, part) => total + part.bytes(), this.#single.byteLength * 2);
  }

  /** The places of group numbers in order of their keys: column by column, text by code points, NULL last. */
  inOrder(groups: Int32Array): Int32Array {
    const columns = this.#keysOf(groups);
    const order = Int32Array.from(groups, (_, k) => k);
    return order.sort((a, b) => {
      for (const column of columns) {
        const difference = compareRows(column, a, b);
        if (difference !== 0) return difference;
      }
      return a - b;
    });
  }

  #keysOf(groups: Int32Array): Column[] {
    const count = groups.length;
    const out = this.#types.map(type => new OutputColumn(type, true, Math.max(1, count)));
    const places = Int32Array.from(groups, (_, k) => k);
    this.write(groups, count, places, out);
    return out.map(column => column.column(count));
  }

  /** Forgets all groups but these, which get new numbers: those of their places in the list. */
  keepOnly(groups: Int32Array): void {
    if (this.#types.length === 0) return;
    const keys = this.#keysOf(groups);
    this.#clear(true);
    this.assign(keys, groups.length);
  }

  snapshot(writer: StateWriter): void {
    this.#columns.forEach((column, k) => column.snapshot(writer.section(`column ${k}`)));
    this.#pairs.forEach((pairs, k) => pairs.snapshot(writer.section(`pairs ${k}`)));
  }

  restore(reader: StateReader): void {
    this.#clear();
    this.#columns.forEach((column, k) => column.restore(reader.section(`column ${k}`)));
    this.#pairs.forEach((pairs, k) => pairs.restore(reader.section(`pairs ${k}`)));
  }
}

/** Numbers distinct pairs of numbers: an open-addressing table. */
class PairIds {
  size = 0;
  #left = new Int32Array(256);
  #right = new Int32Array(256);
  #table = new Int32Array(512);
  #mask = 511;

  /** Gives `ids[i]` the number of the pair (`left[i]`, `right[i]`); `ids` may be `left`. */
  assign(left: Int32Array, right: Int32Array, count: number, ids: Int32Array): void {
    for (let i = 0; i < count; i++) {
      const a = left[i];
      const b = right[i];
      let slot = hashPair(a, b) & this.#mask;
      let id = this.#table[slot] - 1;
      while (id >= 0 && (this.#left[id] !== a || this.#right[id] !== b)) {
        slot = (slot + 1) & this.#mask;
        id = this.#table[slot] - 1;
      }
      if (id < 0) id = this.#add(a, b, slot);
      ids[i] = id;
    }
  }

  find(left: number, right: number): number {
    let slot = hashPair(left, right) & this.#mask;
    for (;;) {
      const id = this.#table[slot] - 1;
      if (id < 0 || (this.#left[id] === left && this.#right[id] === right)) return id;
      slot = (slot + 1) & this.#mask;
    }
  }

  split(ids: Int32Array, count: number, left: Int32Array, right: Int32Array): void {
    for (let k = 0; k < count; k++) {
      left[k] = this.#left[ids[k]];
      right[k] = this.#right[ids[k]];
    }
  }

  #add(a: number, b: number, slot: number): number {
    const id = this.size++;
    if (id === this.#left.length) {
      this.#left = grown(this.#left, id + 1);
      this.#right = grown(this.#right, id + 1);
    }
    this.#left[id] = a;
    this.#right[id] = b;
    this.#table[slot] = id + 1;
    if (this.size * 2 > this.#table.length) this.#rehash();
    return id;
  }

  bytes(): number {
    return this.#left.byteLength * 2 + this.#table.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('left', this.#left, this.size);
    writer.lane('right', this.#right, this.size);
  }

  restore(reader: StateReader): void {
    const left = reader.lane('left') as Int32Array;
    this.size = left.length;
    this.#left = grown(left, 256);
    this.#right = grown(reader.lane('right') as Int32Array, 256);
    this.#rehash(Math.max(512, 2 ** Math.ceil(Math.log2(2 * this.size + 1))));
  }

  #rehash(length = this.#table.length * 2): void {
    const table = new Int32Array(length);
    const mask = table.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = hashPair(this.#left[id], this.#right[id]) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id + 1;
    }
    this.#table = table;
    this.#mask = mask;
  }
}
