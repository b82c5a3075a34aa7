import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import { compileBarLoop, type BarLoop } from '../codegen/bars.js';
import type { GroupedInput } from '../codegen/grouped.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import type { EmitSpec } from '../windows/emission.js';
import { BarChanges } from './barChanges.js';
import { BarFiller } from './barFiller.js';
import type { ChangeForm } from './changes.js';
import { grownTimes } from './growing.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import { LateCollector } from './lateCollector.js';
import type { Emitter, OpenWindows, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { ShownBars } from './shownBars.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';
import { WaitingRows } from './waitingRows.js';

/** What bars are made of. */
export interface BarAggregatePlan extends GroupingPlan {
  readonly output: Schema;
  readonly threshold: number;
  /** The argument that fills a bar; null where each row counts 1. */
  readonly measure: number | null;
  readonly allowedLatenessUs: number;
  readonly tickUs: number;
  readonly unit: TimeUnit;
  readonly emit: EmitSpec;
  /** Whether rows may be taken back: until they are settled. */
  readonly changing: boolean;
  /** Changes as they come, each bar once when it is final, or the rows that come too late. */
  readonly form: ChangeForm | 'final' | 'late';
}

/**
 * Groups rows by key and bar, in event order. Rows wait until the watermark (less the allowed lateness) has passed them, and
 * then fill the bars that are settled; where changes are told, rows that wait fill copies of the open bars besides. A row that is taken back
 * is one that waits: what is settled stays. Its watermark lags by the allowed lateness. A group's open bar is kept for good, since any later row belongs to it.
 */
export class BarAggregateOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly everyUs: number | null;
  readonly #plan: BarAggregatePlan;
  readonly #grouping: Grouping;
  readonly #settled: BarFiller;
  readonly #shown: ShownBars | null;
  readonly #waiting: WaitingRows;
  readonly #out: OutputBuffer;
  readonly #changes: BarChanges;
  readonly #late: LateCollector;
  #loop: { readonly shape: GroupedShape; readonly wide: boolean; readonly run: BarLoop } | null = null;
  #watermark: EventTime = START_OF_TIME;
  /** How many bars of each group are settled. */
  #settledCounts = new Float64Array(256);
  #accepted = new Int32Array(0);
  #acceptedCount = 0;

  constructor(plan: BarAggregatePlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#plan = plan;
    const grouping = new Grouping(plan, evaluate);
    this.#grouping = grouping;
    this.#settled = new BarFiller(grouping.makeStore(false), plan.threshold);
    this.#out = new OutputBuffer(plan.output);
    const { unit, tickUs, form } = plan;
    this.#changes = new BarChanges(grouping, this.#settled, this.#out, { unit, tickUs, form: 'upsert' });
    this.#shown =
      form === 'retract' || form === 'upsert'
        ? new ShownBars(grouping, this.#settled, this.#out, { ...plan, form })
        : null;
    this.everyUs = this.#shown === null || plan.emit.change ? null : plan.emit.everyUs;
    grouping.endOf = slot => (this.#shown?.bars ?? this.#settled).lasts[slot] + tickUs;
    this.#waiting = new WaitingRows(plan.shape.args.length, plan.shape.sequence, plan.changing);
    this.#late = new LateCollector(plan.input);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { length } = batch;
    const input = length > 0 ? this.#grouping.prepare(batch, this.#watermark) : null;
    let from = 0;
    do {
      this.#begin();
      const before = this.#watermark;
      const to = input === null ? 0 : this.#accept(input, from, length);
      if (input !== null) this.#watermark = Math.max(before, input.marks[to - 1]);
      if (to === length) this.#watermark = Math.max(this.#watermark, batch.watermark);
      if (this.#plan.form === 'late') {
        this.#late.give(batch, this.#watermark, out);
        return;
      }
      this.#settle(input);
      if (this.#plan.form === 'final') this.#emitFinal(input, length, before);
      else this.#emitChanges(before, false);
      this.#send(to === length ? this.#watermark : before, out);
      from = to;
    } while (from < length);
  }

  tick(out: Emitter): void {
    this.#begin();
    this.#emitChanges(this.#watermark, true);
    this.#send(this.#watermark, out);
  }

  #begin(): void {
    this.#out.reset();
    this.#settled.doneCount = this.#acceptedCount = 0;
  }

  #send(watermark: EventTime, out: Emitter): void {
    const { allowedLatenessUs, form } = this.#plan;
    for (let k = 0; k < this.#settled.doneCount; k++) this.#settled.store.release(this.#settled.done[k]);
    const { marks, length } = this.#out;
    const reached = length > 0 ? Math.max(watermark, marks[length - 1]) : watermark;
    if (allowedLatenessUs > 0) for (let k = 0; k < length; k++) marks[k] -= allowedLatenessUs;
    out(this.#out.batch(reached - allowedLatenessUs, form !== 'final'));
  }

  /**
   * Notes which rows from `from` on have a place left: the watermark has not passed it yet. Stops after the row with which a group's bars are to
   * be told, so that they are told of just the rows up to there. Returns the end of these rows.
   */
  #accept(input: GroupedInput, from: number, count: number): number {
    const { groups, times, timeValid, marks } = input;
    const settleUs = this.#plan.tickUs + this.#plan.allowedLatenessUs;
    if (this.#accepted.length < count) this.#accepted = grown(this.#accepted, count);
    let mark = from === 0 ? input.before : marks[from - 1];
    for (let row = from; row < count; row++) {
      if (timeValid !== null && timeValid[row] === 0) this.counters.untimed++;
      else if (times[row] + settleUs <= mark) {
        this.counters.late++;
        if (this.#plan.form === 'late') this.#late.note(row);
      } else {
        this.#accepted[this.#acceptedCount++] = row;
        this.#shown?.touch(groups[row]);
      }
      mark = marks[row];
      if (this.#shown?.isDue === true && !isHalf(input, row, count)) return row + 1;
    }
    return count;
  }

  #compiled(): BarLoop {
    const { wide } = this.#settled.store;
    const { shape } = this.#grouping;
    if (this.#loop?.wide !== wide || this.#loop.shape !== shape)
      this.#loop = { shape, wide, run: compileBarLoop(shape, wide, this.#plan.measure) };
    return this.#loop.run;
  }

  /** Fills bars with the rows that the watermark has passed; those that come in order are not copied. */
  #settle(input: GroupedInput | null): void {
    const waiting = this.#waiting;
    const { groups } = this.#grouping;
    this.#settled.fit(groups.size);
    if (this.#settledCounts.length < groups.size)
      this.#settledCounts = grownTimes(this.#settledCounts, groups.size);
    const limit = this.#watermark - this.#plan.tickUs - this.#plan.allowedLatenessUs;
    const rows = this.#accepted;
    const count = this.#acceptedCount;
    let direct = 0;
    if (input !== null && waiting.count === 0 && input.kinds === null && this.#isInOrder(input)) {
      while (direct < count && input.times[rows[direct]] <= limit) direct++;
      this.#settled.run(this.#compiled(), input, rows, 0, direct);
    }
    if (input !== null && direct < count) waiting.append(input, rows.subarray(direct, count), count - direct);
    waiting.sort();
    if (waiting.unmatched > 0) this.counters.unmatched = (this.counters.unmatched ?? 0) + waiting.unmatched;
    waiting.unmatched = 0;
    let settled = 0;
    while (settled < waiting.count && waiting.times[waiting.order[settled]] <= limit) settled++;
    if (settled === 0) return;
    this.#settled.run(this.#compiled(), this.#waitingInput(), waiting.order, 0, settled);
    waiting.drop(settled);
  }

  #waitingInput(): GroupedInput {
    return this.#waiting.input({ dictionaries: this.#grouping.dictionaries });
  }

  #isInOrder({ times }: GroupedInput): boolean {
    const rows = this.#accepted;
    const { sequence, order } = this.#plan.shape;
    const ties = sequence !== null || order === 'ticks' || this.#plan.changing;
    for (let k = 1; k < this.#acceptedCount; k++) {
      const step = times[rows[k]] - times[rows[k - 1]];
      if (step < 0 || (ties && step === 0)) return false;
    }
    return true;
  }

  /** Emits the bars that are settled: those that are complete and, at the end of time, the open ones. */
  #emitFinal(input: GroupedInput | null, length: number, before: EventTime): void {
    const settled = this.#settled;
    if (this.#watermark === Infinity) this.#endOpen();
    const { done, doneCount } = settled;
    if (doneCount === 0) return;
    this.#changes.fit();
    for (let k = 0; k < doneCount; k++) this.#changes.numbers[done[k]] = this.#nextNumber(done[k]);
    const at = this.#changes.insert(done, doneCount);
    const settleUs = this.#plan.tickUs + this.#plan.allowedLatenessUs;
    let row = 0;
    for (let k = 0; k < doneCount; k++) {
      const end = settled.lasts[done[k]] + settleUs;
      if (input !== null) while (row < length && input.marks[row] < end) row++;
      this.#out.marks[at + k] = row === 0 || input === null ? before : input.marks[row - 1];
    }
  }

  #nextNumber(slot: number): number {
    return ++this.#settledCounts[this.#settled.store.groups[slot]];
  }

  #endOpen(): void {
    const settled = this.#settled;
    const open = Int32Array.from(settled.open.keys()).filter(group => settled.open[group] > 0);
    // Those that end together come in order of their keys.
    const ordered = Array.from(this.#grouping.groups.inOrder(open), place => open[place]);
    const lastOf = (group: number): number => settled.lasts[settled.open[group] - 1];
    ordered.sort((a, b) => lastOf(a) - lastOf(b));
    for (const group of ordered) settled.complete(settled.open[group] - 1, group);
  }

  /** Tells bars that have changed; `all`: also those that are open. */
  #emitChanges(before: EventTime, all: boolean): void {
    const shown = this.#shown as ShownBars;
    const { order, count } = this.#waiting;
    const waits = { input: this.#waitingInput(), order, count };
    shown.tell(this.#compiled(), waits, this.#settledCounts, before, all || this.#watermark === Infinity);
    for (let k = 0; k < this.#settled.doneCount; k++) this.#nextNumber(this.#settled.done[k]);
  }

  bytes(): number {
    return this.#settled.bytes() + (this.#shown?.bars.bytes() ?? 0) + this.#waiting.bytes();
  }

  stateRows(): number {
    return this.#settled.store.live + (this.#shown?.bars.store.live ?? 0) + this.#waiting.count;
  }

  openWindows(): OpenWindows {
    let count = 0;
    for (const slot of this.#settled.open) if (slot > 0) count++;
    // An open bar ends with a row that is not known yet.
    return { count, oldestEnd: null };
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('counters', { ...this.counters });
    writer.lane('settledCounts', this.#settledCounts);
    this.#grouping.snapshot(writer.section('grouping'));
    this.#settled.snapshot(writer.section('settled'));
    this.#waiting.snapshot(writer.section('waiting'));
    this.#shown?.snapshot(writer.section('shown'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#settledCounts = reader.lane('settledCounts') as Float64Array<ArrayBuffer>;
    this.#grouping.restore(reader.section('grouping'));
    this.#settled.restore(reader.section('settled'));
    this.#waiting.restore(reader.section('waiting'));
    this.#shown?.restore(reader.section('shown'));
  }
}

/** Whether a row is the `-U` of a `+U` that follows: both are one change. */
function isHalf({ kinds }: GroupedInput, row: number, count: number): boolean {
  return kinds?.[row] === RowKind.UpdateBefore && row + 1 < count && kinds[row + 1] === RowKind.UpdateAfter;
}
