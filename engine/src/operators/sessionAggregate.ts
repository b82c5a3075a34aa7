import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { GroupedInput } from '../codegen/grouped.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import { compileSessionLoop, type SessionHost, type SessionLoop } from '../codegen/sessions.js';
import type { EmitSpec } from '../windows/emission.js';
import type { ChangeForm } from './changes.js';
import { GroupCensus } from './groupCensus.js';
import { FIRST_RUN, FIRST_RUNS, Grouping, type GroupingPlan } from './grouping.js';
import { LateCollector } from './lateCollector.js';
import type { Emitter, OpenWindows, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { SessionChanges } from './sessionChanges.js';
import { SessionSet } from './sessionSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { UntoldSessions } from './untoldSessions.js';
import { grown } from './valueIds.js';

/** What sessions are made of. */
export interface SessionAggregatePlan extends GroupingPlan {
  readonly output: Schema;
  readonly gapUs: number;
  readonly allowedLatenessUs: number;
  readonly tickUs: number;
  readonly unit: TimeUnit;
  readonly emit: EmitSpec;
  /** Changes as they come, each session once when it is final, or the rows that come too late. */
  readonly form: ChangeForm | 'final' | 'late';
}

/** So many rows are added before sessions that have ended are looked for: enough for a tight loop, few enough slots. */
const RUN = 8192;

/**
 * Groups rows by key and session. Rows may come in any order: one between two sessions makes them one. A session is final one tick after its
 * end, since a row just at its end still belongs to it; marks say row by row when, so the outcome does not depend on how the
 * input was cut. The watermark that goes on lags by the allowed lateness and that tick.
 */
export class SessionAggregateOperator implements Operator, SessionHost {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  epoch = 1;
  readonly everyUs: number | null;
  readonly #plan: SessionAggregatePlan;
  readonly #grouping: Grouping;
  readonly #store: StateStore;
  readonly #set: SessionSet;
  readonly #census = new GroupCensus(holds => this.#set.markGroups(holds));
  readonly #out: OutputBuffer;
  readonly #changes: SessionChanges;
  readonly #late: LateCollector;
  /** Where not every change is told. */
  readonly #untold: UntoldSessions | null;
  #loop: { readonly shape: GroupedShape; readonly wide: boolean; readonly run: SessionLoop } | null = null;
  #runs = 0;
  #watermark: EventTime = START_OF_TIME;
  /** The watermark that what is written now goes by. */
  #before: EventTime = START_OF_TIME;
  #touched: Int32Array = new Int32Array(256);
  #touchedCount = 0;
  /** Sessions that have ended, and slots given up, since the last emission. */
  #ended = new Int32Array(256);
  #endedCount = 0;
  #carried = new Float64Array(0);

  constructor(plan: SessionAggregatePlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#plan = plan;
    this.#grouping = new Grouping(plan, evaluate);
    const tells = plan.form === 'retract' || plan.form === 'upsert';
    this.#store = this.#grouping.makeStore(tells);
    const closeUs = plan.gapUs + plan.tickUs;
    const times = { gapUs: plan.gapUs, closeUs, keepUs: closeUs + plan.allowedLatenessUs };
    this.#set = new SessionSet(this.#store, this.#grouping.groups, times, (earlier, later) =>
      this.#absorb(earlier, later),
    );
    this.#grouping.endOf = slot => this.#set.lasts[slot] + plan.gapUs;
    this.#out = new OutputBuffer(plan.output);
    const form = plan.form === 'retract' ? 'retract' : 'upsert';
    this.#changes = new SessionChanges(this.#grouping, this.#set, this.#out, plan.unit, form);
    this.#late = new LateCollector(plan.input);
    this.#untold =
      tells && !plan.emit.change
        ? new UntoldSessions(this.#set, plan.emit, plan.tickUs, slot => this.#changes.toldEnd(slot))
        : null;
    this.everyUs = this.#untold === null ? null : plan.emit.everyUs;
  }

  // What the loop reads and calls.

  get latest(): Int32Array {
    return this.#set.latest;
  }
  get starts(): Float64Array {
    return this.#set.starts;
  }
  get lasts(): Float64Array {
    return this.#set.lasts;
  }
  get previous(): Int32Array {
    return this.#set.previous;
  }
  get next(): Int32Array {
    return this.#set.next;
  }
  get gapUs(): number {
    return this.#set.times.gapUs;
  }
  get closeUs(): number {
    return this.#set.times.closeUs;
  }
  get keepUs(): number {
    return this.#set.times.keepUs;
  }
  get fresh(): Int32Array {
    return this.#set.fresh;
  }
  get freshTop(): number {
    return this.#set.freshTop;
  }
  set freshTop(top: number) {
    this.#set.freshTop = top;
  }
  get queueTimes(): Float64Array {
    return this.#set.queue.times;
  }
  get queueSlots(): Int32Array {
    return this.#set.queue.slots;
  }
  get queueTail(): number {
    return this.#set.queue.tail;
  }
  set queueTail(tail: number) {
    this.#set.queue.tail = tail;
  }
  get newest(): number {
    return this.#set.queue.newest;
  }
  set newest(time: number) {
    this.#set.queue.newest = time;
  }

  get rowCounts(): Int32Array {
    return this.#untold?.rows ?? this.#ended;
  }

  get mostRows(): number {
    return this.#untold?.most ?? Infinity;
  }
  get nextDue(): number {
    return this.#untold?.nextDue ?? Infinity;
  }
  get isDue(): boolean {
    return this.#untold?.isDue === true;
  }

  place(group: number, time: number, mark: number): number {
    const slot = this.#set.place(group, time, mark);
    if (this.#set.hasRevised) this.#untold?.revise(slot);
    return slot;
  }

  revise(slot: number): void {
    this.#untold?.revise(slot);
  }

  touch(slot: number): void {
    this.#untold?.touch(slot);
    if (this.#touchedCount === this.#touched.length)
      this.#touched = grown(this.#touched, this.#touchedCount + 1);
    this.#touched[this.#touchedCount++] = slot;
  }

  noteLate(row: number): void {
    this.counters.late++;
    if (this.#plan.form === 'late') this.#late.note(row);
  }

  dropUntimed(): void {
    this.counters.untimed++;
  }

  #absorb(earlier: number, later: number): void {
    this.#grouping.merge(this.#store, earlier, this.#store, later);
    if (this.#store.told === null) return;
    this.#untold?.merge(earlier, later);
    this.#changes.exchange(earlier, later);
    if (this.#store.stamps[later] === this.epoch) return;
    this.#store.stamps[later] = this.epoch;
    this.touch(later);
  }

  // The operator.

  process(_port: number, batch: Batch, out: Emitter): void {
    const { form } = this.#plan;
    this.#begin();
    if (batch.length > 0) this.#addRows(this.#grouping.prepare(batch, this.#watermark), batch.length, out);
    if (batch.watermark > this.#watermark) this.#advance(batch.watermark, null, 0, 0);
    if (form === 'late') {
      this.#late.give(batch, this.#watermark, out);
      this.#renumber();
      return;
    }
    if (form !== 'final') this.#emitChanges(false);
    this.#renumber();
    this.#send(this.#watermark, out);
  }

  tick(out: Emitter): void {
    this.#begin();
    this.#emitChanges(true);
    this.#send(this.#watermark, out);
  }

  /** What is written from now on was so after the watermark that is in force. */
  #begin(): void {
    this.#out.reset();
    this.epoch++;
    this.#touchedCount = 0;
    this.#before = this.#watermark;
  }

  #send(watermark: EventTime, out: Emitter): void {
    const lag = this.#plan.allowedLatenessUs + this.#plan.tickUs;
    const { marks, length } = this.#out;
    for (let k = 0; k < length; k++) marks[k] -= lag;
    out(this.#out.batch(watermark - lag, this.#plan.form !== 'final'));
  }

  #addRows(input: GroupedInput, count: number, out: Emitter): void {
    const { marks } = input;
    let from = 0;
    while (from < count) {
      const most = Math.min(count, from + (this.#runs++ < FIRST_RUNS ? FIRST_RUN : RUN));
      this.#set.fit(most - from, this.#grouping.groups.size);
      this.#untold?.fit();
      const to = this.#compiled()(this, this.#store, input, from, most);
      const mark = marks[to - 1];
      if (mark > this.#watermark) this.#advance(mark, input, from, to);
      if (to < count && this.#untold !== null) this.#tellDue(out);
      from = to;
    }
  }

  /** Tells what is due with the row at which the loop has stopped. */
  #tellDue(out: Emitter): void {
    this.#emitChanges(false);
    const { marks, length } = this.#out;
    if (length > 0) this.#send(marks[length - 1], out);
    this.#begin();
  }

  #compiled(): SessionLoop {
    const { wide } = this.#store;
    const { shape } = this.#grouping;
    if (this.#loop?.wide !== wide || this.#loop.shape !== shape)
      this.#loop = { shape, wide, run: compileSessionLoop(shape, wide, this.#untold !== null) };
    return this.#loop.run;
  }

  /** Ends sessions up to a watermark, reached by the rows [from, to) of the input or, without rows, at once. */
  #advance(mark: EventTime, input: GroupedInput | null, from: number, to: number): void {
    const previous = this.#watermark;
    const set = this.#set;
    this.#watermark = mark;
    set.take(mark);
    const { due, dueTimes, dueCount, gone, goneCount } = set.queue;
    const { form } = this.#plan;
    if (form === 'final' && dueCount > 0) {
      const at = this.#changes.insert(due, dueCount);
      this.#out.marks.set(this.#marksBefore(dueTimes, dueCount, previous, input, from, to), at);
    }
    if (form === 'final' || form === 'late') {
      set.release(due, dueCount);
      set.release(gone, goneCount);
      return;
    }
    const ended = this.#endedCount + dueCount + goneCount;
    if (this.#ended.length < ended) this.#ended = grown(this.#ended, ended);
    this.#ended.set(due.subarray(0, dueCount), this.#endedCount);
    this.#ended.set(gone.subarray(0, goneCount), this.#endedCount + dueCount);
    this.#endedCount = ended;
  }

  /** The marks in force before the rows that ended sessions whose last rows were of these rising times. */
  #marksBefore(
    lasts: Float64Array,
    count: number,
    previous: EventTime,
    input: GroupedInput | null,
    from: number,
    to: number,
  ): Float64Array {
    if (this.#carried.length < count) this.#carried = new Float64Array(2 * count);
    const carried = this.#carried.subarray(0, count);
    if (input === null) return carried.fill(previous);
    const { marks } = input;
    const { keepUs } = this.#set.times;
    const last = to - 1;
    let row = from;
    for (let k = 0; k < count; k++) {
      const end = lasts[k] + keepUs;
      while (row < last && marks[row] < end) row++;
      carried[k] = row === from ? previous : marks[row - 1];
    }
    return carried;
  }

  /** Tells what has changed, where it is time; `all`: in any case. */
  #emitChanges(all: boolean): void {
    let slots = this.#touched.subarray(0, this.#touchedCount);
    if (this.#untold !== null) slots = this.#untold.take(slots, this.#watermark, all);
    if (slots.length > 0) this.#tell(slots, slots.length, this.#before);
    this.#set.release(this.#ended, this.#endedCount);
    this.#endedCount = 0;
  }

  /** Tells sessions; those that late rows changed after their end come last, with a mark that says so. */
  #tell(slots: Int32Array, count: number, before: EventTime): void {
    if (this.#plan.allowedLatenessUs === 0) {
      const from = this.#changes.change(slots, count);
      this.#out.marks.fill(before, from, this.#out.length);
      return;
    }
    const { revised } = this.#store;
    const { lasts } = this.#set;
    const plain: number[] = [];
    const late: number[] = [];
    for (let k = 0; k < count; k++) (revised[slots[k]] === 1 ? late : plain).push(slots[k]);
    const from = this.#changes.change(Int32Array.from(plain), plain.length);
    this.#out.marks.fill(before, from, this.#out.length);
    late.sort((a, b) => lasts[a] - lasts[b]);
    for (const slot of late) {
      const at = this.#changes.change(Int32Array.of(slot), 1);
      this.#out.marks.fill(Math.max(before, lasts[slot] + this.gapUs), at, this.#out.length);
    }
  }

  /** Numbers of groups without a session are given up. */
  #renumber(): void {
    const renumbering = this.#census.take(this.#grouping.groups);
    if (renumbering !== null) this.#set.renumber(renumbering);
  }

  bytes(): number {
    return this.#set.bytes() + this.#grouping.groups.bytes();
  }

  stateRows(): number {
    return this.#set.live;
  }

  openWindows(): OpenWindows {
    let count = 0;
    let oldest: EventTime | null = null;
    for (const slot of this.#set.all()) {
      count++;
      const end = this.#set.lasts[slot] + this.gapUs;
      if (oldest === null || end < oldest) oldest = end;
    }
    return { count, oldestEnd: oldest };
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('epoch', this.epoch);
    writer.value('counters', { ...this.counters });
    this.#grouping.snapshot(writer.section('grouping'));
    this.#set.snapshot(writer.section('sessions'));
    this.#changes.snapshot(writer.section('told'));
    this.#untold?.snapshot(writer.section('untold'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.epoch = reader.value('epoch') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    this.#set.restore(reader.section('sessions'));
    this.#changes.restore(reader.section('told'));
    this.#untold?.restore(reader.section('untold'));
  }
}
