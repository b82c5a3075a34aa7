import { ValueMap } from '../../../columns/valueMap.js';
import type { PlainValue } from '../define.js';
import type { HeldValue } from './held.js';

interface Entry {
  readonly values: readonly HeldValue[];
  count: number;
}

/** The distinct lists of arguments that a group has seen, and how often each. One NaN, and -0 is 0. */
export class DistinctRows {
  readonly #entries = new ValueMap<HeldValue | string, Entry>();

  /** @param width the number of arguments */
  constructor(readonly width: number) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Adds a row; true where it is the first of its kind. */
  add(...values: HeldValue[]): boolean {
    return this.#add(values, 1);
  }

  /** Takes a row back; true where it was the last of its kind. */
  remove(...values: HeldValue[]): boolean {
    const key = this.#key(values);
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.count > 0) return false;
    this.#entries.delete(key);
    return true;
  }

  /** Adds what another group has seen; `added` is called with what this one had not. */
  merge(other: DistinctRows, added: (...values: readonly HeldValue[]) => void): void {
    for (const { values, count } of other.#entries.values()) {
      if (this.#add(values, count)) added(...values);
    }
  }

  #add(values: readonly HeldValue[], count: number): boolean {
    const key = this.#key(values);
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.count += count;
      return false;
    }
    this.#entries.set(key, { values, count });
    return true;
  }

  #key(values: readonly HeldValue[]): HeldValue | string {
    return this.width === 1 ? values[0] : values.join(' ');
  }

  encode(): PlainValue {
    return this.#entries.values().map(({ values, count }) => [count, ...values]);
  }

  static decode(width: number, plain: PlainValue): DistinctRows {
    const rows = new DistinctRows(width);
    for (const [count, ...values] of plain as readonly (readonly [number, ...HeldValue[]])[]) {
      rows.#add(values, count);
    }
    return rows;
  }
}
