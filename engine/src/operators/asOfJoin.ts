import type { Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalAsOfJoin } from '../physical/asOfJoin.js';
import { AsOfLog } from './asOfLog.js';
import { matchAheadAll, matchBackward, missingOf, type AsOfLeft, type AsOfRule } from './asOfMatch.js';
import { AsOfOutput } from './asOfOutput.js';
import { TickReader, type Ticks } from './eventTicks.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import { firstAtLeast, slice } from './inOrder.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { PortWatermarks } from './portWatermarks.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimedRows } from './timedRows.js';

export type AsOfPlan = PhysicalAsOfJoin & { readonly input: Schema; readonly output: Schema };

const LEFT = 0;
const RIGHT = 1;

/**
 * Puts the columns of right rows beside left ones. Both ports give rows in event order; a left row comes out once both watermarks have passed what it can
 * still meet, in event order, so the outcome does not depend on how the two are interleaved.
 *
 * A left row that looks ahead may have to wait for its match, and those behind it wait too. Rows of the right input are kept as long as a left row
 * can meet them: looking back, the last one of each key before the next left row, and those that are later.
 */
export class AsOfJoinOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: AsOfPlan;
  readonly #leftKeys: readonly number[];
  readonly #rightKeys: readonly number[];
  readonly #leftTime: number;
  readonly #rightTime: number;
  readonly #ended: number;
  readonly #leftTicks: TickReader;
  readonly #rightTicks: TickReader;
  readonly #keys: GroupIndex;
  readonly #census = new GroupCensus(holds => {
    this.#log.markKeys(holds);
    this.#waiting.markKeys(holds);
  });
  readonly #watermarks = new PortWatermarks(2);
  readonly #log: AsOfLog;
  readonly #waiting: TimedRows;
  readonly #out: AsOfOutput;
  readonly #rule: AsOfRule;
  readonly #back: boolean;
  /** The right port is silent, so that nobody waits for it. */
  #rightIdle = false;
  #matches = new Int32Array(0);
  #groups = new Int32Array(0);
  #hasNullKeys = false;

  constructor(plan: AsOfPlan) {
    const { input, right, direction, toleranceUs, exact } = plan;
    this.#plan = plan;
    this.#leftKeys = plan.leftKeys.map(name => fieldIndex(input, name));
    this.#rightKeys = plan.rightKeys.map(name => fieldIndex(right, name));
    this.#leftTime = fieldIndex(input, plan.leftTime.column);
    this.#rightTime = fieldIndex(right, plan.rightTime.column);
    this.#ended = plan.ended === null ? -1 : fieldIndex(right, plan.ended);
    const fine = plan.leftTime.unit === 'ns' || plan.rightTime.unit === 'ns';
    this.#leftTicks = new TickReader(plan.leftTime.unit, fine);
    this.#rightTicks = new TickReader(plan.rightTime.unit, fine);
    this.#keys = new GroupIndex(this.#leftKeys.map(at => input.fields[at].type));
    this.#back = direction === 'backward';
    const columns = plan.columns.map(name => fieldIndex(right, name));
    const back = direction !== 'forward';
    const ahead = direction !== 'backward';
    this.#log = new AsOfLog(
      { schema: right, columns, back, ahead, exact, fine, toleranceUs },
      plan.ended !== null,
    );
    this.#waiting = new TimedRows(input, fine);
    this.#out = new AsOfOutput(plan.output, input.fields.length, plan.how === 'left');
    this.#rule = { direction, toleranceUs, progress: START_OF_TIME };
  }

  process(port: number, batch: Batch, out: Emitter): void {
    if (port === RIGHT) {
      if (batch.length > 0) this.#takeRight(batch);
      this.#watermarks.advance(RIGHT, batch.watermark);
      this.#drain(null, out);
      return;
    }
    const least = this.#watermarks.aligned;
    this.#watermarks.advance(LEFT, batch.watermark);
    this.#drain(batch.length > 0 ? this.#leftOf(batch, least) : null, out);
  }

  /** Rows for whose time the result has been told already come too late: that is so where the left was silent. */
  #leftOf(batch: Batch, least: EventTime): LeftBatch {
    const { length } = batch;
    const ticks = this.#leftTicks.read(batch.columns[this.#leftTime].data, length);
    const from = ticks.us[0] < least ? firstAtLeast(ticks.us, 0, length, least) : 0;
    this.counters.late += from;
    const groups = this.#groupsOf(this.#leftKeys, batch);
    return { batch, from, ...ticks, groups };
  }

  #takeRight(batch: Batch): void {
    // Once the left is at its end, what waits of it is all that there is.
    if (this.#watermarks.of(LEFT) === END_OF_TIME && this.#waiting.isEmpty) return;
    const { length } = batch;
    const ticks = this.#rightTicks.read(batch.columns[this.#rightTime].data, length);
    const groups = this.#groupsOf(this.#rightKeys, batch);
    const ended = this.#ended < 0 ? null : (batch.columns[this.#ended].data as Uint8Array);
    // A row whose key is NULL is met by nothing.
    for (let from = 0; from < length;) {
      const absent = this.#hasNullKeys ? groups.subarray(0, length).indexOf(-1, from) : -1;
      const to = absent < 0 ? length : absent;
      if (to > from) this.#log.append(batch, ticks, groups, ended, from, to);
      from = to + 1;
    }
  }

  /** The key numbers of a batch's rows, -1 where a key is NULL. */
  #groupsOf(at: readonly number[], { columns, length }: Batch): Int32Array {
    const keys = at.map((position): Column => columns[position]);
    const groups = this.#keys.assign(keys, length);
    this.#log.fitKeys(this.#keys.size);
    const nullable = keys.filter(({ valid }) => valid !== null && hasNull(valid, length));
    this.#hasNullKeys = nullable.length > 0;
    if (!this.#hasNullKeys) return groups;
    if (this.#groups.length < length) this.#groups = new Int32Array(length * 2);
    this.#groups.set(groups.subarray(0, length));
    for (const { valid } of nullable)
      for (let row = 0; row < length; row++) if ((valid as Uint8Array)[row] === 0) this.#groups[row] = -1;
    return this.#groups;
  }

  /** Tells what is certain by now, of rows that wait and of a batch that has come. */
  #drain(left: LeftBatch | null, out: Emitter): void {
    const { aligned } = this.#watermarks;
    this.#rule.progress = this.#rightIdle ? aligned : this.#watermarks.of(RIGHT);
    const told = this.#back ? this.#drainBack(left, aligned, out) : this.#drainAhead(left, aligned, out);
    if (!told) out(this.#out.empty(this.#watermark()));
    this.#giveUp();
  }

  /** Looking back, everything is certain that the watermark has passed. Rows of a batch that are go on without a copy. */
  #drainBack(left: LeftBatch | null, limit: EventTime, out: Emitter): boolean {
    const waiting = this.#waiting;
    const end = firstAtLeast(waiting.us, waiting.head, waiting.used, limit);
    const from = left?.from ?? 0;
    const due = left === null ? 0 : firstAtLeast(left.us, from, left.batch.length, limit);
    const passes = due > from;
    const tells = end > waiting.head;
    if (tells) {
      const watermark = passes ? waiting.us[end - 1] : limit;
      this.#tellWaiting(end, this.#matchBack(waiting, waiting.head, end), watermark, out);
    }
    if (left === null) return tells;
    if (passes) {
      const missing = this.#matchBack(left, from, due);
      const { columns, marks } = slice(left.batch, from, due, left.us.subarray(from), limit);
      this.#tell(columns, marks as Float64Array, due - from, missing, limit, out);
    }
    waiting.append(left.batch.columns, left, left.groups, Math.max(due, from), left.batch.length);
    return tells || passes;
  }

  #matchBack(left: AsOfLeft, from: number, to: number): number {
    this.#fitMatches(to - from);
    return matchBackward(this.#log, left, from, to, this.#plan.toleranceUs, this.#matches);
  }

  #drainAhead(left: LeftBatch | null, limit: EventTime, out: Emitter): boolean {
    const waiting = this.#waiting;
    if (left !== null) waiting.append(left.batch.columns, left, left.groups, left.from, left.batch.length);
    const { head } = waiting;
    const due = firstAtLeast(waiting.us, head, waiting.used, limit);
    if (due === head) return false;
    this.#fitMatches(due - head);
    const end = matchAheadAll(this.#log, waiting, head, due, this.#rule, this.#matches);
    if (end === head) return false;
    const watermark = end < waiting.used ? Math.min(limit, waiting.us[end]) : limit;
    this.#tellWaiting(end, missingOf(this.#matches, end - head), watermark, out);
    return true;
  }

  /** Tells the rows that wait up to `end`, whose matches are known. */
  #tellWaiting(end: number, missing: number, watermark: EventTime, out: Emitter): void {
    const waiting = this.#waiting;
    const { head } = waiting;
    const times = waiting.us.subarray(head, end);
    this.#tell(waiting.store.view(head, end), times, end - head, missing, watermark, out);
    waiting.drop(end);
  }

  #tell(
    columns: readonly Column[],
    marks: Float64Array,
    count: number,
    missing: number,
    watermark: EventTime,
    out: Emitter,
  ): void {
    const { store, nulls } = this.#log;
    const met = { matches: this.#matches, missing, store, nulls };
    out(this.#out.batch({ columns, marks, count }, met, watermark));
  }

  #fitMatches(count: number): void {
    if (this.#matches.length < count) this.#matches = new Int32Array(count * 2);
  }

  /** What has been told is all that there is before this time. */
  #watermark(): EventTime {
    const { aligned } = this.#watermarks;
    const waiting = this.#waiting;
    return waiting.isEmpty ? aligned : Math.min(aligned, waiting.us[waiting.head]);
  }

  /** The least time of a left row that waits or may still come. */
  #least(): EventTime {
    const waiting = this.#waiting;
    if (!waiting.isEmpty) return waiting.us[waiting.head];
    return Math.max(this.#watermarks.aligned, this.#watermarks.of(LEFT));
  }

  #giveUp(): void {
    const least = this.#least();
    if (least === END_OF_TIME) {
      this.#log.clear();
      return;
    }
    if (!this.#log.isFull) return;
    this.#log.compact(least);
    const renumbering = this.#census.take(this.#keys);
    if (renumbering === null) return;
    this.#log.renumber(renumbering);
    this.#waiting.renumber(renumbering);
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    if (port === RIGHT) this.#rightIdle = idle;
    if (this.#watermarks.aligned > before) this.#drain(null, out);
  }

  stateRows(): number {
    return this.#log.used + this.#waiting.used - this.#waiting.head;
  }

  bytes(): number {
    const buffers = this.#matches.byteLength + this.#groups.byteLength;
    return this.#log.bytes() + this.#waiting.bytes() + this.#keys.bytes() + buffers;
  }

  /** Writes the rows of both sides that are kept, the keys' numbers and the watermarks. */
  snapshot(writer: StateWriter): void {
    writer.value('late', this.counters.late);
    writer.value('rightIdle', this.#rightIdle);
    this.#keys.snapshot(writer.section('keys'));
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#log.snapshot(writer.section('right'));
    this.#waiting.snapshot(writer.section('left'));
  }

  restore(reader: StateReader): void {
    this.counters.late = reader.value('late') as number;
    this.#rightIdle = reader.value('rightIdle') as boolean;
    this.#keys.restore(reader.section('keys'));
    this.#watermarks.restore(reader.section('watermarks'));
    this.#log.restore(reader.section('right'));
    this.#waiting.restore(reader.section('left'));
  }
}

/** A batch of the left port with its times and keys; rows before `from` are late. */
interface LeftBatch extends Ticks {
  readonly batch: Batch;
  readonly from: number;
  readonly groups: Int32Array;
}
