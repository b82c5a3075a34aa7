import { Selection } from '../codegen/filter.js';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalOperator } from '../physical/physical.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import { firstAtLeast } from './inOrder.js';
import { JoinKeyIndex } from './joinKeyIndex.js';
import { JoinedRows } from './joinedRows.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { filled, OptionalRows, type Translations } from './optionalRows.js';
import { PairRing } from './pairRing.js';
import { PortWatermarks } from './portWatermarks.js';
import { SideTimes } from './sideTimes.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimedQueue } from './timedQueue.js';

type PhysicalIntervalJoin = Extract<PhysicalOperator, { op: 'intervalJoin' }>;

/** So many pairs are put out together, and those of a row more. */
const ENOUGH = 16_384;

/** One input of the join. */
interface Side {
  readonly port: number;
  readonly keys: readonly number[];
  /** The columns that its rows are kept with, by their place in the input. */
  readonly kept: readonly number[];
  readonly times: SideTimes;
  readonly queue: TimedQueue;
  readonly rows: OptionalRows;
}

/**
 * Pairs the rows of two ports that lie near each other in event time. One side drives: its rows wait until no row that they could meet can
 * come any more, and come out in event order with all their pairs, so that what comes out does not depend on which port's rows come first. The left side
 * drives, but where every right row comes out, the right one does.
 */
