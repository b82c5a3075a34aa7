import type { Dictionary } from '../../../columns/dictionary.js';
import { ValueMap } from '../../../columns/valueMap.js';
import type { PlainValue } from '../define.js';
import { compareHeld, type HeldValue } from './held.js';
import { OrderedRows } from './orderedRows.js';

/**
 * How often each value was seen: how many there are, and the most frequent. One NaN, and -0 is 0. Values are kept in order
 * of frequency from when one is first taken back.
 */
export class ValueCounts {
  readonly #counts = new ValueMap<HeldValue, number>();
  #best: HeldValue = 0;
  #bestCount = 0;
  #order: OrderedRows | null = null;

  get size(): number {
    return this.#counts.size;
  }

  add(value: HeldValue, dictionary: Dictionary | null): void {
    this.#change(value, 1, dictionary);
  }

  remove(value: HeldValue, dictionary: Dictionary | null): void {
    this.#ordered(dictionary);
    this.#change(value, -1, dictionary);
  }

  /** The most frequent value, of equally frequent ones the smallest; there must be one. */
  mode(): HeldValue {
    return this.#order === null ? this.#best : this.#order.first();
  }

  merge(other: ValueCounts, dictionary: Dictionary | null): void {
    for (const [value, count] of other.#counts.entries()) this.#change(value, count, dictionary);
  }

  #change(value: HeldValue, by: number, dictionary: Dictionary | null): void {
    const before = this.#counts.get(value) ?? 0;
    const after = before + by;
    if (after < 0) return;
    if (after === 0) this.#counts.delete(value);
    else this.#counts.set(value, after);
    if (this.#order !== null) {
      if (before > 0) this.#order.remove(-before, 0, value, dictionary);
      if (after > 0) this.#order.add(-after, 0, value, dictionary);
    } else if (
      after > this.#bestCount ||
      (after === this.#bestCount && compareHeld(value, this.#best, dictionary) < 0)
    ) {
      this.#best = value;
      this.#bestCount = after;
    }
  }

  /** Keeps the values in order of frequency from now on. */
  #ordered(dictionary: Dictionary | null): void {
    if (this.#order !== null) return;
    this.#order = new OrderedRows(true);
    for (const [value, count] of this.#counts.entries()) this.#order.add(-count, 0, value, dictionary);
  }

  encode(): PlainValue {
    return {
      values: this.#counts.keys(),
      counts: this.#counts.values(),
      best: [this.#best, this.#bestCount],
      order: this.#order?.encode() ?? null,
    };
  }

  static decode(plain: PlainValue): ValueCounts {
    const { values, counts, best, order } = plain as {
      readonly values: readonly HeldValue[];
      readonly counts: readonly number[];
      readonly best: readonly [HeldValue, number];
      readonly order: PlainValue;
    };
    const held = new ValueCounts();
    values.forEach((value, k) => held.#counts.set(value, counts[k]));
    [held.#best, held.#bestCount] = best;
    if (order !== null) held.#order = OrderedRows.decode(true, order);
    return held;
  }
}
