import { RowKind, type Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalAsOfJoin } from '../physical/asOfJoin.js';
import { AsOfKeys } from './asOfKeys.js';
import { AsOfOutput } from './asOfOutput.js';
import { TickReader, type Ticks } from './eventTicks.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { PortWatermarks } from './portWatermarks.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

type AsOfPlan = PhysicalAsOfJoin & { readonly input: Schema; readonly output: Schema };

const LEFT = 0;
const RIGHT = 1;
const NONE = -1;

/**
 * Puts the columns of right rows beside left ones as these arrive: a left row comes out at once with what it meets so far, and is taken back for
 * another one when a right row changes that, until the watermarks say that none can any more. Then it is forgotten. Late rows are dropped,
 * each by its own port's watermark, so that in the end there is what `AsOfJoinOperator` gives of rows in order.
 */
export class AsOfChangesOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: AsOfPlan;
  readonly #ports: readonly [Port, Port];
  readonly #index: GroupIndex;
  readonly #census = new GroupCensus(holds => this.#keys.markKeys(holds));
  readonly #watermarks = new PortWatermarks(2);
  readonly #keys: AsOfKeys;
  readonly #out: AsOfOutput;
  readonly #nulls: readonly boolean[];
  #rightIdle = false;
  /** The changes of a batch: left and right rows, and kinds. */
  #lefts = new Int32Array(0);
  #rights = new Int32Array(0);
  #kinds = new Uint8Array(0);
  #count = 0;
  #marks = new Float64Array(0);
  #takes = new Uint8Array(0);
  #groups = new Int32Array(0);

  constructor(plan: AsOfPlan) {
    const { input, right, leftTime, rightTime } = plan;
    this.#plan = plan;
    const fine = leftTime.unit === 'ns' || rightTime.unit === 'ns';
    const places = (schema: Schema, names: readonly string[]) => names.map(name => fieldIndex(schema, name));
    const sequence = plan.rightSequence === null ? [] : [plan.rightSequence];
    this.#ports = [
      {
        keys: places(input, plan.leftKeys),
        time: fieldIndex(input, leftTime.column),
        ticks: new TickReader(leftTime.unit, fine),
        columns: [...input.fields.keys()],
      },
      {
        keys: places(right, plan.rightKeys),
        time: fieldIndex(right, rightTime.column),
        ticks: new TickReader(rightTime.unit, fine),
        columns: places(right, [...plan.columns, ...sequence]),
      },
    ];
    this.#index = new GroupIndex(this.#ports[LEFT].keys.map(at => input.fields[at].type));
    const kept = this.#ports[RIGHT].columns.map(at => right.fields[at]);
    this.#keys = new AsOfKeys(plan, input, { fields: kept }, fine, sequence.length > 0);
    this.#out = new AsOfOutput(plan.output, input.fields.length, true);
    this.#nulls = kept.map(({ nullable }) => nullable);
  }

  process(port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark();
    this.#count = 0;
    if (batch.length > 0) this.#take(port, batch);
    this.#watermarks.advance(port, batch.watermark);
    this.#emit(before, out);
  }

  #take(port: number, batch: Batch): void {
    const { keys, time, ticks: reader, columns } = this.#ports[port];
    const { length } = batch;
    const ticks = reader.read(batch.columns[time].data, length);
    const groups = this.#groupsOf(
      keys.map((at): Column => batch.columns[at]),
      length,
    );
    this.#choose(port, batch, ticks);
    const side = port === LEFT ? this.#keys.left : this.#keys.right;
    const kept = columns.map((at): Column => batch.columns[at]);
    const begin = side.used;
    for (let from = 0; from < length;) {
      const takes = this.#takes[from];
      let to = from + 1;
      while (to < length && this.#takes[to] === takes) to++;
      if (takes === 1) side.append(kept, ticks, groups, from, to);
      from = to;
    }
    if (port === LEFT) this.#takeLeft(begin);
    else this.#takeRight(begin);
  }

  /** Leaves in `#takes` which rows are neither late nor without a time. */
  #choose(port: number, { columns, marks, length }: Batch, { us }: Ticks): void {
    const { valid } = columns[this.#ports[port].time];
    const least = port === LEFT ? this.#watermarks.aligned : START_OF_TIME;
    let mark = this.#watermarks.of(port);
    if (this.#takes.length < length) this.#takes = new Uint8Array(length * 2);
    for (let row = 0; row < length; row++) {
      const untimed = valid !== null && valid[row] === 0;
      const late = !untimed && (us[row] < mark || us[row] < least);
      if (untimed) this.counters.untimed++;
      else if (late) this.counters.late++;
      this.#takes[row] = untimed || late ? 0 : 1;
      if (marks !== null) mark = Math.max(mark, marks[row]);
    }
  }

  #groupsOf(keys: readonly Column[], length: number): Int32Array {
    const groups = this.#index.assign(keys, length);
    if (this.#groups.length < length) this.#groups = new Int32Array(length * 2);
    this.#groups.set(groups.subarray(0, length));
    for (const { valid } of keys) {
      if (valid === null || !hasNull(valid, length)) continue;
      for (let row = 0; row < length; row++) if (valid[row] === 0) this.#groups[row] = NONE;
    }
    return this.#groups;
  }

  #takeLeft(begin: number): void {
    const { left } = this.#keys;
    for (let row = begin; row < left.used; row++) {
      const match = this.#keys.addLeft(row);
      if (match >= 0 || this.#plan.how === 'left') this.#note(row, match, RowKind.Insert);
    }
  }

  #takeRight(begin: number): void {
    const { right, told } = this.#keys;
    const touched = new Set<number>();
    for (let row = begin; row < right.used; row++) this.#keys.addRight(row, touched);
    const { how } = this.#plan;
    for (const row of [...touched].sort((a, b) => a - b)) {
      const earlier = told[row];
      const match = this.#keys.matchOf(row);
      if (match === earlier) continue;
      told[row] = match;
      const isNew = how === 'inner' && earlier < 0;
      if (!isNew) this.#note(row, earlier, RowKind.UpdateBefore);
      this.#note(row, match, isNew ? RowKind.Insert : RowKind.UpdateAfter);
    }
  }

  #note(left: number, right: number, kind: RowKind): void {
    const at = this.#count++;
    if (at === this.#lefts.length) {
      this.#lefts = grown(this.#lefts, at + 1);
      this.#rights = grown(this.#rights, at + 1);
      const kinds = new Uint8Array(this.#lefts.length);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#lefts[at] = left;
    this.#rights[at] = right;
    this.#kinds[at] = kind;
  }

  /** Forgets what is certain, and tells the changes of a batch. */
  #emit(before: EventTime, out: Emitter): void {
    const { aligned } = this.#watermarks;
    const progress = this.#rightIdle ? aligned : this.#watermarks.of(RIGHT);
    this.#keys.forget(aligned, progress);
    const watermark = this.#watermark();
    const count = this.#count;
    if (count === 0) {
      out(this.#out.empty(watermark));
    } else {
      if (this.#marks.length < count) this.#marks = new Float64Array(count * 2);
      // What is taken back is no later than what was told before.
      this.#marks.fill(before, 0, count);
      const { left, right } = this.#keys;
      let missing = 0;
      for (let k = 0; k < count; k++) if (this.#rights[k] < 0) missing++;
      const columns = left.store.gather(this.#lefts, count);
      const rows = this.#out.batch(
        { columns, marks: this.#marks, count },
        { matches: this.#rights, missing, store: right.store, nulls: this.#nulls },
        watermark,
      );
      out({ ...rows, kinds: this.#kinds });
    }
    this.#giveUp();
  }

  /** Nothing before this time changes any more. */
  #watermark(): EventTime {
    return Math.min(this.#watermarks.aligned, this.#keys.oldest);
  }

  #giveUp(): void {
    const least = Math.min(this.#keys.oldest, Math.max(this.#watermarks.aligned, this.#watermarks.of(LEFT)));
    if (!this.#keys.isFull && least < END_OF_TIME) return;
    this.#keys.compact(least);
    const renumbering = this.#census.take(this.#index);
    if (renumbering !== null) this.#keys.renumber(renumbering);
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    if (port === RIGHT) this.#rightIdle = idle;
    this.#count = 0;
    if (this.#watermarks.aligned > before) this.#emit(before, out);
  }

  stateRows(): number {
    return this.#keys.rows;
  }

  bytes(): number {
    return this.#keys.bytes() + this.#index.bytes() + this.#lefts.byteLength * 2;
  }

  /** Writes the rows of both sides that are kept, what was told of them, the keys' numbers and the watermarks. */
  snapshot(writer: StateWriter): void {
    writer.value('late', this.counters.late);
    writer.value('untimed', this.counters.untimed);
    writer.value('rightIdle', this.#rightIdle);
    this.#index.snapshot(writer.section('index'));
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#keys.snapshot(writer.section('keys'));
  }

  restore(reader: StateReader): void {
    this.counters.late = reader.value('late') as number;
    this.counters.untimed = reader.value('untimed') as number;
    this.#rightIdle = reader.value('rightIdle') as boolean;
    this.#index.restore(reader.section('index'));
    this.#watermarks.restore(reader.section('watermarks'));
    this.#keys.restore(reader.section('keys'));
  }
}

interface Port {
  readonly keys: readonly number[];
  readonly time: number;
  readonly ticks: TickReader;
  /** The columns that are kept. */
  readonly columns: readonly number[];
}
