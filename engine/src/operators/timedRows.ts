import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { Ticks } from './eventTicks.js';
import { grownTimes } from './growing.js';
import type { Renumbering } from './groupCensus.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Rows that are kept for a while with their times and keys, from `head` on. */
export class TimedRows implements Ticks {
  us = new Float64Array(0);
  sub: Int32Array | null;
  /** The key numbers; -1 where a key is NULL, so that the row meets nothing. */
  groups = new Int32Array(0);
  head = 0;
  #rest = new Int32Array(0);
  readonly store: RowStore;

  constructor(schema: Schema, fine: boolean) {
    this.store = new RowStore(schema);
    this.sub = fine ? new Int32Array(0) : null;
  }

  get used(): number {
    return this.store.used;
  }

  get isEmpty(): boolean {
    return this.head === this.store.used;
  }

  /** Appends the rows [from, to) of a batch's columns. */
  append(columns: readonly Column[], ticks: Ticks, groups: Int32Array, from: number, to: number): void {
    if (from >= to) return;
    const at = this.used;
    this.store.append(columns, from, to);
    this.#fit(this.used);
    this.us.set(ticks.us.subarray(from, to), at);
    this.groups.set(groups.subarray(from, to), at);
    if (this.sub !== null) this.sub.set((ticks.sub as Int32Array).subarray(from, to), at);
  }

  #fit(needed: number): void {
    if (this.us.length >= needed) return;
    this.us = grownTimes(this.us, needed);
    this.groups = grown(this.groups, needed);
    if (this.sub !== null) this.sub = grown(this.sub, needed);
  }

  /** Says that the rows before `to` have gone; positions may be others then. */
  drop(to: number): void {
    this.head = to;
    const { store } = this;
    if (to * 2 < store.used) return;
    const count = store.used - to;
    if (this.#rest.length < count) this.#rest = new Int32Array(count * 2);
    for (let k = 0; k < count; k++) this.#rest[k] = to + k;
    this.keep(this.#rest, count);
  }

  /** Keeps the rows of ascending positions and forgets the others. */
  keep(positions: Int32Array, count: number): void {
    const { us, groups, sub } = this;
    this.store.compact(positions, count);
    for (let k = 0; k < count; k++) {
      const at = positions[k];
      us[k] = us[at];
      groups[k] = groups[at];
      if (sub !== null) sub[k] = sub[at];
    }
    this.head = 0;
  }

  /** Marks the keys of rows that wait. */
  markKeys(holds: Uint8Array): void {
    for (let row = this.head; row < this.used; row++) if (this.groups[row] >= 0) holds[this.groups[row]] = 1;
  }

  /** Takes over other numbers of the keys. */
  renumber({ numberOf }: Renumbering): void {
    for (let row = this.head; row < this.used; row++)
      if (this.groups[row] >= 0) this.groups[row] = numberOf[this.groups[row]];
  }

  bytes(): number {
    return this.store.bytes() + this.us.byteLength + this.groups.byteLength + (this.sub?.byteLength ?? 0);
  }

  snapshot(writer: StateWriter): void {
    const { head, used } = this;
    this.store.snapshot(writer.section('rows'), head);
    writer.lane('us', this.us.subarray(head, used));
    writer.lane('groups', this.groups.subarray(head, used));
    if (this.sub !== null) writer.lane('sub', this.sub.subarray(head, used));
  }

  restore(reader: StateReader): void {
    this.store.restore(reader.section('rows'));
    this.head = 0;
    this.#fit(this.used);
    this.us.set(reader.lane('us') as Float64Array);
    this.groups.set(reader.lane('groups') as Int32Array);
    this.sub?.set(reader.lane('sub') as Int32Array);
  }
}
