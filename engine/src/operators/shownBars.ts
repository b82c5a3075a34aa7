import type { EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { BarLoop } from '../codegen/bars.js';
import type { GroupedInput } from '../codegen/grouped.js';
import type { EmitSpec } from '../windows/emission.js';
import { BarChanges } from './barChanges.js';
import { BarFiller } from './barFiller.js';
import type { ChangeForm } from './changes.js';
import type { Grouping } from './grouping.js';
import type { OutputBuffer } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

interface ShownPlan {
  readonly unit: TimeUnit;
  readonly tickUs: number;
  readonly threshold: number;
  readonly allowedLatenessUs: number;
  readonly emit: EmitSpec;
  readonly form: ChangeForm;
}

/** The rows that wait, in event order. */
interface Waits {
  readonly input: GroupedInput;
  readonly order: Int32Array;
  readonly count: number;
}

/**
 * Bars as they are told while they may still change: each group's settled open bar and the rows that wait behind it. What is told is made
 * anew for a group that has new rows, out of its settled bars, so rows may come in any order within the watermark.
 */
export class ShownBars {
  readonly bars: BarFiller;
  readonly #changes: BarChanges;
  /** The slots of each group's bars that are not settled, in order. */
  #slots: number[][] = [];
  #cursor = new Int32Array(256);
  /** Groups whose bars have changed since they were told. */
  readonly #touched = new Set<number>();
  /** How many rows have come to each group since it was told, where that says when it is. */
  readonly #rows = new Map<number, number>();
  /** The groups that have had so many rows. */
  readonly #due = new Set<number>();
  #order = new Int32Array(0);

  constructor(
    readonly grouping: Grouping,
    readonly settled: BarFiller,
    readonly out: OutputBuffer,
    readonly plan: ShownPlan,
  ) {
    this.bars = new BarFiller(grouping.makeStore(true), plan.threshold);
    this.bars.take = group => this.#take(group);
    this.#changes = new BarChanges(grouping, this.bars, out, plan);
  }

  /** A row of the group has come, or is taken back. */
  touch(group: number): void {
    this.#touched.add(group);
    const { change, rows } = this.plan.emit;
    if (change || rows === null) return;
    const count = (this.#rows.get(group) ?? 0) + 1;
    this.#rows.set(group, count);
    if (count >= rows) this.#due.add(group);
  }

  /** Whether bars are to be told now, since their group has had so many rows. */
  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** The slot of a group's next bar, emptied. */
  #take(group: number): number {
    const slots = this.#slots[group];
    const at = this.#cursor[group]++;
    const { store } = this.bars;
    if (at === slots.length) slots.push(store.allocate(group));
    else store.reset(slots[at]);
    return slots[at];
  }

  /**
   * Tells what has changed: bars that are settled, and those of groups whose turn it is; `all`: of every group. `counts` says how many bars of
   * each group were settled before.
   */
  tell(loop: BarLoop, waits: Waits, counts: Float64Array, before: EventTime, all: boolean): void {
    const { groups } = this.grouping;
    this.bars.fit(groups.size);
    if (this.#cursor.length < groups.size) this.#cursor = grown(this.#cursor, groups.size);
    while (this.#slots.length < groups.size) this.#slots.push([]);
    const settledOf = this.#settledByGroup();
    const whole = this.#wholeGroups(all);
    const part = [...settledOf.keys()].filter(group => this.#touched.has(group) && !whole.has(group));
    for (const group of whole) this.#begin(group, settledOf.get(group) ?? [], true);
    this.#addWaiting(loop, waits, whole);
    for (const group of part) this.#begin(group, settledOf.get(group) ?? [], false);
    this.#write(whole, part, counts, before);
    for (const [group, { length }] of settledOf) {
      for (const slot of this.#slots[group].splice(0, length)) this.bars.store.release(slot);
    }
    for (const group of whole) {
      this.#touched.delete(group);
      this.#rows.delete(group);
    }
    this.#due.clear();
  }

  #settledByGroup(): Map<number, number[]> {
    const { done, doneCount, store } = this.settled;
    const found = new Map<number, number[]>();
    for (let k = 0; k < doneCount; k++) {
      const group = store.groups[done[k]];
      const slots = found.get(group);
      if (slots === undefined) found.set(group, [done[k]]);
      else slots.push(done[k]);
    }
    return found;
  }

  /** The groups whose bars are told now, open ones too. */
  #wholeGroups(all: boolean): ReadonlySet<number> {
    if (all || this.plan.emit.change) return new Set(this.#touched);
    return new Set(this.#due);
  }

  /** Makes a group's bars out of its settled ones. */
  #begin(group: number, done: readonly number[], withOpen: boolean): void {
    this.#cursor[group] = 0;
    this.bars.open[group] = 0;
    const open = this.settled.open[group] - 1;
    const all = withOpen && open >= 0 ? [...done, open] : done;
    for (const from of all) {
      const slot = this.bars.begin(group, this.settled.starts[from]);
      this.grouping.merge(this.bars.store, slot, this.settled.store, from);
      this.bars.lasts[slot] = this.settled.lasts[from];
      this.bars.fills[slot] = this.settled.fills[from];
      if (this.bars.isComplete(slot)) this.bars.open[group] = 0;
    }
  }

  #addWaiting(loop: BarLoop, { input, order, count }: Waits, groups: ReadonlySet<number>): void {
    if (this.#order.length < count) this.#order = grown(this.#order, count);
    let found = 0;
    for (let k = 0; k < count; k++) {
      if (groups.has(input.groups[order[k]])) this.#order[found++] = order[k];
    }
    if (found > 0) this.bars.run(loop, input, this.#order, 0, found);
    this.bars.doneCount = 0;
  }

  #write(whole: ReadonlySet<number>, part: readonly number[], counts: Float64Array, before: EventTime): void {
    this.#changes.fit();
    const gone: number[] = [];
    const plain: number[] = [];
    const revised: number[] = [];
    const { store, lasts } = this.bars;
    const { tickUs, allowedLatenessUs } = this.plan;
    const add = (group: number, slot: number, place: number): void => {
      this.#changes.numbers[slot] = counts[group] + place + 1;
      // A bar that was told as complete, and had ended, is changed by a late row.
      const late = allowedLatenessUs > 0 && this.bars.isComplete(slot) && lasts[slot] + tickUs <= before;
      (late ? revised : plain).push(slot);
    };
    for (const group of [...whole, ...part]) {
      const slots = this.#slots[group];
      for (let place = 0; place < this.#cursor[group]; place++) add(group, slots[place], place);
      if (whole.has(group)) gone.push(...slots.splice(this.#cursor[group]));
    }
    const from = this.#changes.change(gone, Int32Array.from(plain), plain.length);
    this.out.marks.fill(before, from, this.out.length);
    revised.sort((a, b) => lasts[a] - lasts[b]);
    for (const slot of revised) {
      const at = this.#changes.change([], Int32Array.of(slot), 1);
      this.out.marks.fill(Math.max(before, lasts[slot] + tickUs), at, this.out.length);
    }
    for (const slot of gone) store.release(slot);
  }

  snapshot(writer: StateWriter): void {
    this.bars.snapshot(writer.section('bars'));
    this.#changes.snapshot(writer.section('told'));
    writer.lane(
      'counts',
      Int32Array.from(this.#slots, slots => slots.length),
    );
    writer.lane('slots', Int32Array.from(this.#slots.flat()));
    writer.lane('touched', Int32Array.from(this.#touched));
    writer.value('rows', [...this.#rows]);
  }

  restore(reader: StateReader): void {
    this.bars.restore(reader.section('bars'));
    this.#changes.restore(reader.section('told'));
    const slots = Array.from(reader.lane('slots') as Int32Array);
    this.#slots = Array.from(reader.lane('counts') as Int32Array, count => slots.splice(0, count));
    for (const group of reader.lane('touched') as Int32Array) this.#touched.add(group);
    for (const [group, rows] of reader.value('rows') as [number, number][]) this.#rows.set(group, rows);
  }
}
