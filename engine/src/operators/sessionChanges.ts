import { RowKind } from '../columns/batch.js';
import type { TimeUnit } from '../columns/types.js';
import { dropEqualUpdates, type ChangeForm } from './changes.js';
import { grownTimes } from './growing.js';
import type { Grouping } from './grouping.js';
import type { OutputBuffer, OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';
import { writeSpans } from './windowColumns.js';

/** Sessions as they are told: their state, spans, and which of them are no more. */
export interface ToldSessions {
  readonly store: StateStore;
  readonly starts: Float64Array;
  readonly lasts: Float64Array;
  readonly dead: Uint8Array;
  readonly times: { readonly gapUs: number };
}

/**
 * Tells how sessions changed. A session's end is part of its key, so one that has grown, or was merged into another, is taken
 * back (`-D`) and the new one put (`+I`); one that kept its end is updated (`-U`, `+U`; `+U` alone where `upsert`).
 */
export class SessionChanges {
  /** The spans that were told last, by slot. */
  #starts = new Float64Array(0);
  #ends = new Float64Array(0);
  #old = new Int32Array(0);
  #oldAt = new Int32Array(0);
  #live = new Int32Array(0);
  #liveAt = new Int32Array(0);
  readonly #keys: readonly OutputColumn[];
  readonly #values: readonly OutputColumn[];

  constructor(
    readonly grouping: Grouping,
    readonly set: ToldSessions,
    readonly out: OutputBuffer,
    readonly unit: TimeUnit,
    readonly form: ChangeForm,
  ) {
    const keys = grouping.plan.keys.length;
    this.#keys = out.columns.slice(0, keys);
    this.#values = out.columns.slice(keys + 3);
  }

  /** The end that was told of a session. */
  toldEnd(slot: number): number {
    return this.#ends[slot];
  }

  /** Writes sessions once, as they are. Returns where they begin. */
  insert(slots: Int32Array, count: number): number {
    const from = this.out.reserve(count);
    this.#writeLive(slots, count, this.grouping.positions(from, count));
    this.out.kinds.fill(RowKind.Insert, from, from + count);
    return from;
  }

  /** Writes what changed of sessions since they were told last. Returns where the rows begin. */
  change(slots: Int32Array, count: number): number {
    const { out, set } = this;
    const { store } = set;
    this.#fit(count);
    const from = out.reserve(2 * count);
    let rows = from;
    let old = 0;
    let live = 0;
    const takeBack = (slot: number, kind: RowKind): void => {
      this.#old[old] = slot;
      this.#oldAt[old++] = rows;
      out.kinds[rows++] = kind;
    };
    for (let k = 0; k < count; k++) {
      const slot = slots[k];
      const told = store.emitted[slot] === 1;
      if (set.dead[slot] === 1) {
        if (told) takeBack(slot, RowKind.Delete);
        store.emitted[slot] = 0;
        continue;
      }
      const stays = told && this.#ends[slot] === set.lasts[slot] + set.times.gapUs;
      if (told && (!stays || this.form === 'retract'))
        takeBack(slot, stays ? RowKind.UpdateBefore : RowKind.Delete);
      this.#live[live] = slot;
      this.#liveAt[live++] = rows;
      out.kinds[rows++] = stays ? RowKind.UpdateAfter : RowKind.Insert;
    }
    out.length = rows;
    if (old > 0) this.#writeOld(old);
    this.#writeLive(this.#live, live, this.#liveAt);
    store.told?.note(this.#live, live, this.#liveAt, this.#values);
    for (let k = 0; k < live; k++) {
      const slot = this.#live[k];
      this.#starts[slot] = set.starts[slot];
      this.#ends[slot] = set.lasts[slot] + set.times.gapUs;
    }
    store.settle(this.#live, live);
    // The end is the same in both rows of a pair; the start may have moved.
    if (old > 0 && this.form === 'retract') dropEqualUpdates(out, from, this.#keys.length);
    return from;
  }

  #writeOld(count: number): void {
    const { grouping, out } = this;
    const { store } = this.set;
    grouping.writeKeys(store, this.#old, count, this.#oldAt, this.#keys);
    writeSpans(out, this.#keys.length, this.unit, this.#old, count, this.#oldAt, this.#starts, this.#ends);
    store.told?.write(this.#old, count, this.#oldAt, this.#values, out.length);
  }

  #writeLive(slots: Int32Array, count: number, at: Int32Array): void {
    const { grouping, out, set } = this;
    grouping.writeKeys(set.store, slots, count, at, this.#keys);
    writeSpans(out, this.#keys.length, this.unit, slots, count, at, set.starts, set.lasts, set.times.gapUs);
    grouping.writeValues(set.store, slots, count, at, this.#values, out.length);
  }

  /** What was told of a session that was merged into an earlier one is that one's from now on: it has the later end. */
  exchange(earlier: number, later: number): void {
    this.#fit(0);
    const { emitted, told } = this.set.store;
    for (const array of [emitted, this.#starts, this.#ends]) {
      const held = array[earlier];
      array[earlier] = array[later];
      array[later] = held;
    }
    told?.exchange(earlier, later);
  }

  #fit(count: number): void {
    const slots = this.set.starts.length;
    if (this.#ends.length < slots) {
      this.#starts = grownTimes(this.#starts, slots);
      this.#ends = grownTimes(this.#ends, slots);
    }
    if (this.#old.length >= count) return;
    this.#old = grown(this.#old, count);
    this.#oldAt = grown(this.#oldAt, count);
    this.#live = grown(this.#live, count);
    this.#liveAt = grown(this.#liveAt, count);
  }

  snapshot(writer: StateWriter): void {
    writer.lane('starts', this.#starts);
    writer.lane('ends', this.#ends);
  }

  restore(reader: StateReader): void {
    this.#starts = reader.lane('starts') as Float64Array<ArrayBuffer>;
    this.#ends = reader.lane('ends') as Float64Array<ArrayBuffer>;
  }
}
