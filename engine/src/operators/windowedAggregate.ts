import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { GroupedHost } from '../codegen/grouped.js';
import type { EmitSpec, FillSpec } from '../windows/emission.js';
import type { TimeWindow } from '../windows/define.js';
import { ChangeWriter, type ChangeForm } from './changes.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import type { Emitter, OpenWindows, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import type { Pane } from './pane.js';
import { PaneSet } from './paneSet.js';
import { SliceMerger } from './sliceMerger.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { writeWindowColumns } from './windowColumns.js';

/** What a windowed aggregate is made of. */
export interface WindowedAggregatePlan extends GroupingPlan {
  readonly output: Schema;
  readonly window: TimeWindow;
  readonly allowedLatenessUs: number;
  readonly emit: EmitSpec;
  readonly fill: FillSpec | null;
  readonly unit: TimeUnit;
  /** Changes as they come, or each window once, when it is final. */
  readonly form: ChangeForm | 'final';
}

/**
 * Groups rows by key and window. Rows go to slices, which for tumbling windows are the windows; hopping windows are
 * put together of slices when they are emitted. Windows close and become final row by row, as the marks of the batch say, so the
 * outcome does not depend on how the input was cut. Its watermark lags by the allowed lateness, since its rows do.
 */
export class WindowedAggregateOperator implements Operator, GroupedHost {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  start = Infinity;
  end = -Infinity;
  dense: Int32Array = new Int32Array(0);
  closed = false;
  nextEvent = Infinity;
  epoch = 1;
  readonly #plan: WindowedAggregatePlan;
  readonly #grouping: Grouping;
  readonly #slices: PaneSet;
  /** The windows: the slices themselves where windows tumble. */
  readonly #windows: PaneSet;
  readonly #merger: SliceMerger | null;
  readonly #out: OutputBuffer;
  readonly #writer: ChangeWriter;
  #current: Pane | null = null;
  #watermark: EventTime = START_OF_TIME;
  /** The highest mark given to a row of the batch that is being made. */
  #outMark: EventTime = START_OF_TIME;

  constructor(plan: WindowedAggregatePlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#plan = plan;
    this.#grouping = new Grouping(plan, evaluate);
    const { sizeUs, sliceUs } = plan.window;
    const tumbling = sizeUs === sliceUs;
    const shadowed = plan.form === 'retract' || (plan.form === 'upsert' && plan.shape.retracting);
    this.#slices = new PaneSet(this.#grouping.makeStore(tumbling && shadowed));
    this.#windows = tumbling ? this.#slices : new PaneSet(this.#grouping.makeStore(shadowed));
    this.#merger = tumbling
      ? null
      : new SliceMerger(this.#grouping, plan.window, this.#slices, this.#windows);
    this.#out = new OutputBuffer(plan.output);
    const layout = { keys: plan.keys.length, windows: 3 };
    this.#writer = new ChangeWriter(
      this.#grouping,
      this.#out,
      layout,
      plan.form === 'final' ? 'upsert' : plan.form,
    );
  }

  // What the loop calls.

