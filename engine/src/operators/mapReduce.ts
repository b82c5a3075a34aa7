import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { hasDictionary, type Field } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import type { PhysicalMapReduce } from '../physical/mapReduce.js';
import type { ExchangeContext } from './apply.js';
import { BoundedRows } from './boundedRows.js';
import { compareKeys } from './mapReduceKeys.js';
import { MapReduceError } from './mapReduceError.js';
import type { Part, Reduced, TaskMessage, TaskPlan, TaskReply } from './mapReduceTasks.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { checkKinds, heaviest } from './reduceTask.js';
import { RowStore } from './rowStore.js';
import { sendColumn, TextSender } from './sentColumns.js';
import type { ShuffleStats } from './shuffleStats.js';
import { SnapshotError } from './snapshot.js';
import { THIS_THREAD, type ThreadJob, type Threads } from './threads.js';

/** Rows of an emitted batch. */
const BATCH_ROWS = 8192;
/** Rows go to the threads in pieces of so many, counted from the first one. */
const PIECE_ROWS = 8192;
/**
 * The pieces are dealt to so many shares in turn, and each share is combined in its order, wherever that is done: so the outcome is the same with
 * any number of threads, down to the last digit of a sum of floats. More threads than that have no rows to map.
 */
const SHARES = 4;

export interface MapReducePlan extends PhysicalMapReduce {
  readonly input: Schema;
  readonly output: Schema;
}

/**
 * Maps the rows of a bounded input to pairs, brings these together by key in partitions, and makes a row of each key; they come in order of the
 * keys once all of the input has. What maps and reduces is in other threads, where there are any, so that results come later than the input.
 */
