import { compileWindowJoinKeep, compileWindowJoinLoop } from '../codegen/windowJoin.js';
import type { WindowJoinHost, WindowJoinKeep, WindowJoinLoop } from '../codegen/windowJoin.js';
import { keptArguments, type WindowJoinShape } from '../codegen/windowJoinShape.js';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { hasDictionary, INT64 } from '../columns/types.js';
import type { PhysicalOperator } from '../physical/physical.js';
import { argumentColumns } from './argumentColumns.js';
import { frameLanes } from './frameLanes.js';
import { GroupCensus } from './groupCensus.js';
import { Grouping } from './grouping.js';
import { firstAtLeast } from './inOrder.js';
import { JoinKeyIndex } from './joinKeyIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { OutputColumn } from './output.js';
import { PortWatermarks } from './portWatermarks.js';
import { SideTimes } from './sideTimes.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimedQueue } from './timedQueue.js';
import { WindowFrames } from './windowFrames.js';
import { windowJoinShape } from './windowJoinPlan.js';

type PhysicalWindowJoin = Extract<PhysicalOperator, { op: 'windowJoin' }>;

const LEFT = 0;
const RIGHT = 1;

/**
 * Adds to each row of its first port the aggregates of the rows of its second one around it. Rows of both ports come in event order. A left
 * row waits until no right row of its window can come any more, so what comes out does not depend on which port's rows come first; it
 * comes out in event order, with its own time as its mark.
 */
