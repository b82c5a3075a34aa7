import { RowKind } from '../columns/batch.js';
import type { Grouping } from './grouping.js';
import type { OutputBuffer, OutputColumn } from './output.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/** Which columns of the output hold keys and which aggregates; window columns lie between them. */
export interface OutputLayout {
  readonly keys: number;
  readonly windows: number;
}

/** How changes are told: with the earlier values that they replace, or by key alone. */
export type ChangeForm = 'retract' | 'upsert';

/** Writes groups to an output: their keys, values and row kinds. */
export class ChangeWriter {
  #live = new Int32Array(0);
  #liveAt = new Int32Array(0);
  #old = new Int32Array(0);
  #oldAt = new Int32Array(0);
  readonly #keys: readonly OutputColumn[];
  readonly #values: readonly OutputColumn[];

  constructor(
    readonly grouping: Grouping,
    readonly out: OutputBuffer,
    readonly layout: OutputLayout,
    readonly form: ChangeForm,
  ) {
    const { keys, windows } = layout;
    this.#keys = out.columns.slice(0, keys);
    this.#values = out.columns.slice(keys + windows);
  }

  /** Writes groups as they are, all as inserts. Returns where they begin. */
  insert(store: StateStore, slots: Int32Array, count: number): number {
    const from = this.out.reserve(count);
    const at = this.grouping.positions(from, count);
    this.#write(store, slots, count, at);
    this.out.kinds.fill(RowKind.Insert, from, from + count);
    return from;
  }

  /**
   * Writes what changed: `+I` for a group not emitted before, `-U` and `+U` for one that was (`+U` alone where `upsert`), `-D`
   * for one of no rows. Equal values are left out. Returns where the rows begin; `gone` is called for slots without rows.
   */
  change(store: StateStore, slots: Int32Array, count: number, gone: ((slot: number) => void) | null): number {
    const { out, grouping } = this;
    const from = out.length;
    this.#fit(count);
    let live = 0;
    let old = 0;
    let rows = 0;
    const retracting = grouping.plan.shape.retracting;
    const begin = out.reserve(count * 2);
    for (let k = 0; k < count; k++) {
      const slot = slots[k];
      const dead = retracting && !(store.rows(slot) > 0);
      const emitted = store.emitted[slot] === 1;
      if (dead) {
        if (emitted) {
          this.#old[old] = slot;
          this.#oldAt[old++] = begin + rows;
          out.kinds[begin + rows++] = RowKind.Delete;
        }
        continue;
      }
      if (emitted && this.form === 'retract') {
        this.#old[old] = slot;
        this.#oldAt[old++] = begin + rows;
        out.kinds[begin + rows++] = RowKind.UpdateBefore;
      }
      this.#live[live] = slot;
      this.#liveAt[live++] = begin + rows;
      out.kinds[begin + rows++] = emitted ? RowKind.UpdateAfter : RowKind.Insert;
    }
    out.length = begin + rows;
    if (old > 0) this.#writeTold(store, old);
    this.#write(store, this.#live, live, this.#liveAt);
    store.told?.note(this.#live, live, this.#liveAt, this.#values);
    store.settle(slots, count);
    if (retracting) {
      for (let k = 0; k < count; k++) {
        if (store.rows(slots[k]) > 0) continue;
        // A group that comes again is a new one.
        store.emitted[slots[k]] = 0;
        gone?.(slots[k]);
      }
    }
    if (this.form === 'retract' && old > 0)
      dropEqualUpdates(out, from, this.layout.keys + this.layout.windows);
    return from;
  }

  #write(store: StateStore, slots: Int32Array, count: number, at: Int32Array): void {
    const { grouping, out } = this;
    grouping.writeKeys(store, slots, count, at, this.#keys);
    grouping.writeValues(store, slots, count, at, this.#values, out.length);
  }

  #writeTold(store: StateStore, count: number): void {
    if (store.told === null) throw new Error('a group that was not noted is taken back');
    this.grouping.writeKeys(store, this.#old, count, this.#oldAt, this.#keys);
    store.told.write(this.#old, count, this.#oldAt, this.#values, this.out.length);
  }

  #fit(count: number): void {
    if (this.#live.length >= count) return;
    this.#live = grown(this.#live, count);
    this.#liveAt = grown(this.#liveAt, count);
    this.#old = grown(this.#old, count);
    this.#oldAt = grown(this.#oldAt, count);
  }
}

/** Takes out pairs of `-U` and `+U`, from a row on, that are the same in the columns from `first` on. */
export function dropEqualUpdates(out: OutputBuffer, from: number, first: number): void {
  const values = out.columns.slice(first);
  let to = from;
  for (let row = from; row < out.length; row++) {
    if (out.kinds[row] === RowKind.UpdateBefore) {
      const same = values.every(({ data, valid, nullable }) => {
        if (nullable && valid[row] !== valid[row + 1]) return false;
        return (nullable && valid[row] === 0) || Object.is(data[row], data[row + 1]);
      });
      if (same) {
        row++;
        continue;
      }
    }
    if (to !== row) {
      out.kinds[to] = out.kinds[row];
      for (const column of out.columns) {
        column.data[to] = column.data[row] as never;
        if (column.nullable) column.valid[to] = column.valid[row];
      }
    }
    to++;
  }
  out.length = to;
}