export class MapReduceOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: MapReducePlan;
  readonly #context: ExchangeContext;
  readonly #threads: Threads;
  readonly #task: TaskPlan;
  /** Where the columns that are read lie in the input. */
  readonly #reads: readonly number[];
  /** Rows that wait until there is a piece of them; where rows are taken back, all of them until the end. */
  readonly #rows: RowStore;
  readonly #bounded: BoundedRows | null;
  readonly #senders: TextSender[][] = [];
  #job: ThreadJob | null = null;
  #out: Emitter = () => undefined;
  #sentRows = 0;
  #mappedRows = 0;
  #pairs = 0;
  readonly #shareBytes = new Map<number, number>();
  readonly #parts = new Map<number, readonly (Part | null)[]>();
  readonly #reduced = new Map<number, Reduced>();
  #awaitedPartitions = 0;
  #partitions: { keys: number; pairs: number; bytes: number }[];
  #combined = 0;
  #state: 'open' | 'ending' | 'done' = 'open';
  /** Whether `process` runs: what fails then is thrown there. */
  #isInside = false;
  #failure: Error | null = null;

  constructor(plan: MapReducePlan, context: ExchangeContext) {
    this.#plan = plan;
    this.#context = context;
    this.#threads = context.exchange.threads ?? THIS_THREAD;
    this.#reads = plan.reads.map(name => fieldIndex(plan.input, name));
    const fields = this.#reads.map(at => plan.input.fields[at]);
    const { map, combine, reduce, partitions } = plan;
    this.#task = { map, combine, reduce, partitions, fields, returns: plan.output.fields };
    this.#rows = new RowStore({ fields });
    this.#bounded = plan.retracting ? new BoundedRows(plan.input, true) : null;
    this.#partitions = Array.from({ length: partitions }, () => ({ keys: 0, pairs: 0, bytes: 0 }));
  }

  /** Rows that have not been mapped, and 1 while the end is awaited. */
  get pendingRows(): number {
    return this.#sentRows - this.#mappedRows + Number(this.#state === 'ending');
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    this.#out = out;
    this.#isInside = true;
    try {
      if (this.#bounded !== null) this.#bounded.add(batch);
      else
        this.#take(
          this.#reads.map(at => batch.columns[at]),
          batch.length,
        );
      const atEnd = batch.watermark === Infinity;
      if (atEnd && this.#state === 'open') this.#end();
      if (!atEnd || this.#state !== 'done') out(this.#empty(START_OF_TIME));
    } finally {
      this.#isInside = false;
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Takes rows, and hands out pieces that are whole. */
  #take(columns: readonly Column[], length: number): void {
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + PIECE_ROWS - this.#rows.used);
      this.#rows.append(columns, from, to);
      from = to;
      if (this.#rows.used === PIECE_ROWS) this.#send();
    }
  }

  #send(): void {
    const length = this.#rows.used;
    if (length === 0) return;
    const piece = Math.floor(this.#sentRows / PIECE_ROWS);
    const share = piece % SHARES;
    const columns = this.#rows.view(0, length).map((column, k) => {
      if (!hasDictionary(column.type)) return sendColumn(column, 0, length);
      const senders = (this.#senders[share] ??= []);
      return (senders[k] ??= new TextSender()).send(column, 0, length);
    });
    const { id: job } = this.#opened();
    const first = this.#sentRows;
    this.#sentRows += length;
    this.#rows.compact(new Int32Array(0), 0);
    this.#post(share, { type: 'rows', job, share, first, length, columns });
  }

  #opened(): ThreadJob {
    if (this.#job !== null) return this.#job;
    const job = this.#threads.open(
      reply => this.#receive(reply),
      error => this.#fail(error),
    );
    this.#job = job;
    for (let thread = 0; thread < this.#threads.size; thread++)
      job.post(thread, { type: 'open', job: job.id, plan: this.#task });
    return job;
  }

  /** Hands work to the thread whose turn a share's or partition's place is. */
  #post(place: number, message: TaskMessage): void {
    if (this.#failure === null) this.#job?.post(place % this.#threads.size, message);
  }

  /** All rows are there: the shares are cut into partitions. */
  #end(): void {
    this.#state = 'ending';
    if (this.#bounded !== null) {
      const alive = this.#bounded.alive();
      for (let at = 0; at < alive.length; at += PIECE_ROWS) {
        const positions = alive.subarray(at, at + PIECE_ROWS);
        const columns = this.#bounded.gather(positions);
        this.#take(
          this.#reads.map(column => columns[column]),
          positions.length,
        );
      }
      this.#bounded.clear();
    }
    this.#send();
    const job = this.#job?.id ?? 0;
    const shares = Math.min(SHARES, Math.ceil(this.#sentRows / PIECE_ROWS));
    if (shares === 0) this.#emit();
    for (let share = 0; share < shares; share++) this.#post(share, { type: 'shuffle', job, share });
  }

  #receive(reply: TaskReply): void {
    if (this.#state === 'done' || this.#failure !== null) return;
    switch (reply.type) {
      case 'mapped':
        this.#mappedRows += reply.rows;
        this.#pairs += reply.pairs;
        this.#shareBytes.set(reply.share, reply.bytes);
        break;
      case 'parts':
        this.#parts.set(reply.share, reply.parts);
        if (this.#parts.size === Math.min(SHARES, Math.ceil(this.#sentRows / PIECE_ROWS)))
          this.#attempt(() => this.#reduce());
        break;
      case 'reduced':
        this.#reduced.set(reply.partition, reply.result);
        this.#partitions[reply.partition].keys = reply.result.count;
        if (this.#reduced.size === this.#awaitedPartitions) this.#attempt(() => this.#emit());
        break;
      case 'failed':
        this.#fail(new MapReduceError(reply.code, reply.text, reply.hint));
        return;
    }
    if (!this.#isInside) this.#context.progressed();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== null || this.#state === 'done') return;
    this.#failure = error;
    if (!this.#isInside) this.#context.failed(error);
  }

  /** Hands each partition to a thread: the shares' parts of it, in their order. */
  #reduce(): void {
    const shares = [...this.#parts.keys()].sort((a, b) => a - b).map(share => this.#parts.get(share)!);
    this.#parts.clear();
    this.#shareBytes.clear();
    const partitions = this.#partitions.map((counted, partition) => {
      const parts = shares.flatMap(each => each[partition] ?? []);
      for (const { pairs, values, bytes } of parts) {
        counted.pairs += pairs.reduce((total, count) => total + count, 0);
        counted.bytes += bytes;
        this.#combined += values.length;
      }
      return parts;
    });
    checkKinds(partitions.flatMap(parts => parts.map(({ kind }) => kind)));
    this.#awaitedPartitions = partitions.filter(parts => parts.length > 0).length;
    if (this.#awaitedPartitions === 0) this.#emit();
    const job = this.#job?.id ?? 0;
    partitions.forEach((parts, partition) => {
      if (parts.length > 0) this.#post(partition, { type: 'reduce', job, partition, parts });
    });
  }

  /** The rows of all partitions, in order of their keys. */
  #emit(): void {
    const results = [...this.#reduced.values()];
    const rows = results.flatMap(({ keys }, result) =>
      Array.from(keys, (key, row) => ({ key, result, row })),
    );
    rows.sort((a, b) => compareKeys(a.key, b.key));
    const columns = this.#plan.output.fields.map((field, k) =>
      columnOf(
        field,
        rows.map(({ result, row }) => results[result].columns[k][row]),
      ),
    );
    this.#state = 'done';
    this.#close();
    for (let at = 0; at < rows.length; at += BATCH_ROWS) {
      const length = Math.min(BATCH_ROWS, rows.length - at);
      const cut = columns.map(column => ({
        ...column,
        data: column.data.subarray(at, at + length),
        valid: column.valid?.subarray(at, at + length) ?? null,
      }));
      this.#out({ ...this.#empty(START_OF_TIME), columns: cut, length });
    }
    this.#out(this.#empty(Infinity));
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  shuffle(): ShuffleStats {
    const all = this.#partitions.map(({ pairs }) => pairs);
    const total = all.reduce((sum, pairs) => sum + pairs, 0);
    return {
      threads: this.#threads === THIS_THREAD ? 0 : this.#threads.size,
      rows: this.#sentRows,
      pairs: this.#pairs,
      combined: this.#combined,
      partitions: this.#partitions,
      skew: total === 0 ? null : (Math.max(...all) * all.length) / total,
      heaviest: heaviest([...this.#reduced.values()].flatMap(each => each.heaviest)),
    };
  }

  bytes(): number {
    let bytes = this.#rows.bytes() + (this.#bounded?.bytes() ?? 0);
    for (const share of this.#shareBytes.values()) bytes += share;
    for (const parts of this.#parts.values()) for (const part of parts) bytes += part?.bytes ?? 0;
    return bytes;
  }

  stateRows(): number {
    return this.#rows.used + (this.#bounded?.used ?? 0) + this.pendingRows;
  }

  /** The state is in other threads, which are working. */
  snapshot(): void {
    throw new SnapshotError(
      'MR3405',
      'A snapshot cannot hold the state of a mapReduce, which is in its threads.',
      'The source is replayed from its start instead.',
    );
  }

  restore(): void {
    // There is none to go on from.
  }

  close(): void {
    this.#state = 'done';
    this.#close();
  }

  #close(): void {
    this.#job?.close();
    this.#job = null;
  }
}

/** Values of a returned column: text as it is, everything else as a lane holds it. */
function columnOf({ type }: Field, values: readonly unknown[]): Column {
  const length = values.length;
  const data = laneFor(type, length);
  const valid = values.includes(null) ? new Uint8Array(length) : null;
  const dictionary = hasDictionary(type) ? new Dictionary() : null;
  for (let row = 0; row < length; row++) {
    const value = values[row];
    if (value === null) continue;
    if (valid !== null) valid[row] = 1;
    data[row] = dictionary === null ? (value as number) : dictionary.intern(value as string);
  }
  return { type, data, valid, dictionary };
}