export class WindowJoinOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: PhysicalWindowJoin;
  #shape: WindowJoinShape;
  readonly #grouping: Grouping;
  readonly #keys: JoinKeyIndex;
  readonly #keyColumns: readonly [readonly number[], readonly number[]];
  readonly #times: SideTimes;
  /** What right watermarks say of left rows: those before it have all the right rows of their windows. */
  readonly #watermarks = new PortWatermarks(2);
  readonly #waiting: TimedQueue;
  readonly #frames: WindowFrames;
  readonly #census = new GroupCensus(holds => this.#markKeys(holds));
  readonly #out: readonly OutputColumn[];
  #capacity = 1024;
  /** How many right rows have come, which numbers them. */
  #numbered = 0;
  #loop: WindowJoinLoop | null = null;
  #keep: WindowJoinKeep | null = null;

  constructor(plan: PhysicalWindowJoin) {
    this.#plan = plan;
    const { input, right, keys, args, columns, times } = plan;
    const shape = windowJoinShape(plan);
    const evaluate = argumentColumns(args, right);
    const names = keys.map(key => key.right);
    this.#grouping = new Grouping({ shape, input: right, keys: names, time: times[RIGHT].column }, batch =>
      shape.sequence === null ? evaluate(batch) : [...evaluate(batch), this.#rowNumbers(batch.length)],
    );
    this.#shape = this.#grouping.shape as WindowJoinShape;
    this.#keys = new JoinKeyIndex(this.#grouping.groups);
    this.#keyColumns = [
      keys.map(key => fieldIndex(input, key.left)),
      keys.map(key => fieldIndex(right, key.right)),
    ];
    this.#times = new SideTimes(fieldIndex(input, times[LEFT].column), times[LEFT].unit);
    this.#waiting = new TimedQueue(input);
    this.#frames = new WindowFrames(
      shape,
      this.#grouping.makeStore(false),
      frameLanes(this.#shape, keptArguments(this.#shape)),
    );
    this.#out = columns.map(({ type, nullable }) => new OutputColumn(type, nullable, this.#capacity));
  }

  process(port: number, batch: Batch, out: Emitter): void {
    if (port === LEFT) {
      if (batch.length > 0) this.#wait(batch);
      this.#watermarks.advance(LEFT, batch.watermark);
    } else {
      if (batch.length > 0) this.#takeRight(batch);
      this.#watermarks.advance(RIGHT, batch.watermark - this.#plan.highUs);
    }
    this.#release(out);
  }

  /** Left rows that come before what has gone out already, after their port was silent, are late. */
  #wait(batch: Batch): void {
    const times = this.#times.of(batch);
    const keys = this.#keys.assign(batch, this.#keyColumns[LEFT]);
    const late = firstAtLeast(times, 0, batch.length, this.#watermarks.aligned);
    this.counters.late += late;
    this.#waiting.append(batch, times, keys, late);
    this.#frames.added(batch.length - late);
  }

  #takeRight(batch: Batch): void {
    const input = this.#grouping.prepare(batch, 0);
    this.#numbered += batch.length;
    const groups = this.#keys.over(input.groups, batch, this.#keyColumns[RIGHT]);
    this.#fit();
    this.#keep ??= compileWindowJoinKeep(this.#shape, this.#frames.wide);
    this.#keep(this.#frames.range, { ...input, groups }, batch.length);
    this.#frames.added(batch.length);
  }

  #rowNumbers(count: number): Column {
    const data = Float64Array.from({ length: count }, (_, k) => this.#numbered + k);
    return { type: INT64, data, valid: null, dictionary: null };
  }

  /** Follows what has changed of keys, NULLs and lanes. */
  #fit(): void {
    const { shape } = this.#grouping;
    if (shape !== this.#shape) {
      this.#shape = shape as WindowJoinShape;
      this.#frames.relayout(frameLanes(this.#shape, keptArguments(this.#shape)));
      this.#loop = this.#keep = null;
    }
    if (this.#frames.fit(this.#keys.size)) this.#loop = this.#keep = null;
  }

  /** Lets out the left rows whose windows are complete. */
  #release(out: Emitter): void {
    const waiting = this.#waiting;
    const watermark = this.#watermarks.aligned;
    const { head } = waiting;
    const due = waiting.dueBefore(watermark);
    const length = due - head;
    const schema = this.#plan.output;
    if (length === 0) {
      out({ schema, length, columns: [], kinds: null, marks: null, watermark });
    } else {
      this.#fit();
      this.#fitOut(length);
      const times = waiting.times.subarray(head, due);
      this.#loop ??= compileWindowJoinLoop(this.#shape, this.#frames.wide);
      this.#loop(this.#host(), waiting.keys.subarray(head, due), times, length);
      const columns = [
        ...waiting.view(head, due),
        ...this.#out.map((column, j) => this.#finish(column, j, length)),
      ];
      out({ schema, length, columns, kinds: null, marks: times, watermark });
      waiting.dropBefore(due);
    }
    if (this.#frames.giveUpBefore(watermark + this.#plan.lowUs)) this.#renumber();
  }

  #fitOut(rows: number): void {
    while (this.#capacity < rows) this.#capacity *= 2;
    for (const column of this.#out) {
      column.reset();
      if (column.data.length < this.#capacity) column.grow(this.#capacity, 0);
    }
  }

  #host(): WindowJoinHost {
    const out = this.#out;
    const { range, deques, begins, low, high, gone, store } = this.#frames;
    return {
      ...{ state: store, range, deques, begins, low, high, gone },
      dictionaries: this.#grouping.dictionaries,
      data: out.map(column => column.data),
      valid: out.map(column => column.valid),
      made: this.#shape.aggregates.map(({ bound }, j) =>
        bound.makesText === true ? out[j].makeDictionary() : null,
      ),
      clear: slot => store.reset(slot),
      exact(column, row, value) {
        out[column].widen(row);
        out[column].data[row] = value as never;
      },
    };
  }

  #finish(column: OutputColumn, j: number, length: number): Column {
    const { roles, aggregates } = this.#shape;
    if (hasDictionary(column.type) && aggregates[j].bound.makesText !== true) {
      const role = roles[j];
      const arg = role.kind === 'deque' ? role.arg : aggregates[j].args[0];
      column.dictionary = this.#grouping.dictionaries[arg];
    }
    return column.column(length);
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    if (this.#watermarks.aligned > before) this.#release(out);
  }

  /** Numbers of keys that neither hold right rows nor wait are given up. */
  #renumber(): void {
    // Left rows may have brought keys that no right row has.
    this.#fit();
    const renumbering = this.#census.take(this.#grouping.groups);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    this.#frames.keepOnly(Int32Array.of(0, ...kept.map(group => group + 1)));
    this.#waiting.renumber(Int32Array.of(0, ...numberOf.map(group => group + 1)));
  }

  #markKeys(holds: Uint8Array): void {
    const mark = (key: number): void => {
      if (key > 0) holds[key - 1] = 1;
    };
    this.#frames.eachHeld(mark);
    this.#waiting.eachKey(mark);
  }

  /** Left rows that wait, and right rows that are kept. */
  stateRows(): number {
    return this.#waiting.rows + this.#frames.rows;
  }

  bytes(): number {
    return this.#waiting.bytes() + this.#frames.bytes() + this.#grouping.groups.bytes();
  }

  snapshot(writer: StateWriter): void {
    writer.value('late', this.counters.late);
    writer.value('numbered', this.#numbered);
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#grouping.snapshot(writer.section('grouping'));
    this.#waiting.snapshot(writer.section('waiting'));
    this.#frames.snapshot(writer.section('frames'));
  }

  restore(reader: StateReader): void {
    this.counters.late = reader.value('late') as number;
    this.#numbered = reader.value('numbered') as number;
    this.#watermarks.restore(reader.section('watermarks'));
    this.#grouping.restore(reader.section('grouping'));
    this.#waiting.restore(reader.section('waiting'));
    this.#fit();
    this.#frames.restore(reader.section('frames'));
  }
}
