import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { GroupedInput } from '../codegen/grouped.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import { compileSlotLoop, type SlotLoop } from '../codegen/slotRows.js';
import { ChangingSessions } from './changingSessions.js';
import { GroupCensus } from './groupCensus.js';
import { Grouping } from './grouping.js';
import { LateCollector } from './lateCollector.js';
import type { Emitter, OpenWindows, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import type { SessionAggregatePlan } from './sessionAggregate.js';
import { SessionChanges } from './sessionChanges.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { matchTold } from './toldEnds.js';
import { UntoldSessions } from './untoldSessions.js';
import { grown } from './valueIds.js';

/**
 * Groups rows that may be taken back by key and session. A row comes and goes until the watermark has passed the end of a session of it alone, and the
 * allowed lateness; then it is certain, and so is a session whose last row is. As rows go a session may break behind a row that is certain, so the
 * watermark that goes on lags by the gap as well. A `-U` and its `+U` are one change: nothing ends between them.
 */
export class ChangingSessionAggregateOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly everyUs: number | null;
  readonly #plan: SessionAggregatePlan;
  readonly #grouping: Grouping;
  readonly #set: ChangingSessions;
  readonly #census = new GroupCensus(holds => this.#set.markGroups(holds));
  readonly #out: OutputBuffer;
  readonly #changes: SessionChanges;
  readonly #late: LateCollector;
  /** Where not every change is told. */
  readonly #untold: UntoldSessions | null;
  readonly #lagUs: number;
  #loop: { readonly shape: GroupedShape; readonly wide: boolean; readonly run: SlotLoop } | null = null;
  #watermark: EventTime = START_OF_TIME;
  /** The watermark that what is written now goes by. */
  #before: EventTime = START_OF_TIME;
  #epoch = 1;
  #touched = new Int32Array(256);
  #touchedCount = 0;
  #ended: number[] = [];
  /** Whether a session has had so many rows that it is told. */
  #full = false;
  /** Rows that are in their places, and not in the states yet. */
  #rows = new Int32Array(256);
  #cells = new Int32Array(256);
  #sessions = new Int32Array(256);
  #pending = 0;

  constructor(plan: SessionAggregatePlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#plan = plan;
    this.#grouping = new Grouping(plan, evaluate);
    const tells = plan.form === 'retract' || plan.form === 'upsert';
    const closeUs = plan.gapUs + plan.tickUs;
    const times = { gapUs: plan.gapUs, closeUs, keepUs: closeUs + plan.allowedLatenessUs };
    this.#lagUs = times.keepUs + plan.tickUs;
    this.#set = new ChangingSessions(this.#grouping, times, tells, this);
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

  // What happens to sessions.

  reach(slot: number): void {
    if (this.#set.lasts[slot] + this.#set.times.closeUs <= this.#watermark) this.#untold?.revise(slot);
  }

  touch(slot: number): void {
    const { stamps, revised } = this.#set.store;
    if (this.#set.lasts[slot] + this.#plan.gapUs <= this.#watermark) revised[slot] = 1;
    this.#untold?.fit();
    if (stamps[slot] === this.#epoch) return;
    stamps[slot] = this.#epoch;
    this.#untold?.touch(slot);
    if (this.#touchedCount === this.#touched.length)
      this.#touched = grown(this.#touched, this.#touchedCount + 1);
    this.#touched[this.#touchedCount++] = slot;
  }

  shrink(slot: number): void {
    this.split(slot, slot);
  }

  split(earlier: number, later: number): void {
    if (this.#untold === null) return;
    if (this.#set.dead[earlier] === 1) this.#untold.rows[earlier] = 0;
    // It closes earlier than it did when it was touched.
    else this.#untold.touch(earlier);
    if (this.#set.store.emitted[earlier] === 0) return;
    this.#untold.revise(earlier);
    this.#untold.revise(later);
  }

  merge(earlier: number, later: number): void {
    this.#untold?.merge(earlier, later);
  }

  // The operator.

  process(_port: number, batch: Batch, out: Emitter): void {
    const { form } = this.#plan;
    this.#begin();
    if (batch.length > 0) this.#addRows(this.#grouping.prepare(batch, this.#watermark), batch.length, out);
    if (batch.watermark > this.#watermark) this.#advance(batch.watermark, this.#watermark);
    if (form === 'late') {
      this.#late.give(batch, this.#watermark, out);
    } else {
      this.#emitChanges(false);
      this.#send(this.#watermark, out);
    }
    const renumbering = this.#census.take(this.#grouping.groups);
    if (renumbering !== null) this.#set.renumber(renumbering);
  }

  tick(out: Emitter): void {
    this.#begin();
    this.#emitChanges(true);
    this.#send(this.#watermark, out);
  }

  /** What is written from now on was so after the watermark that is in force. */
  #begin(): void {
    this.#out.reset();
    this.#epoch++;
    this.#touchedCount = 0;
    this.#full = false;
    this.#before = this.#watermark;
  }

  #send(watermark: EventTime, out: Emitter): void {
    const { marks, length } = this.#out;
    for (let k = 0; k < length; k++) marks[k] -= this.#lagUs;
    out(this.#out.batch(watermark - this.#lagUs, this.#plan.form !== 'final'));
  }

  #addRows(input: GroupedInput, count: number, out: Emitter): void {
    const { marks, kinds } = input;
    const untold = this.#untold;
    // The watermark before the rows that are one change.
    let before = this.#watermark;
    for (let row = 0; row < count; row++) {
      if (row > 0) this.#watermark = Math.max(before, marks[row - 1]);
      this.#take(input, row, this.#watermark);
      if (kinds?.[row] === RowKind.UpdateBefore && row + 1 < count && kinds[row + 1] === RowKind.UpdateAfter)
        continue;
      this.#set.settle();
      const mark = Math.max(before, marks[row]);
      const ends = mark > before && mark >= this.#set.nextEnd;
      const due = untold !== null && (untold.isDue || mark >= untold.nextDue || this.#full);
      if (ends || due) this.#finish(input);
      if (ends) this.#advance(mark, before);
      before = this.#watermark = mark;
      if (due) this.#tellDue(out);
    }
    this.#finish(input);
  }

  /** Puts a row in its place, or takes it from there, where the watermark has not made it certain. */
  #take(input: GroupedInput, row: number, mark: EventTime): void {
    const { groups, times, timeValid, kinds } = input;
    if (timeValid !== null && timeValid[row] === 0) {
      this.counters.untimed++;
      return;
    }
    const time = times[row];
    if (time + this.#set.times.keepUs <= mark) {
      this.counters.late++;
      if (this.#plan.form === 'late') this.#late.note(row);
      return;
    }
    if (this.#plan.form === 'late') return;
    const back = kinds !== null && (kinds[row] & 1) === 1;
    if (!back) this.#set.add(groups[row], time);
    else if (!this.#set.remove(groups[row], time)) {
      this.counters.unmatched = (this.counters.unmatched ?? 0) + 1;
      return;
    }
    if (this.#untold !== null && ++this.#untold.rows[this.#set.session] >= this.#untold.most)
      this.#full = true;
    this.#note(row);
  }

  #note(row: number): void {
    const at = this.#pending++;
    if (at === this.#rows.length) {
      this.#rows = grown(this.#rows, at + 1);
      this.#cells = grown(this.#cells, at + 1);
      this.#sessions = grown(this.#sessions, at + 1);
    }
    this.#rows[at] = row;
    this.#cells[at] = this.#set.cell;
    this.#sessions[at] = this.#set.session;
  }

  /** Brings the states up to the last row that is in its place. */
  #finish(input: GroupedInput): void {
    const { cells, store } = this.#set;
    const { wide } = cells;
    const { shape } = this.#grouping;
    if (this.#loop?.wide !== wide || this.#loop.shape !== shape)
      this.#loop = { shape, wide, run: compileSlotLoop(shape, wide) };
    this.#loop.run(cells, input, this.#rows, this.#cells, this.#pending);
    this.#loop.run(store, input, this.#rows, this.#sessions, this.#pending);
    this.#pending = 0;
    this.#set.finish(this.#watermark - this.#set.times.keepUs);
  }

  /** Tells what is due with the row that came last. */
  #tellDue(out: Emitter): void {
    this.#emitChanges(false);
    const { marks, length } = this.#out;
    if (length > 0) this.#send(marks[length - 1], out);
    this.#begin();
  }

  /** Ends sessions up to a watermark; `previous` is the one in force until now, which final rows carry. */
  #advance(mark: EventTime, previous: EventTime): void {
    this.#watermark = mark;
    const due = this.#set.take(mark);
    if (this.#plan.form === 'final' && due.length > 0) {
      const at = this.#changes.insert(due, due.length);
      this.#out.marks.fill(previous, at, this.#out.length);
    }
    this.#ended.push(...due);
  }

  /** Tells what has changed, where it is time; `all`: in any case. Then what has ended is given up. */
  #emitChanges(all: boolean): void {
    if (this.#plan.form !== 'final') {
      let slots: Int32Array = this.#touched.subarray(0, this.#touchedCount);
      if (this.#untold !== null) slots = this.#untold.take(slots, this.#watermark, all);
      if (slots.length > 0) this.#tell(matchTold(this.#set, this.#changes, slots));
    }
    this.#set.release(this.#ended);
    this.#ended.length = 0;
  }

  /** Tells sessions; those that changed after their end come last, with a mark that says so. */
  #tell(slots: readonly number[]): void {
    const { revised } = this.#set.store;
    const { lasts } = this.#set;
    const before = this.#before;
    const revises = this.#plan.allowedLatenessUs > 0;
    const plain = slots.filter(slot => !revises || revised[slot] === 0);
    const from = this.#changes.change(Int32Array.from(plain), plain.length);
    this.#out.marks.fill(before, from, this.#out.length);
    const late = slots.filter(slot => revises && revised[slot] === 1).sort((a, b) => lasts[a] - lasts[b]);
    for (const slot of late) {
      const at = this.#changes.change(Int32Array.of(slot), 1);
      const end = Math.min(this.#watermark, lasts[slot] + this.#plan.gapUs);
      this.#out.marks.fill(Math.max(before, end), at, this.#out.length);
    }
  }

  bytes(): number {
    return this.#set.bytes() + this.#grouping.groups.bytes();
  }

  stateRows(): number {
    return this.#set.held;
  }

  openWindows(): OpenWindows {
    let count = 0;
    let oldest: EventTime | null = null;
    for (const slot of this.#set.all()) {
      count++;
      const end = this.#set.lasts[slot] + this.#plan.gapUs;
      if (oldest === null || end < oldest) oldest = end;
    }
    return { count, oldestEnd: oldest };
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('epoch', this.#epoch);
    writer.value('counters', { ...this.counters });
    this.#grouping.snapshot(writer.section('grouping'));
    this.#set.snapshot(writer.section('sessions'));
    this.#changes.snapshot(writer.section('told'));
    this.#untold?.snapshot(writer.section('untold'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#epoch = reader.value('epoch') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    this.#set.restore(reader.section('sessions'));
    this.#changes.restore(reader.section('told'));
    this.#untold?.restore(reader.section('untold'));
  }
}
