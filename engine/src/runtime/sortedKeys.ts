import type { Column } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { GroupIndex } from '../operators/groupIndex.js';
import { OutputColumn } from '../operators/output.js';
import { compareRows, compareToValue } from '../operators/rowCompare.js';

const FIRST_CAPACITY = 256;

/**
 * The keys of an index in order: column by column, text by code points, NaN as the greatest number, NULL last. Keys that have come since they
 * were last asked for are a tail, which is sorted and merged when somebody asks: a change of the table costs nothing here.
 */
export class SortedKeys {
  /** The group numbers of the keys that are in order. */
  #order = new Int32Array(0);
  /** Groups below this number are in order. */
  #known = 0;
  /** The values of each known key, at its group's number. */
  readonly #keys: readonly OutputColumn[];
  #capacity = FIRST_CAPACITY;

  constructor(types: readonly DataType[]) {
    this.#keys = types.map(type => new OutputColumn(type, true, FIRST_CAPACITY));
  }

  /** The group numbers in order of their keys, all of them that the index has. Not to be changed. */
  sync(groups: GroupIndex): Int32Array {
    const { size } = groups;
    if (size === this.#known) return this.#order;
    const fresh = Int32Array.from({ length: size - this.#known }, (_, k) => this.#known + k);
    this.#grow(size);
    groups.write(fresh, fresh.length, fresh, this.#keys);
    this.#known = size;
    const columns = this.#columns();
    const compare = (a: number, b: number): number => {
      for (const column of columns) {
        const difference = compareRows(column, a, b);
        if (difference !== 0) return difference;
      }
      return 0;
    };
    this.#merge(fresh.sort(compare), compare);
    return this.#order;
  }

  /** Puts sorted keys among those that are in order: what lies between two of them moves as one piece. */
  #merge(fresh: Int32Array, compare: (a: number, b: number) => number): void {
    const old = this.#order;
    const order = new Int32Array(old.length + fresh.length);
    let from = 0;
    for (let k = 0; k < fresh.length; k++) {
      const to = lowest(from, old.length, at => compare(old[at], fresh[k]) >= 0);
      order.set(old.subarray(from, to), from + k);
      order[to + k] = fresh[k];
      from = to;
    }
    order.set(old.subarray(from), from + fresh.length);
    this.#order = order;
  }

  /**
   * The places [first, end) in order of the keys from `from` to `to`, both included. Either may be the first columns of a key, which then
   * stand for all keys that begin so; without any column that side is open.
   */
  between(from: readonly Value[], to: readonly Value[]): readonly [first: number, end: number] {
    const columns = this.#columns();
    const order = this.#order;
    const against = (group: number, bound: readonly Value[]): number => {
      for (let k = 0; k < bound.length; k++) {
        const difference = compareToValue(columns[k], group, bound[k]);
        if (difference !== 0) return difference;
      }
      return 0;
    };
    const first = lowest(0, order.length, at => against(order[at], from) >= 0);
    return [first, lowest(first, order.length, at => against(order[at], to) > 0)];
  }

  #columns(): Column[] {
    return this.#keys.map(key => key.column(this.#known));
  }

  #grow(size: number): void {
    if (size <= this.#capacity) return;
    while (this.#capacity < size) this.#capacity *= 2;
    for (const key of this.#keys) key.grow(this.#capacity, this.#known);
  }

  /** The groups have other numbers; some are gone. */
  renumber(kept: Int32Array, numberOf: Int32Array): void {
    this.#order = this.#order.map(group => numberOf[group]).filter(group => group >= 0);
    let count = 0;
    while (count < kept.length && kept[count] < this.#known) count++;
    for (const { data, valid } of this.#keys) {
      for (let k = 0; k < count; k++) {
        data[k] = data[kept[k]] as never;
        valid[k] = valid[kept[k]];
      }
    }
    this.#known = count;
  }

  bytes(): number {
    const keys = this.#keys.reduce((total, { data, valid }) => total + data.byteLength + valid.byteLength, 0);
    return this.#order.byteLength + keys;
  }
}

/** The first place in [low, high) for which a condition holds that stays true from there on. */
function lowest(low: number, high: number, holds: (at: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
