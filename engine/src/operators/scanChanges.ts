import { RowKind, type Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { noState, owned, type Applied, type ExchangeContext } from './apply.js';
import { Awaited } from './awaited.js';
import { ChangedKeys, type ChangedKey, type ChangedKeysPlan } from './changedKeys.js';
import { leastRows } from './groupCensus.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RankedRows } from './rankedRows.js';
import { RolledChanges } from './rolledChanges.js';
import { RolledValues } from './rolledValues.js';

/** What an operator of a step over rows that change is made of. */
export interface ScanChangesPlan extends ChangedKeysPlan {
  readonly output: Schema;
  readonly fn: string;
  /** The columns that the function gets, by position. */
  readonly reads: readonly number[];
}

/** A run of the step: states of keys that have begun in it lie where the function is, until none of them goes on in it. */
interface Run {
  readonly id: string;
  keys: number;
}

interface ScannedKey extends ChangedKey {
  /** The run that has its state up to `last`; null: its rows are gone over from the first. */
  run: Run | null;
  last: number;
}

/** Rows that the step gets in one run: their positions, those that are told, and where what it gave for each lies, plus one. */
interface Call {
  readonly run: Run;
  readonly rows: number[];
  readonly tells: boolean[];
  made: Int32Array;
}

/**
 * Calls a step of the user's over rows that may be taken back. It keeps the rows, and a key of which another row than the ones behind all others has come or
 * gone is gone over again from its first row, in a run with states of its own; what differs is told. One batch is under way at a time.
 */
export class ScanChangesOperator extends Awaited implements Operator {
  readonly counters: OperatorCounters;
  pendingRows = 0;
  readonly #plan: ScanChangesPlan;
  readonly #context: ExchangeContext;
  readonly #changed: ChangedKeys<ScannedKey>;
  readonly #values: RolledValues;
  readonly #out: RolledChanges;
  readonly #waiting: (Batch | (() => void))[] = [];
  readonly #runs = new Set<Run>();
  /** The batch that is under way, and whether there are rows of it that are not taken yet. */
  #batch: Batch | null = null;
  #hasMore = false;
  #calls: Call[] = [];
  #answers = 0;
  #watermark: EventTime = START_OF_TIME;
  #next = leastRows();
  #nextValues = leastRows();
  #closed = false;

  constructor(plan: ScanChangesPlan, context: ExchangeContext) {
    super();
    this.#plan = plan;
    this.#context = context;
    this.#changed = new ChangedKeys(plan, number => ({
      number,
      rows: new RankedRows(),
      changed: [],
      run: null,
      last: -1,
    }));
    this.counters = this.#changed.counters;
    this.#values = new RolledValues(plan.output);
    const names = plan.output.fields.map(({ name }) => name);
    this.#out = new RolledChanges(plan.output, plan.input, names, null);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    this.pendingRows += batch.length;
    // It is looked at again when answers have come.
    const own = owned(batch);
    if (this.#batch !== null) this.#waiting.push(own);
    else this.#start(own, out);
  }

  after(then: () => void): void {
    if (this.#batch === null) then();
    else this.#waiting.push(then);
  }

  #start(batch: Batch, out: Emitter): void {
    this.#out.begin(this.#watermark);
    this.#batch = batch;
    this.#hasMore = batch.length > 0;
    if (this.#hasMore) this.#changed.begin(batch, this.#watermark);
    this.#goOn(out);
  }

  /** Goes on with the batch until answers are awaited, or it has been told. */
  #goOn(out: Emitter): void {
    while (this.#hasMore) {
      this.#hasMore = this.#changed.take();
      this.#calls = this.#callsOf();
      this.#answers = this.#calls.length;
      if (this.#answers > 0) {
        for (const call of this.#calls) this.#send(call, out);
        return;
      }
      this.#tell();
    }
    this.#finish(out);
  }

  #finish(out: Emitter): void {
    const { length, marks, watermark } = this.#batch!;
    const last =
      marks === null || length === 0 ? this.#watermark : Math.max(this.#watermark, marks[length - 1]);
    this.#watermark = Math.max(last, watermark);
    this.#batch = null;
    this.pendingRows -= length;
    this.#out.emit(this.#changed.rows, this.#values.store, last, this.#watermark, out);
    this.#sweep();
  }

  /** What the step has to be given, by run. */
  #callsOf(): Call[] {
    const calls = new Map<Run, Call>();
    let fresh: Run | null = null;
    for (const key of this.#changed.touched) {
      const { rows, last, run } = key;
      let first = rows.size;
      for (const row of key.changed) first = Math.min(first, rows.placeOf(row, this.#changed.order));
      key.changed = [];
      const goesOn = run !== null && first > 0 && first < rows.size && rows.at(first - 1) === last;
      if (!goesOn) {
        this.#leave(key);
        if (first === rows.size) continue;
        fresh ??= this.#begin();
        key.run = fresh;
        fresh.keys++;
      }
      const own = key.run!;
      const call = calls.get(own) ?? { run: own, rows: [], tells: [], made: new Int32Array(0) };
      calls.set(own, call);
      const from = goesOn ? first : 0;
      const places = new Int32Array(rows.size - from);
      rows.copy(from, rows.size, places, 0);
      places.forEach((row, k) => {
        call.rows.push(row);
        call.tells.push(from + k >= first);
      });
      key.last = places[places.length - 1];
    }
    return [...calls.values()];
  }

  #begin(): Run {
    const run = { id: this.#context.exchange.begin(), keys: 0 };
    this.#runs.add(run);
    return run;
  }

  /** A key does not go on in its run. */
  #leave(key: ScannedKey): void {
    const { run } = key;
    key.run = null;
    key.last = -1;
    if (run === null || --run.keys > 0) return;
    this.#runs.delete(run);
    this.#context.exchange.end(run.id);
  }

  #send(call: Call, out: Emitter): void {
    const { input, reads, fn } = this.#plan;
    const { exchange, failed } = this.#context;
    const rows = Int32Array.from(call.rows);
    const gathered = this.#changed.rows.store.gather(rows, rows.length);
    const batch: Batch = {
      schema: { fields: reads.map(at => input.fields[at]) },
      length: rows.length,
      columns: reads.map(at => gathered[at]),
      kinds: null,
      marks: null,
      watermark: START_OF_TIME,
    };
    exchange.call(
      { run: call.run.id, fn, batch },
      applied => {
        if (this.#closed) return;
        try {
          this.#answered(call, applied, out);
        } catch (error) {
          failed(error);
        }
      },
      error => {
        if (!this.#closed) failed(error);
      },
    );
  }

  #answered(call: Call, { columns, length, rows }: Applied, out: Emitter): void {
    const at = this.#values.append(columns, 0, length);
    call.made = new Int32Array(call.rows.length);
    for (let k = 0; k < length; k++) call.made[rows === null ? k : rows[k]] = at + k + 1;
    if (--this.#answers > 0) return;
    this.#tell();
    this.#goOn(out);
    while (this.#batch === null && this.#waiting.length > 0) {
      const next = this.#waiting.shift()!;
      if (typeof next === 'function') next();
      else this.#start(next, out);
    }
    this.#context.progressed();
  }

  /** Tells what the step gives for rows that gave something else, and what has come and gone with its rows. */
  #tell(): void {
    const { pending, judged, touched, keys, rows } = this.#changed;
    const { told } = rows;
    this.#out.judge(judged);
    pending.eachGone(row => this.#differ(row, told[row], row, 0));
    for (const call of this.#calls) {
      call.rows.forEach((row, k) => {
        if (!call.tells[k]) return;
        if (!pending.isNew(row)) this.#differ(row, told[row], row, call.made[k]);
        told[row] = call.made[k];
      });
    }
    pending.eachNew((row, replaced) =>
      this.#differ(replaced, replaced < 0 ? 0 : told[replaced], row, told[row]),
    );
    pending.clear();
    this.#calls = [];
    for (const key of touched) {
      if (key.rows.size > 0) continue;
      this.#leave(key);
      keys.delete(key.number);
    }
    touched.clear();
  }

  /** A row has given what lies at `made`, where another one, or itself, gave what lies at `value`: plus one, 0 for nothing. */
  #differ(before: number, value: number, row: number, made: number): void {
    const mark = this.#changed.judged;
    if (value > 0 && made > 0) {
      if (!this.#values.alike(value - 1, made - 1)) this.#out.replace(before, value - 1, row, made - 1, mark);
    } else if (made > 0) this.#out.add(RowKind.Insert, row, made - 1, mark);
    else if (value > 0) this.#out.add(RowKind.Delete, before, value - 1, mark);
  }

  /** Gives up rows and values that nothing needs any more. */
  #sweep(): void {
    const { rows } = this.#changed;
    if (rows.store.used < this.#next && this.#values.store.used < this.#nextValues) return;
    const places = this.#changed.dense();
    for (const key of this.#changed.keys.values()) if (key.last >= 0) key.last = places[key.last];
    this.#values.keep(rows.told, rows.live);
    this.#changed.renumber();
    this.#next = this.#nextValues = Math.max(leastRows(), 2 * rows.live);
  }

  stateRows(): number {
    return this.#changed.rows.live + this.pendingRows;
  }

  bytes(): number {
    return this.#changed.bytes() + this.#values.bytes();
  }

  /** The states are the user's: they are where the function is. */
  snapshot(): void {
    throw noState();
  }

  restore(): void {
    throw noState();
  }

  close(): void {
    this.#closed = true;
    for (const run of this.#runs) this.#context.exchange.end(run.id);
  }
}
