import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { ChangedKeys, type ChangedKeysPlan } from './changedKeys.js';
import type { ChangedRows } from './changedRows.js';
import { leastRows } from './groupCensus.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RankedRows } from './rankedRows.js';
import { sameRows } from './rowCompare.js';
import { RolledChanges } from './rolledChanges.js';
import { RolledValues } from './rolledValues.js';
import { reachOf } from './rollingReach.js';
import { RollingRuns, type RollingKey } from './rollingRuns.js';
import { RollingState, type RollingPlan } from './rollingState.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** What an operator over rows that change is made of. */
export interface RollingChangesPlan extends ChangedKeysPlan {
  readonly output: Schema;
  /** Of the rows of one key: its keys are its slots. */
  readonly rolling: RollingPlan;
}

/**
 * Adds columns to rows that may be taken back, made of the rows before each in event order. It keeps the rows, and goes over those of a key again from
 * where a batch has changed them, as far as that reaches; what differs is told, once for each row and batch, or before the watermark passes the
 * first of such rows within it, so that what is late does not depend on how the input was cut.
 *
 * No row comes too late for a table: each takes its place among the others. Where rows are those of windows, those that are final are given up once no
 * frame holds them.
 */
export class RollingChangesOperator implements Operator {
  readonly counters: OperatorCounters;
  readonly #plan: RollingChangesPlan;
  readonly #changed: ChangedKeys<RollingKey>;
  readonly #rows: ChangedRows;
  readonly #values: RolledValues;
  readonly #runs: RollingRuns;
  readonly #out: RolledChanges;
  #watermark: EventTime = START_OF_TIME;
  /** So many rows, or values, and those that are needed no more are given up. */
  #nextRows = leastRows();
  #nextValues = leastRows();
  #others = new Int32Array(256);
  #differ = new Uint8Array(256);

