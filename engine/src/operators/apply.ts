import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { ColumnGather, gatherLane } from '../codegen/gather.js';
import type { PhysicalOperator } from '../physical/physical.js';
import { Awaited } from './awaited.js';
import { FollowingMarks } from './followingMarks.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { SnapshotError, type StateWriter } from './snapshot.js';
import type { Threads } from './threads.js';

/** What a function of the user's gave for a batch. */
export interface Applied {
  readonly columns: readonly Column[];
  readonly length: number;
  /** The row of the batch that each result belongs to, rising; null: one each. */
  readonly rows: Int32Array | null;
}

/** A call of a user's function with rows, which are lent: the exchange has copied them when it returns. */
export interface FunctionCall {
  /** The operator that calls, so that states of several runs of one plan stay apart. */
  readonly run: string;
  readonly fn: string;
  readonly batch: Batch;
}

/**
 * Carries rows to where the users' functions are, and their results back. Calls of one run are answered in order, and never before
 * `call` has returned.
 */
export interface Exchange {
  /** Threads for functions that refer to nothing outside; none: they run in this one. */
  readonly threads?: Threads;
  begin(): string;
  call(call: FunctionCall, done: (applied: Applied) => void, failed: (error: unknown) => void): void;
  /** The run is over: its states can go, and nothing is answered any more. */
  end(run: string): void;
}

/** What an operator of the users' functions needs beside its plan. */
export interface ExchangeContext {
  readonly exchange: Exchange;
  /** Called after results have been passed on, which happens outside of `process`. */
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

/** For plans that are looked at and never run. */
export const NO_EXCHANGE: ExchangeContext = {
  exchange: {
    begin: () => '',
    call: (_call, _done, failed) => failed(new Error('There is no way to the functions of this plan.')),
    end: () => undefined,
  },
  progressed: () => undefined,
  failed: () => undefined,
};

export interface ApplyPlan {
  readonly form: Extract<PhysicalOperator, { readonly op: 'apply' }>['call'];
  readonly fn: string;
  readonly input: Schema;
  readonly output: Schema;
  /** The columns that the function gets, by position. */
  readonly reads: readonly number[];
}

/** So many calls are under way at once; the others wait here. */
const MOST_CALLS = 4;

/** A batch whose results are awaited. */
interface Waiting {
  /** What goes on beside the results. */
  readonly batch: Batch;
  /** What the function gets, while it has not been sent; ours alone. */
  call: Batch | null;
  applied: Applied | null;
  /** What is to be done once everything before it has come back; it has no batch to pass on. */
  readonly then?: () => void;
}

/**
 * Calls a function of the user's for every batch, and passes the results on in the order of the batches, with their marks and watermarks. It is
 * the one operator whose output comes later than its input: whoever drives it asks `pendingRows`.
 */
export class ApplyOperator extends Awaited implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  /** Rows that have gone out and not come back. */
  pendingRows = 0;
  readonly #run: string;
  readonly #waiting: Waiting[] = [];
  #closed = false;
  #calls = 0;
  #watermark: EventTime = START_OF_TIME;
  readonly #marks = new FollowingMarks();

