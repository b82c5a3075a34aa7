import type { BarHost, BarLoop } from '../codegen/bars.js';
import type { GroupedInput } from '../codegen/grouped.js';
import { grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/** Fills bars with rows in event order: a slot of the state each, one open bar a group at most. */
export class BarFiller implements BarHost {
  open = new Int32Array(256);
  starts = new Float64Array(0);
  lasts = new Float64Array(0);
  fills = new Float64Array(0);
  /** The bars that were completed since this was last set to none, in order. */
  done = new Int32Array(64);
  doneCount = 0;
  /** Takes the slot of a group's next bar. */
  take: (group: number) => number = group => this.store.allocate(group);

  constructor(
    readonly store: StateStore,
    readonly threshold: number,
  ) {}

  /** Makes room for so many groups. */
  fit(groups: number): void {
    if (this.open.length < groups) this.open = grown(this.open, groups);
  }

  begin(group: number, time: number): number {
    const slot = this.take(group);
    this.fitSlots();
    this.starts[slot] = this.lasts[slot] = time;
    this.fills[slot] = 0;
    this.open[group] = slot + 1;
    return slot;
  }

  /** Makes room for the slots that the state has. */
  fitSlots(): void {
    const slots = this.store.stamps.length;
    if (this.starts.length >= slots) return;
    this.starts = grownTimes(this.starts, slots);
    this.lasts = grownTimes(this.lasts, slots);
    this.fills = grownTimes(this.fills, slots);
  }

  complete(slot: number, group: number): void {
    this.open[group] = 0;
    if (this.doneCount === this.done.length) this.done = grown(this.done, this.doneCount + 1);
    this.done[this.doneCount++] = slot;
  }

  run(loop: BarLoop, input: GroupedInput, rows: Int32Array, from: number, to: number): void {
    loop(this, this.store, input, rows, from, to);
  }

  isComplete(slot: number): boolean {
    return this.fills[slot] >= this.threshold;
  }

  bytes(): number {
    return this.store.bytes() + this.open.byteLength + this.starts.byteLength * 3;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('open', this.open);
    writer.lane('starts', this.starts);
    writer.lane('lasts', this.lasts);
    writer.lane('fills', this.fills);
  }

  restore(reader: StateReader): void {
    this.open = reader.lane('open') as Int32Array<ArrayBuffer>;
    this.starts = reader.lane('starts') as Float64Array<ArrayBuffer>;
    this.lasts = reader.lane('lasts') as Float64Array<ArrayBuffer>;
    this.fills = reader.lane('fills') as Float64Array<ArrayBuffer>;
    this.fitSlots();
  }
}