  constructor(plan: RollingChangesPlan, evaluate: (batch: Batch) => readonly Column[]) {
    const { input, output, rolling, changes } = plan;
    this.#plan = plan;
    this.#changed = new ChangedKeys(plan, number => ({
      number,
      rows: new RankedRows(),
      changed: [],
      slot: -1,
      last: -1,
      points: [],
    }));
    this.counters = this.#changed.counters;
    const { rows, order } = this.#changed;
    this.#rows = rows;
    const made = rolling.columns.map(name => output.fields[fieldIndex(output, name)]);
    this.#values = new RolledValues({ fields: made });
    const state = new RollingState(rolling, evaluate);
    this.#runs = new RollingRuns(state, rows, reachOf(rolling.shape), order);
    this.#out = new RolledChanges(output, input, rolling.columns, changes.number);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    const { marks, length } = batch;
    const last = marks === null || length === 0 ? before : Math.max(before, marks[length - 1]);
    this.#watermark = Math.max(last, batch.watermark);
    this.#out.begin(before);
    if (length > 0) this.#take(batch, before);
    this.#out.emit(this.#rows, this.#values.store, last, this.#watermark, out);
    if (this.#rows.store.used >= this.#nextRows || this.#values.store.used >= this.#nextValues) this.#sweep();
  }

  #take(batch: Batch, before: EventTime): void {
    const changed = this.#changed;
    changed.begin(batch, before);
    while (changed.take()) this.#tell(changed.judged);
    this.#tell(changed.judged);
  }

  /** Tells what has changed so far, which is judged by a mark. */
  #tell(mark: EventTime): void {
    if (this.#changed.touched.size === 0) return;
    const { told } = this.#rows;
    const changes = this.#out;
    changes.judge(mark);
    const pending = this.#changed.pending;
    pending.eachGone(row => {
      changes.add(RowKind.Delete, row, told[row] - 1, mark);
    });
    this.#runs.go(this.#changed.touched, (columns, rows, from, to) =>
      this.#compare(columns, rows, from, to, mark),
    );
    const input = this.#rows.store.view(0, this.#rows.store.used);
    pending.eachNew((row, replaced) => {
      if (replaced < 0) changes.add(RowKind.Insert, row, told[row] - 1, mark);
      else if (!sameRows(input, replaced, row) || !this.#values.alike(told[replaced] - 1, told[row] - 1))
        changes.replace(replaced, told[replaced] - 1, row, told[row] - 1, mark);
    });
    pending.clear();
    for (const key of this.#changed.touched) if (key.rows.size === 0) this.#forget(key);
    this.#changed.touched.clear();
  }

  #forget(key: RollingKey): void {
    if (key.points.at(0)?.count === 0) return;
    this.#runs.forget(key);
    this.#changed.keys.delete(key.number);
  }

  /** Values have been made anew: tells those of rows that showed others. */
  #compare(columns: readonly Column[], rows: Int32Array, from: number, to: number, mark: EventTime): void {
    const { told } = this.#rows;
    const count = to - from;
    if (this.#others.length < count) {
      this.#others = new Int32Array(2 * count);
      this.#differ = new Uint8Array(2 * count);
    }
    for (let k = 0; k < count; k++) this.#others[k] = told[rows[from + k]] - 1;
    const at = this.#values.append(columns, from, to);
    this.#values.differing(at, this.#others, count, this.#differ);
    for (let k = 0; k < count; k++) {
      if (this.#differ[k] === 0) continue;
      const row = rows[from + k];
      if (told[row] > 0) this.#out.replace(row, told[row] - 1, row, at + k, mark);
      told[row] = at + k + 1;
    }
  }

  /** Gives up rows and values that nothing needs any more. */
  #sweep(): void {
    const { forUs } = this.#plan.changes;
    if (forUs !== null) this.#settle(this.#watermark - forUs);
    this.#dense();
    this.#changed.renumber();
    this.#nextRows = this.#nextValues = Math.max(leastRows(), 2 * this.#rows.live);
  }

  #settle(limit: EventTime): void {
    for (const key of this.#changed.keys.values()) {
      for (const row of this.#runs.settle(key, limit)) {
        this.#rows.numbered.forget(row);
        this.#rows.live--;
      }
      if (key.rows.size === 0) this.#forget(key);
    }
  }

  /** Lays out anew the rows that are there. */
  #dense(): void {
    const places = this.#changed.dense();
    for (const key of this.#changed.keys.values()) if (key.last >= 0) key.last = places[key.last];
    this.#values.keep(this.#rows.told, this.#rows.live);
  }

  stateRows(): number {
    let rows = this.#rows.live;
    for (const key of this.#changed.keys.values()) if (key.rows.size === 0) rows++;
    return rows;
  }

  bytes(): number {
    return this.#changed.bytes() + this.#values.bytes() + this.#runs.state.bytes();
  }

  /** Writes the rows in their order, what was told of them, and what keys have seen. */
  snapshot(writer: StateWriter): void {
    this.#dense();
    writer.value('watermark', this.#watermark);
    writer.value('counters', { ...this.counters });
    this.#rows.snapshot(writer.section('rows'));
    this.#values.snapshot(writer.section('values'));
    this.#runs.snapshot(writer.section('runs'));
    this.#changed.groups.snapshot(writer.section('groups'));
    const keys = [...this.#changed.keys.values()];
    const lane = (name: string, of: (key: RollingKey) => number): void =>
      writer.lane(name, Int32Array.from(keys, of));
    lane('numbers', key => key.number);
    lane('sizes', key => key.rows.size);
    lane('slots', key => key.slot);
    lane('lasts', key => key.last);
    lane('points', key => key.points.length);
    writer.lane('order', Int32Array.from(keys.flatMap(key => [...key.rows])));
    writer.lane(
      'pointsOf',
      Int32Array.from(keys.flatMap(key => key.points.flatMap(({ slot, count }) => [slot, count]))),
    );
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#rows.restore(reader.section('rows'));
    this.#values.restore(reader.section('values'));
    this.#runs.restore(reader.section('runs'));
    this.#changed.groups.restore(reader.section('groups'));
    const lane = (name: string): Int32Array => reader.lane(name) as Int32Array;
    const [sizes, slots, lasts, points] = ['sizes', 'slots', 'lasts', 'points'].map(lane);
    const order = lane('order');
    const pointsOf = lane('pointsOf');
    let at = 0;
    let pointAt = 0;
    lane('numbers').forEach((number, k) => {
      const rows = new RankedRows();
      for (const end = at + sizes[k]; at < end; at++) rows.push(order[at]);
      const own = Array.from({ length: points[k] }, () => ({
        slot: pointsOf[pointAt++],
        count: pointsOf[pointAt++],
      }));
      this.#changed.keys.set(number, {
        number,
        rows,
        changed: [],
        slot: slots[k],
        last: lasts[k],
        points: own,
      });
    });
  }
}