  enter(time: number, mark: number): boolean {
    const { sliceUs, slideUs, sizeUs, offsetUs } = this.#plan.window;
    const lateness = this.#plan.allowedLatenessUs;
    const start = Math.floor((time - offsetUs) / sliceUs) * sliceUs + offsetUs;
    const last = Math.floor((start - offsetUs) / slideUs) * slideUs + offsetUs;
    if (last + sizeUs + lateness <= mark) {
      this.counters.late++;
      return false;
    }
    let pane = this.#slices.get(start);
    if (pane === undefined) {
      pane = this.#slices.open(start, start + sliceUs);
      this.#merger?.openWindows(start, mark - lateness);
      if (this.#merger === null) this.#noteWindow(pane, mark);
      else for (const window of this.#windows.ordered) this.#noteWindow(window, mark);
    }
    pane.fit(this.#grouping.groups.size);
    this.#current = pane;
    this.start = start;
    this.end = start + sliceUs;
    this.dense = pane.dense;
    this.closed = pane.closed;
    return true;
  }

  #noteWindow(window: Pane, mark: number): void {
    if (window.end <= mark) window.closed = true;
    const revises = this.#plan.allowedLatenessUs > 0;
    const event = revises && !window.closed ? window.end : window.end + this.#plan.allowedLatenessUs;
    if (event < this.nextEvent) this.nextEvent = event;
  }

  slotOf(group: number): number {
    const pane = this.#current as Pane;
    let slot = pane.find(group);
    if (slot < 0) {
      slot = this.#slices.store.allocate(group);
      pane.add(group, slot);
      this.dense = pane.dense;
    }
    return slot;
  }

  touch(slot: number): void {
    (this.#current as Pane).touch(slot);
  }

  dropUntimed(): void {
    this.counters.untimed++;
  }

  // The operator.

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#out.reset();
    this.#outMark = before;
    this.epoch++;
    if (batch.length > 0) this.#addRows(batch, before);
    if (batch.watermark > this.#watermark) this.#advance(batch.watermark, this.#watermark, before);
    if (this.#plan.form !== 'final') this.#emitChanges(before);
    this.#compact();
    const lateness = this.#plan.allowedLatenessUs;
    if (lateness > 0) for (let k = 0; k < this.#out.length; k++) this.#out.marks[k] -= lateness;
    out(this.#out.batch(this.#watermark - lateness, this.#plan.form !== 'final'));
  }

  #addRows(batch: Batch, before: EventTime): void {
    const input = this.#grouping.prepare(batch, before);
    const { marks } = input;
    const count = batch.length;
    // A slice that was current may have to know groups that are new.
    this.#leaveSlice();
    for (let row = 0; row < count;) {
      row = this.#grouping.run(this, this.#slices.store, input, row, count);
      if (row === count) break;
      this.#advance(marks[row - 1], row > 1 ? marks[row - 2] : before, before);
    }
    const last = marks[count - 1];
    if (last > this.#watermark) this.#advance(last, count > 1 ? marks[count - 2] : before, before);
  }

  /**
   * Closes windows and makes them final up to a watermark. `previous` is the one in force until now, which final rows carry;
   * `before` the one before this batch.
   */
  #advance(mark: EventTime, previous: EventTime, before: EventTime): void {
    const lateness = this.#plan.allowedLatenessUs;
    this.#watermark = mark;
    if (mark < this.nextEvent) return;
    this.#propagate();
    const { ordered } = this.#windows;
    let done = 0;
    while (done < ordered.length && ordered[done].end + lateness <= mark) {
      const window = ordered[done++];
      if (this.#plan.form === 'final') this.#fire(window, previous);
      else this.#emitPane(window, before);
    }
    for (let i = 0; i < done; i++) this.#windows.free(ordered[i]);
    ordered.splice(0, done);
    this.#merger?.dropSlices(mark - lateness);
    if (lateness > 0) this.#closeUpTo(mark);
    this.nextEvent = Infinity;
    for (const window of ordered) {
      this.#noteWindow(window, mark);
      if (!window.closed) break;
    }
    this.#leaveSlice();
  }

  /** Later changes of a window that has closed revise it. Slices note it for the loop: changes before are not revisions. */
  #closeUpTo(mark: EventTime): void {
    for (const window of this.#windows.ordered) {
      if (window.end > mark) break;
      window.closed = true;
    }
  }

  #leaveSlice(): void {
    this.#current = null;
    this.start = Infinity;
    this.end = -Infinity;
  }

  /** Emits a final window. */
  #fire(window: Pane, mark: EventTime): void {
    this.#merger?.fill(window);
    if (window.count === 0) return;
    const from = this.#out.length;
    if (this.#plan.shape.retracting) {
      this.#writer.change(this.#windows.store, window.slots, window.count, null);
      this.#out.kinds.fill(RowKind.Insert, from, this.#out.length);
    } else {
      this.#writer.insert(this.#windows.store, window.slots, window.count);
    }
    writeWindowColumns(this.#out, this.#plan.keys.length, window.start, window.end, this.#plan.unit, from);
    this.#out.marks.fill(mark, from, this.#out.length);
  }

  /** Emits the changes of all windows, oldest first. */
  #emitChanges(before: EventTime): void {
    this.#propagate();
    for (const window of this.#windows.ordered) this.#emitPane(window, before);
  }

  /** Tells hopping windows what was touched in their slices; later touches are noted anew. */
  #propagate(): void {
    if (this.#merger === null || this.#plan.form === 'final') return;
    this.#merger.propagate();
    this.epoch++;
  }

  #emitPane(window: Pane, before: EventTime): void {
    if (window.touchedCount === 0) return;
    this.#merger?.combineTouched(window);
    const { store } = this.#windows;
    const { touched, touchedCount } = window;
    if (this.#plan.allowedLatenessUs === 0) {
      this.#emitSlots(window, touched, touchedCount, before);
      window.touchedCount = 0;
      return;
    }
    const plain: number[] = [];
    const revised: number[] = [];
    for (let i = 0; i < touchedCount; i++)
      (store.revised[touched[i]] === 1 ? revised : plain).push(touched[i]);
    this.#emitSlots(window, Int32Array.from(plain), plain.length, before);
    this.#emitSlots(window, Int32Array.from(revised), revised.length, Math.max(before, window.end));
    window.touchedCount = 0;
  }

  #emitSlots(window: Pane, slots: Int32Array, count: number, mark: EventTime): void {
    if (count === 0) return;
    const from = this.#writer.change(this.#windows.store, slots, count, null);
    writeWindowColumns(this.#out, this.#plan.keys.length, window.start, window.end, this.#plan.unit, from);
    this.#outMark = Math.max(this.#outMark, mark);
    this.#out.marks.fill(this.#outMark, from, this.#out.length);
  }

  /** Group numbers of groups that no window holds any more are given up, once they are many. */
  #compact(): void {
    const { groups } = this.#grouping;
    if (groups.size < 65_536) return;
    const live = new Set<number>();
    for (const set of new Set([this.#slices, this.#windows])) set.collectGroups(live);
    if (groups.size < 4 * live.size) return;
    const kept = Int32Array.from(live);
    groups.keepOnly(kept);
    const numbers = new Map<number, number>();
    kept.forEach((group, i) => numbers.set(group, i));
    for (const set of new Set([this.#slices, this.#windows])) set.renumber(numbers);
  }

  stateRows(): number {
    return this.#slices.store.live + (this.#merger === null ? 0 : this.#windows.store.live);
  }

  openWindows(): OpenWindows {
    const { ordered } = this.#windows;
    return { count: ordered.length, oldestEnd: ordered.length === 0 ? null : ordered[0].end };
  }

  bytes(): number {
    return this.#slices.store.bytes() + (this.#merger === null ? 0 : this.#windows.store.bytes());
  }
  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('outMark', this.#outMark);
    writer.value('nextEvent', this.nextEvent);
    writer.value('epoch', this.epoch);
    writer.value('counters', { ...this.counters });
    this.#grouping.snapshot(writer.section('grouping'));
    this.#slices.snapshot(writer.section('slices'));
    if (this.#merger !== null) this.#windows.snapshot(writer.section('windows'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#outMark = reader.value('outMark') as number;
    this.nextEvent = reader.value('nextEvent') as number;
    this.epoch = reader.value('epoch') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    this.#slices.restore(reader.section('slices'));
    if (this.#merger !== null) this.#windows.restore(reader.section('windows'));
  }
}
