import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { GroupedHost } from '../codegen/grouped.js';
import type { TimeWindow } from '../windows/define.js';
import type { EmitSpec } from '../windows/emission.js';
import { slicingOf, type Slicing } from '../windows/slicing.js';
import type { ChangeForm } from './changes.js';
import { GapFiller, type FillPlan } from './gapFiller.js';
import { GroupCensus } from './groupCensus.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import type { Emitter, OpenWindows, Operator, OperatorCounters } from './operator.js';
import type { Pane } from './pane.js';
import { PaneKeeper } from './paneKeeper.js';
import { RecombiningKeeper } from './recombiningKeeper.js';
import { RowTrigger } from './rowTrigger.js';
import { SharedKeeper } from './sharedKeeper.js';
import { SlidingKeeper } from './slidingKeeper.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TOUCHED, type KeeperContext, type WindowKeeper, type WindowPolicy } from './windowKeeper.js';
import { WindowOutput } from './windowOutput.js';

/** What a windowed aggregate is made of. */
export interface WindowedAggregatePlan extends GroupingPlan {
  readonly output: Schema;
  readonly window: TimeWindow;
  readonly allowedLatenessUs: number;
  readonly emit: EmitSpec;
  readonly fill: FillPlan | null;
  readonly unit: TimeUnit;
  /** Changes as they come, or each window once, when it is final. */
  readonly form: ChangeForm | 'final';
}

/** Whether windows are told once, and never before they are final. */
export function tellsOnce(form: ChangeForm | 'final', emit: EmitSpec, allowedLatenessUs: number): boolean {
  if (form === 'final') return true;
  return !emit.change && emit.everyUs === null && emit.rows === null && allowedLatenessUs === 0;
}

/**
 * Groups rows by key and by a window of event time. Rows go to slices, which are windows where windows do not overlap. Windows close
 * and become final row by row, as the marks of the batch say, so the outcome does not depend on how the input was cut. Its watermark
 * lags by the allowed lateness, since its rows do.
 */