  constructor(
    readonly plan: ApplyPlan,
    readonly context: ExchangeContext,
  ) {
    super();
    this.#run = context.exchange.begin();
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (batch.length === 0) {
      const empty = { ...batch, schema: this.plan.output, columns: [] };
      if (this.#waiting.length === 0) this.#pass(empty, out);
      else this.#waiting.push({ batch: empty, call: null, applied: NOTHING });
      return;
    }
    const { form, reads, input } = this.plan;
    // Only what goes on is kept: the input's columns where the result is one more of them.
    const kept = owned(form === 'udf' || form === 'lookup' ? batch : { ...batch, columns: [] });
    const call = {
      ...batch,
      schema: { fields: reads.map(at => input.fields[at]) },
      columns: reads.map(at => batch.columns[at]),
    };
    const waiting: Waiting = { batch: kept, call: null, applied: null };
    this.#waiting.push(waiting);
    this.pendingRows += batch.length;
    if (this.#calls < MOST_CALLS) this.#send(waiting, call, out);
    else waiting.call = owned(call);
  }

  after(then: () => void): void {
    if (this.#waiting.length === 0) then();
    else this.#waiting.push({ batch: NO_ROWS, call: null, applied: NOTHING, then });
  }

  #send(waiting: Waiting, batch: Batch, out: Emitter): void {
    this.#calls++;
    waiting.call = null;
    const { exchange, failed } = this.context;
    exchange.call(
      { run: this.#run, fn: this.plan.fn, batch },
      applied => {
        if (this.#closed) return;
        waiting.applied = applied;
        try {
          this.#answered(out);
        } catch (error) {
          failed(error);
        }
      },
      error => {
        if (!this.#closed) failed(error);
      },
    );
  }

  #answered(out: Emitter): void {
    this.#calls--;
    const next = this.#waiting.find(({ call }) => call !== null);
    if (next?.call != null) this.#send(next, next.call, out);
    while (this.#waiting.length > 0 && this.#waiting[0].applied !== null) {
      const { batch, applied, then } = this.#waiting.shift() as Waiting;
      this.pendingRows -= batch.length;
      if (then !== undefined) then();
      else if (this.plan.form === 'lookup') this.#passFound(batch, applied as Applied, out);
      else this.#pass(this.#result(batch, applied as Applied), out);
    }
    this.context.progressed();
  }

  #pass(batch: Batch, out: Emitter): void {
    this.#watermark = Math.max(this.#watermark, batch.watermark);
    out({ ...batch, watermark: this.#watermark });
  }

  /** Passes on rows with those that were found for them. */
  #passFound(batch: Batch, { columns, length, rows }: Applied, out: Emitter): void {
    const schema = this.plan.output;
    const { marks } = batch;
    const from = rows ?? new Int32Array(0);
    // Rows left out before the first one have moved the watermark that it is judged by.
    if (length > 0 && from[0] > 0 && marks !== null)
      this.#pass({ ...batch, schema, columns: [], length: 0, watermark: marks[from[0] - 1] }, out);
    const left = batch.columns.map(column => new ColumnGather().run(column, from, length));
    const own = marks === null ? null : this.#marks.of(marks, batch.length, from, length, this.#watermark);
    this.#pass({ ...batch, schema, columns: [...left, ...columns], length, marks: own }, out);
  }

  #result(batch: Batch, { columns, length, rows }: Applied): Batch {
    const schema = this.plan.output;
    if (this.plan.form === 'udf') return { ...batch, schema, columns: [...batch.columns, ...columns] };
    if (rows === null) return { ...batch, schema, columns, length };
    return {
      ...batch,
      schema,
      columns,
      length,
      kinds: batch.kinds === null ? null : (gathered(batch.kinds, rows) as Uint8Array),
      marks: batch.marks === null ? null : (gathered(batch.marks, rows) as Float64Array),
    };
  }

  bytes(): number {
    return this.pendingRows * 8 * this.plan.input.fields.length;
  }

  stateRows(): number {
    return this.pendingRows;
  }

  /** The state is the user's: it is where the function is. */
  snapshot(writer: StateWriter): void {
    if (this.plan.form === 'scan' || this.pendingRows > 0) throw noState();
    writer.value('watermark', this.#watermark);
  }

  restore(): void {
    // Without rows on their way there is no state.
  }

  close(): void {
    this.#closed = true;
    this.context.exchange.end(this.#run);
  }
}

const NO_ROWS: Batch = {
  schema: { fields: [] },
  length: 0,
  columns: [],
  kinds: null,
  marks: null,
  watermark: START_OF_TIME,
};
const NOTHING: Applied = { columns: [], length: 0, rows: null };

/** What a snapshot of a state says that is where the user's function is. */
export function noState(): SnapshotError {
  return new SnapshotError(
    'MR3405',
    'A snapshot cannot hold the state of a function of yours, which is where the function is.',
    'The source is replayed from its start instead.',
  );
}

/** A batch that is the receiver's alone. */
export function owned(batch: Batch): Batch {
  const { length } = batch;
  return {
    ...batch,
    columns: batch.columns.map(column => ({
      ...column,
      data: column.data.slice(0, length),
      valid: column.valid?.slice(0, length) ?? null,
    })),
    kinds: batch.kinds?.slice(0, length) ?? null,
    marks: batch.marks?.slice(0, length) ?? null,
  };
}

function gathered(lane: Uint8Array | Float64Array, rows: Int32Array): Uint8Array | Float64Array {
  const out = lane instanceof Uint8Array ? new Uint8Array(rows.length) : new Float64Array(rows.length);
  gatherLane(lane, rows, rows.length, out);
  return out;
}
