import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import { ColumnGather } from '../codegen/gather.js';
import type { PhysicalLookupJoin } from '../physical/lookupJoin.js';
import { FollowingMarks } from './followingMarks.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import { JoinSide } from './joinSide.js';
import { NullKeys } from './nullKeys.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';
import { WaitingBatches } from './waitingBatches.js';

type LookupPlan = PhysicalLookupJoin & { readonly input: Schema; readonly output: Schema };

/**
 * Joins each left row with the right rows that there are of its key when it comes, and forgets it. Where the right side comes to an end, left
 * rows wait for that.
 */
export class LookupJoinOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: LookupPlan;
  readonly #keys: GroupIndex;
  readonly #right: JoinSide;
  readonly #nulls = new NullKeys();
  readonly #census = new GroupCensus(holds => this.#right.mark(holds));
  readonly #gathers: readonly ColumnGather[];
  /** Left rows that wait for the end of the right ones; null: they need not any more. */
  #waiting: WaitingBatches | null;
  #watermark: EventTime = START_OF_TIME;
  /** The left row and the right slot of each row that is put out. */
  #rows = new Int32Array(1024);
  #slots = new Int32Array(1024);
  readonly #marks = new FollowingMarks();

  constructor(plan: LookupPlan) {
    this.#plan = plan;
    const { right, how, waits, input } = plan;
    this.#keys = new GroupIndex(plan.keys.map(at => input.fields[at].type));
    const needs = { rows: true, alone: false, drops: false, keyChanges: false, matches: false };
    this.#right = new JoinSide(right, needs, this.#keys, how === 'left');
    this.#gathers = input.fields.map(() => new ColumnGather());
    this.#waiting = waits ? new WaitingBatches(input) : null;
  }

  process(port: number, batch: Batch, out: Emitter): void {
    if (port === 1) this.#take(batch, out);
    else if (this.#waiting !== null) {
      this.#waiting.add(batch);
      out(this.#empty(START_OF_TIME));
    } else this.#join(batch, out);
  }

  #take(batch: Batch, out: Emitter): void {
    const { keys } = this.#plan.right;
    if (batch.length > 0) {
      const columns = keys.map(at => batch.columns[at]);
      const nulls = this.#nulls.of(columns, batch.length);
      this.#number(columns, batch.length, numbers => this.#right.take(batch, numbers, nulls));
      this.#right.release();
      this.#right.forgetIdentities();
    }
    const waiting = this.#waiting;
    if (waiting === null || batch.watermark < END_OF_TIME) {
      out(this.#empty(this.#watermark));
      return;
    }
    this.#waiting = null;
    waiting.take(held => this.#join(held, out));
  }

  /** Numbers keys; those that no right row has are forgotten after use. */
  #number(columns: readonly Column[], length: number, use: (numbers: Int32Array) => void): void {
    const numbers = this.#keys.assign(columns, length);
    this.#right.fitKeys();
    use(numbers);
    const renumbering = this.#census.take(this.#keys);
    if (renumbering !== null) this.#right.renumber(renumbering);
  }

  #join(batch: Batch, out: Emitter): void {
    const { length, columns, marks } = batch;
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    let count = 0;
    if (length > 0) {
      const keys = this.#plan.keys.map(at => columns[at]);
      const nulls = this.#nulls.of(keys, length);
      this.#number(keys, length, numbers => (count = this.#find(numbers, nulls, length)));
    }
    if (count === 0) {
      out(this.#empty(this.#watermark));
      return;
    }
    const first = this.#rows[0];
    // Rows left out before the first one have moved the watermark that it is judged by.
    if (first > 0 && marks !== null) out(this.#empty(marks[first - 1]));
    const { store } = this.#right;
    out({
      schema: this.#plan.output,
      length: count,
      columns: [
        ...columns.map((column, at) => this.#gathers[at].run(column, this.#rows, count)),
        ...store.columns.map(column => column.gather(this.#slots, count)),
      ],
      kinds: null,
      marks: marks === null ? null : this.#marks.of(marks, length, this.#rows, count, before),
      watermark: this.#watermark,
    });
  }

  /** Finds the pairs of left rows and right slots that come out; how many they are. */
  #find(numbers: Int32Array, nulls: Uint8Array | null, length: number): number {
    const { head, next, copies } = this.#right;
    const keeps = this.#plan.how === 'left';
    let count = 0;
    for (let row = 0; row < length; row++) {
      let slot = nulls !== null && nulls[row] === 1 ? 0 : head[numbers[row]];
      if (slot === 0) {
        if (keeps) this.#put(count++, row, 0);
        continue;
      }
      for (; slot !== 0; slot = next[slot]) {
        for (let k = copies === null ? 1 : copies[slot]; k > 0; k--) this.#put(count++, row, slot);
      }
    }
    return count;
  }

  #put(at: number, row: number, slot: number): void {
    if (at === this.#rows.length) {
      this.#rows = grown(this.#rows, at + 1);
      this.#slots = grown(this.#slots, at + 1);
    }
    this.#rows[at] = row;
    this.#slots[at] = slot;
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  bytes(): number {
    return this.#right.bytes() + this.#keys.bytes() + (this.#waiting?.bytes() ?? 0);
  }

  stateRows(): number {
    return this.#right.stateRows() + (this.#waiting?.rows ?? 0);
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('waits', this.#waiting !== null);
    this.#keys.snapshot(writer.section('keys'));
    this.#right.snapshot(writer.section('right'));
    this.#waiting?.snapshot(writer.section('waiting'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#keys.restore(reader.section('keys'));
    this.#right.restore(reader.section('right'));
    if (reader.value('waits') !== true) this.#waiting = null;
    this.#waiting?.restore(reader.section('waiting'));
  }
}