export class WindowedAggregateOperator implements Operator, GroupedHost {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  start = Infinity;
  end = -Infinity;
  dense: Int32Array = new Int32Array(0);
  closed = false;
  nextEvent = Infinity;
  readonly epoch = TOUCHED;
  readonly #grouping: Grouping;
  readonly #slicing: Slicing;
  readonly #filler: GapFiller | null;
  readonly #output: WindowOutput;
  readonly #keeper: WindowKeeper;
  readonly #census = new GroupCensus(holds => {
    for (const set of this.#sets()) set.markGroups(holds);
  });
  #current: Pane | null = null;
  #watermark: EventTime = START_OF_TIME;
  readonly everyUs: number | null;
  /** Where windows are told after so many rows. */
  readonly #trigger: RowTrigger | null;

  constructor(plan: WindowedAggregatePlan, evaluate: (batch: Batch) => readonly Column[]) {
    const { allowedLatenessUs, emit, fill, form } = plan;
    const grouping = (this.#grouping = new Grouping(plan, evaluate));
    const slicing = (this.#slicing = slicingOf(plan.window));
    const output = (this.#output = new WindowOutput(plan, grouping));
    const filler = (this.#filler = fill === null ? null : new GapFiller(fill, grouping, slicing, output));
    const once = tellsOnce(form, emit, allowedLatenessUs);
    const shadowed = !once && (form === 'retract' || plan.shape.retracting);
    this.everyUs = once ? null : emit.everyUs;
    this.#trigger = once || emit.change || emit.rows === null ? null : new RowTrigger(emit.rows, plan.window);
    const policy: WindowPolicy = { allowedLatenessUs, emit, once, shadowed };
    const context: KeeperContext = { policy, slicing, grouping, output, filler };
    if (slicing.single) this.#keeper = new PaneKeeper(context);
    else if (plan.shape.retracting) this.#keeper = new RecombiningKeeper(context);
    else this.#keeper = once ? new SlidingKeeper(context) : new SharedKeeper(context);
  }

  // What the loop calls.

  enter(time: number, mark: number): boolean {
    if (!this.#slicing.find(time)) {
      this.counters.outside = (this.counters.outside ?? 0) + 1;
      return false;
    }
    const pane = this.#keeper.enter(mark);
    if (pane === null) {
      this.counters.late++;
      return false;
    }
    pane.fit(this.#grouping.groups.size);
    this.#current = pane;
    this.start = this.#slicing.start;
    this.end = this.#slicing.end;
    this.dense = pane.dense;
    this.closed = pane.closed;
    this.nextEvent = this.#keeper.nextEvent;
    return true;
  }

  slotOf(group: number): number {
    const pane = this.#current as Pane;
    const found = pane.find(group);
    if (found >= 0) return found;
    const slot = this.#keeper.store.open(group);
    pane.add(group, slot);
    this.dense = pane.dense;
    return ~slot;
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
    this.#output.begin(before, out);
    if (batch.length > 0) this.#addRows(batch, before);
    if (batch.watermark > this.#watermark) this.#advance(batch.watermark, this.#watermark);
    this.#keeper.endBatch();
    this.#leaveSlice();
    this.#renumber();
    this.#output.end(this.#watermark);
  }

  #addRows(batch: Batch, before: EventTime): void {
    const input = this.#grouping.prepare(batch, before);
    const { marks } = input;
    const count = batch.length;
    // A slice that was current may have to know groups that are new.
    this.#leaveSlice();
    const trigger = this.#trigger;
    for (let from = 0; from < count;) {
      const to = trigger === null ? count : trigger.scan(input, this.#grouping.groups.size, from, count);
      for (let row = from; row < to;) {
        row = this.#grouping.run(this, this.#keeper.store, input, row, to);
        if (row === to) break;
        // Before the first row the watermark is what it was: rows with marks that fall leave events behind it.
        this.#advance(row > 0 ? marks[row - 1] : before, row > 1 ? marks[row - 2] : before);
      }
      const last = marks[to - 1];
      const previous = to > 1 ? marks[to - 2] : before;
      if (last > this.#watermark) this.#advance(last, previous);
      if (trigger !== null && trigger.ends.length > 0) this.#tellDue(trigger, previous);
      from = to;
    }
  }

  /** Tells a group of windows that has enough rows for it. */
  #tellDue({ group, ends }: RowTrigger, mark: EventTime): void {
    this.#output.reached(mark);
    this.#keeper.tellGroup(group, ends);
    this.#output.flush();
    this.#leaveSlice();
  }

  /** Closes windows and makes them final up to a watermark. `previous` is the one in force until now, which final rows carry. */
  #advance(mark: EventTime, previous: EventTime): void {
    this.#watermark = mark;
    if (mark < this.nextEvent) return;
    this.#keeper.advance(mark, previous);
    this.nextEvent = this.#keeper.nextEvent;
    this.#leaveSlice();
  }

  tick(out: Emitter): void {
    this.#output.begin(this.#watermark, out);
    this.#keeper.tell();
    this.#trigger?.clear();
    this.#leaveSlice();
    this.#output.end(this.#watermark);
  }

  #leaveSlice(): void {
    this.#current = null;
    this.start = Infinity;
    this.end = -Infinity;
  }

  /** Numbers of groups that no window holds any more are given up. */
  #renumber(): void {
    const renumbering = this.#census.take(this.#grouping.groups);
    if (renumbering === null) return;
    for (const set of this.#sets()) set.renumber(renumbering);
    this.#trigger?.renumber(renumbering);
  }

  #sets() {
    return this.#filler === null ? this.#keeper.sets : [...this.#keeper.sets, this.#filler.set];
  }

  stateRows(): number {
    return [...this.#stores()].reduce((total, store) => total + store.live, 0);
  }

  bytes(): number {
    const counts = this.#grouping.groups.bytes() + (this.#trigger?.bytes() ?? 0);
    return [...this.#stores()].reduce((total, store) => total + store.bytes(), counts);
  }

  #stores() {
    return new Set(this.#sets().map(set => set.store));
  }

  openWindows(): OpenWindows {
    return this.#keeper.openWindows();
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('counters', { ...this.counters });
    this.#grouping.snapshot(writer.section('grouping'));
    this.#keeper.snapshot(writer.section('windows'));
    this.#filler?.snapshot(writer.section('fill'));
    this.#trigger?.snapshot(writer.section('counts'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    this.#keeper.restore(reader.section('windows'));
    this.#filler?.restore(reader.section('fill'));
    this.#trigger?.restore(reader.section('counts'));
    this.nextEvent = this.#keeper.nextEvent;
  }
}
