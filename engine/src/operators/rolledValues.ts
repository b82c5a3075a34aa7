import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { sameRows } from './rowCompare.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** The new columns' values that rows were told with, by position: those that take their place are appended. */
export class RolledValues {
  readonly store: RowStore;

  constructor(schema: Schema) {
    this.store = new RowStore(schema);
  }

  /** Appends values; returns where the first ones are. */
  append(columns: readonly Column[], from: number, to: number): number {
    const { used } = this.store;
    this.store.append(columns, from, to);
    return used;
  }

  /** Which of the values at `at`, `at + 1`, … are not those at these other positions; -1 stands for other ones than any. */
  differing(at: number, others: Int32Array, count: number, differ: Uint8Array): void {
    const columns = this.store.view(0, this.store.used);
    for (let k = 0; k < count; k++)
      differ[k] = others[k] < 0 || !sameRows(columns, others[k], at + k) ? 1 : 0;
  }

  /** Whether two positions hold the same values. */
  alike(a: number, b: number): boolean {
    return sameRows(this.store.view(0, this.store.used), a, b);
  }

  /** Forgets all values but those at the positions, plus one, that the first elements hold, which then hold where they lie; 0: none. */
  keep(told: Int32Array, count: number): void {
    const kept = told
      .slice(0, count)
      .filter(at => at > 0)
      .sort();
    const places = new Int32Array(this.store.used);
    for (let k = 0; k < kept.length; k++) places[--kept[k]] = k;
    this.store.compact(kept, kept.length);
    for (let k = 0; k < count; k++) if (told[k] > 0) told[k] = places[told[k] - 1] + 1;
  }

  bytes(): number {
    return this.store.bytes();
  }

  snapshot(writer: StateWriter): void {
    this.store.snapshot(writer, 0);
  }

  restore(reader: StateReader): void {
    this.store.restore(reader);
  }
}
