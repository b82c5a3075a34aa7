import { RowKind } from '../columns/batch.js';
import type { TimeUnit } from '../columns/types.js';
import type { BarFiller } from './barFiller.js';
import { dropEqualUpdates, type ChangeForm } from './changes.js';
import { grownBytes, grownTimes } from './growing.js';
import type { Grouping } from './grouping.js';
import type { OutputBuffer, OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';
import { writeSpans } from './windowColumns.js';

/** The columns of a bar between its keys and its values: start, end, time, number, whether it is complete. */
const WINDOW_COLUMNS = 5;

/** How bars are written. */
interface BarFormat {
  readonly unit: TimeUnit;
  /** A bar ends so long after its last row. */
  readonly tickUs: number;
  readonly form: ChangeForm;
}

/** Tells bars. A bar's key is its group and its number, so one that changes is updated. */
export class BarChanges {
  /** The numbers of bars, by slot: from 1 up in each group. */
  numbers = new Float64Array(0);
  /** What was told last, by slot. */
  #starts = new Float64Array(0);
  #lasts = new Float64Array(0);
  #complete = new Uint8Array(0);
  #old = new Int32Array(0);
  #oldAt = new Int32Array(0);
  #liveAt = new Int32Array(0);
  readonly #keys: readonly OutputColumn[];
  readonly #values: readonly OutputColumn[];

  constructor(
    readonly grouping: Grouping,
    readonly bars: BarFiller,
    readonly out: OutputBuffer,
    readonly format: BarFormat,
  ) {
    const keys = grouping.plan.keys.length;
    this.#keys = out.columns.slice(0, keys);
    this.#values = out.columns.slice(keys + WINDOW_COLUMNS);
  }

  /** Makes room for the slots that the bars have. */
  fit(): void {
    const slots = this.bars.starts.length;
    if (this.numbers.length >= slots) return;
    this.numbers = grownTimes(this.numbers, slots);
    this.#starts = grownTimes(this.#starts, slots);
    this.#lasts = grownTimes(this.#lasts, slots);
    this.#complete = grownBytes(this.#complete, slots);
  }

  /** Writes bars once, as they are. Returns where they begin. */
  insert(slots: Int32Array, count: number): number {
    const from = this.out.reserve(count);
    this.#writeLive(slots, count, this.grouping.positions(from, count));
    this.out.kinds.fill(RowKind.Insert, from, from + count);
    return from;
  }

  /** Takes back what was told of bars that are no more, and writes what changed of others. Returns where the rows begin. */
  change(gone: readonly number[], slots: Int32Array, count: number): number {
    const { out } = this;
    const { store } = this.bars;
    const { form } = this.format;
    this.#fitRows(gone.length + count);
    const from = out.reserve(gone.length + 2 * count);
    let rows = from;
    let old = 0;
    for (const slot of gone) {
      if (store.emitted[slot] === 0) continue;
      this.#old[old] = slot;
      this.#oldAt[old++] = rows;
      out.kinds[rows++] = RowKind.Delete;
    }
    for (let k = 0; k < count; k++) {
      const slot = slots[k];
      const told = store.emitted[slot] === 1;
      if (told && form === 'retract') {
        this.#old[old] = slot;
        this.#oldAt[old++] = rows;
        out.kinds[rows++] = RowKind.UpdateBefore;
      }
      this.#liveAt[k] = rows;
      out.kinds[rows++] = told ? RowKind.UpdateAfter : RowKind.Insert;
    }
    out.length = rows;
    if (old > 0) this.#writeOld(old);
    this.#writeLive(slots, count, this.#liveAt);
    store.told?.note(slots, count, this.#liveAt, this.#values);
    for (let k = 0; k < count; k++) {
      const slot = slots[k];
      this.#starts[slot] = this.bars.starts[slot];
      this.#lasts[slot] = this.bars.lasts[slot];
      this.#complete[slot] = this.bars.isComplete(slot) ? 1 : 0;
    }
    store.settle(slots, count);
    if (old > 0 && form === 'retract') dropEqualUpdates(out, from, this.#keys.length);
    return from;
  }

  #writeOld(count: number): void {
    const { grouping, out } = this;
    const { store } = this.bars;
    grouping.writeKeys(store, this.#old, count, this.#oldAt, this.#keys);
    this.#writeSpans(this.#old, count, this.#oldAt, this.#starts, this.#lasts);
    const complete = out.columns[this.#keys.length + 4].data as Uint8Array;
    for (let k = 0; k < count; k++) complete[this.#oldAt[k]] = this.#complete[this.#old[k]];
    store.told?.write(this.#old, count, this.#oldAt, this.#values, out.length);
  }

  #writeLive(slots: Int32Array, count: number, at: Int32Array): void {
    const { bars, grouping, out } = this;
    grouping.writeKeys(bars.store, slots, count, at, this.#keys);
    this.#writeSpans(slots, count, at, bars.starts, bars.lasts);
    const complete = out.columns[this.#keys.length + 4].data as Uint8Array;
    for (let k = 0; k < count; k++) complete[at[k]] = bars.isComplete(slots[k]) ? 1 : 0;
    grouping.writeValues(bars.store, slots, count, at, this.#values, out.length);
  }

  #writeSpans(
    slots: Int32Array,
    count: number,
    at: Int32Array,
    starts: Float64Array,
    lasts: Float64Array,
  ): void {
    const { out, format } = this;
    const column = this.#keys.length;
    writeSpans(out, column, format.unit, slots, count, at, starts, lasts, format.tickUs);
    const numbers = out.columns[column + 3].data as Float64Array;
    for (let k = 0; k < count; k++) numbers[at[k]] = this.numbers[slots[k]];
  }

  #fitRows(count: number): void {
    if (this.#old.length >= count) return;
    this.#old = grown(this.#old, count);
    this.#oldAt = grown(this.#oldAt, count);
    this.#liveAt = grown(this.#liveAt, count);
  }

  snapshot(writer: StateWriter): void {
    writer.lane('numbers', this.numbers);
    writer.lane('starts', this.#starts);
    writer.lane('lasts', this.#lasts);
    writer.lane('complete', this.#complete);
  }

  restore(reader: StateReader): void {
    this.numbers = reader.lane('numbers') as Float64Array<ArrayBuffer>;
    this.#starts = reader.lane('starts') as Float64Array<ArrayBuffer>;
    this.#lasts = reader.lane('lasts') as Float64Array<ArrayBuffer>;
    this.#complete = reader.lane('complete') as Uint8Array<ArrayBuffer>;
  }
}