export class IntervalJoinOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: PhysicalIntervalJoin;
  readonly #sides: readonly [Side, Side];
  readonly #driving: Side;
  readonly #other: Side;
  readonly #keys: JoinKeyIndex;
  readonly #ring: PairRing;
  readonly #selection: Selection | null;
  /** What the other side's watermarks say of driving rows: those before it have met all that they can. */
  readonly #watermarks = new PortWatermarks(2);
  readonly #census = new GroupCensus(holds => this.#markKeys(holds));
  readonly #joined = new JoinedRows();
  readonly #translations: Translations = new WeakMap();
  #told: EventTime = START_OF_TIME;

  constructor(plan: PhysicalIntervalJoin) {
    this.#plan = plan;
    const { input, right, keys, how, columns, where, lowUs, highUs } = plan;
    const all = (schema: Schema): number[] => schema.fields.map((_, at) => at);
    const named = columns.map(name => fieldIndex(right, name));
    const side = (port: number, schema: Schema, keyed: readonly string[], kept: readonly number[]): Side => ({
      port,
      keys: keyed.map(name => fieldIndex(schema, name)),
      kept,
      times: new SideTimes(fieldIndex(schema, plan.times[port].column), plan.times[port].unit),
      queue: new TimedQueue({ fields: kept.map(at => schema.fields[at]) }),
      rows: new OptionalRows(),
    });
    const keeps = how === 'right' || how === 'full' || where !== null ? all(right) : named;
    this.#sides = [
      side(
        0,
        input,
        keys.map(key => key.left),
        all(input),
      ),
      side(
        1,
        right,
        keys.map(key => key.right),
        keeps,
      ),
    ];
    const [left] = this.#sides;
    [this.#driving, this.#other] = how === 'right' ? [this.#sides[1], left] : this.#sides;
    this.#keys = new JoinKeyIndex(new GroupIndex(left.keys.map(at => input.fields[at].type)));
    this.#ring = how === 'right' ? new PairRing(-highUs, -lowUs) : new PairRing(lowUs, highUs);
    this.#selection = where === null ? null : new Selection(where.predicate, where.schema);
  }

  process(port: number, batch: Batch, out: Emitter): void {
    const side = this.#sides[port];
    if (batch.length > 0) this.#take(side, batch);
    const behind = side === this.#driving ? 0 : this.#ring.highUs;
    this.#watermarks.advance(side.port, batch.watermark - behind);
    this.#release(out);
  }

  /** Keeps rows. Driving ones that come before what has gone out already, after their port was silent, are late. */
  #take(side: Side, batch: Batch): void {
    const times = side.times.of(batch);
    const keys = this.#keys.assign(batch, side.keys);
    const { length } = batch;
    const columns = side.kept.map(at => batch.columns[at]);
    const { queue } = side;
    if (side === this.#driving) {
      const late = firstAtLeast(times, 0, length, this.#watermarks.aligned);
      this.counters.late += late;
      queue.append({ columns, length }, times, keys, late);
    } else {
      const from = queue.used;
      queue.append({ columns, length }, times, keys, 0);
      this.#ring.fit(this.#keys.size);
      this.#ring.take(queue, from);
    }
    this.#ring.added(length);
  }

  /** Lets out what the driving rows before the watermark meet. */
  #release(out: Emitter): void {
    const { aligned } = this.#watermarks;
    const driving = this.#driving.queue;
    const other = this.#other.queue;
    this.#ring.fit(this.#keys.size);
    const due = driving.dueBefore(aligned);
    const otherDue = other.dueBefore(aligned + this.#ring.lowUs);
    let row = driving.head;
    while (row < due) {
      const next = this.#pair(row, due);
      const isLast = next === due;
      this.#join(row, next, isLast ? otherDue : -1);
      this.#tell(isLast ? aligned : driving.times[next - 1], out);
      row = next;
    }
    if (driving.head === due) {
      this.#ring.count = 0;
      this.#join(due, due, otherDue);
      this.#tell(aligned, out);
    }
    driving.dropBefore(due);
    other.dropBefore(Math.max(other.head, otherDue));
    if (this.#ring.giveUpBefore(aligned + this.#ring.lowUs)) this.#renumber();
  }

  /** Finds pairs of driving rows from `row` on, and leaves out those that do not meet the condition. Returns the row behind. */
  #pair(row: number, due: number): number {
    const { how } = this.#plan;
    const ring = this.#ring;
    const selection = this.#selection;
    const once = selection === null && (how === 'semi' || how === 'anti');
    const next = ring.find(this.#driving.queue, row, due, this.#other.queue.gone, ENOUGH, once);
    if (selection === null || ring.count === 0) return next;
    const { queue, rows } = this.#driving;
    const drivers = rows.gather(queue, ring.drivers, ring.count);
    const others = this.#other.rows.gather(this.#other.queue, ring.others, ring.count);
    const columns = this.#driving.port === 0 ? [...drivers, ...others] : [...others, ...drivers];
    const kept = selection.select({ columns, length: ring.count });
    ring.keep(selection.rows, kept);
    return next;
  }

  /** The columns of joined rows: the left ones, then the right ones without the keys. */
  #pairColumns([lefts, rights]: readonly Int32Array[], count: number): Column[] {
    const [left, right] = this.#sides;
    const named = this.#plan.columns.map(name => right.kept.indexOf(fieldIndex(this.#plan.right, name)));
    const rightRows = right.rows.gather(right.queue, rights, count);
    const leftRows = [...left.rows.gather(left.queue, lefts, count)];
    // A right row without a partner says its key itself.
    if (this.#plan.how === 'right' || this.#plan.how === 'full') {
      left.keys.forEach((at, k) => {
        const key = rightRows[right.keys[k]];
        leftRows[at] = filled(leftRows[at], key, lefts, count, this.#translations);
      });
    }
    return [...leftRows, ...named.map(at => rightRows[at])];
  }

  /** Puts the rows of the output together, out of the pairs of the driving rows [from, to). */
  #join(from: number, to: number, otherDue: number): void {
    const { how } = this.#plan;
    this.#joined.reset(this.#told);
    const { queue } = this.#driving;
    if (how === 'full') this.#joined.full(queue, from, to, this.#ring, this.#other.queue, otherDue);
    else this.#joined.driven(queue, from, to, this.#ring, how);
  }

  #tell(watermark: EventTime, out: Emitter): void {
    const { output, how } = this.#plan;
    const joined = this.#joined;
    const { count: length } = joined;
    this.#told = Math.max(this.#told, watermark);
    if (length === 0) {
      out({ schema: output, length, columns: [], kinds: null, marks: null, watermark: this.#told });
      return;
    }
    const alone = how === 'semi' || how === 'anti';
    const isSwapped = this.#driving.port === 1;
    const positions = isSwapped ? [joined.others, joined.drivers] : [joined.drivers, joined.others];
    const columns = alone
      ? this.#driving.queue.gather(joined.drivers, length)
      : this.#pairColumns(positions, length);
    out({ schema: output, length, columns, kinds: null, marks: joined.marks, watermark: this.#told });
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    if (this.#watermarks.aligned > before) this.#release(out);
  }

  /** Numbers of keys that have no rows are given up. */
  #renumber(): void {
    const renumbering = this.#census.take(this.#keys.groups);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    this.#ring.keepOnly(Int32Array.of(0, ...kept.map(group => group + 1)));
    this.#driving.queue.renumber(Int32Array.of(0, ...numberOf.map(group => group + 1)));
  }

  #markKeys(holds: Uint8Array): void {
    const mark = (key: number): void => {
      if (key > 0) holds[key - 1] = 1;
    };
    this.#ring.eachHeld(mark);
    this.#driving.queue.eachKey(mark);
  }

  /** Rows of both sides that are kept. */
  stateRows(): number {
    return this.#driving.queue.rows + this.#other.queue.rows;
  }

  bytes(): number {
    const queues = this.#driving.queue.bytes() + this.#other.queue.bytes();
    return queues + this.#ring.bytes() + this.#keys.groups.bytes() + this.#joined.bytes();
  }

  snapshot(writer: StateWriter): void {
    writer.value('late', this.counters.late);
    writer.value('told', this.#told);
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#keys.groups.snapshot(writer.section('keys'));
    this.#ring.snapshot(writer.section('ring'));
    this.#driving.queue.snapshot(writer.section('driving'));
    this.#other.queue.snapshot(writer.section('other'));
  }

  restore(reader: StateReader): void {
    this.counters.late = reader.value('late') as number;
    this.#told = reader.value('told') as number;
    this.#watermarks.restore(reader.section('watermarks'));
    this.#keys.groups.restore(reader.section('keys'));
    this.#ring.restore(reader.section('ring'));
    this.#driving.queue.restore(reader.section('driving'));
    this.#other.queue.restore(reader.section('other'));
  }
}
