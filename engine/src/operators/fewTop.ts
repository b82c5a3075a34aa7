import { RowKind, type Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { INT64 } from '../columns/types.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalTopN } from '../physical/topN.js';
import { FirstOfGroups } from './firstOfGroups.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { StoredOrder } from './storedOrder.js';

export type FewTopPlan = PhysicalTopN & { readonly input: Schema; readonly output: Schema };

/** Rows of an emitted batch, where all are told at the end. */
const BATCH_ROWS = 8192;
const LEAST_ROWS = 1024;

/**
 * The first few rows of each of many groups, of rows that only come: a group's rows are numbers side by side, whatever there are of groups. They
 * are told as they change, or at the end of the input (`end`).
 */
export class FewTopOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: FewTopPlan;
  readonly #orders: readonly ColumnKernel[];
  readonly #within: readonly number[];
  /** Rows with what they are ordered by after them. */
  readonly #store: RowStore;
  readonly #order: StoredOrder;
  readonly #groups: GroupIndex;
  readonly #first: FirstOfGroups;
  #watermark: EventTime = START_OF_TIME;
  #ended = false;
  #rows = new Int32Array(0);
  #kinds = new Uint8Array(0);
  #places = new Float64Array(0);
  #marks = new Float64Array(0);
  #count = 0;

  constructor(plan: FewTopPlan) {
    const { input } = plan;
    this.#plan = plan;
    this.#orders = plan.order.map(({ value }) => compileColumn(value, input));
    this.#within = plan.within.map(name => fieldIndex(input, name));
    const ordered = plan.order.map(({ value: { type, nullable } }, k) => ({
      name: `order ${k}`,
      type,
      nullable,
    }));
    this.#store = new RowStore({ fields: [...input.fields, ...ordered] });
    this.#order = new StoredOrder(
      plan.order.map(({ descending }) => descending),
      input.fields.length,
    );
    this.#groups = new GroupIndex(this.#within.map(at => input.fields[at].type));
    this.#first = new FirstOfGroups(plan.rows, this.#order);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    if (batch.length > 0) this.#take(batch);
    if (this.#plan.form === 'end') this.#emitAll(out);
    else this.#emit(before, out);
    this.#first.settle();
    if (this.#store.used >= LEAST_ROWS && this.#store.used >= 2 * this.#first.live) this.#dense();
  }

  #take(batch: Batch): void {
    const { length, columns } = batch;
    const from = this.#store.used;
    const orders = this.#orders.map(kernel => kernel.run(batch));
    this.#store.append([...columns, ...orders], 0, length);
    const groups = this.#groups.assign(
      this.#within.map(at => columns[at]),
      length,
    );
    this.#first.fit(this.#groups.size);
    this.#order.look(this.#store);
    const [lane] = orders;
    const plain = lane?.dictionary === null && (lane.valid === null || !hasNull(lane.valid, length));
    this.#first.add(groups, length, from, plain, this.#plan.form !== 'end');
  }

  /** Tells what has become of the groups that the batch has come to: rows that go first. */
  #emit(before: EventTime, out: Emitter): void {
    this.#count = 0;
    const { rows, rowNumber } = this.#plan;
    const byPlace = rowNumber !== null || rows === 1;
    if (byPlace) this.#first.eachPlace((from, to, place) => this.#change(from, to, place));
    else {
      this.#first.eachGone(row => this.#push(row, RowKind.Delete, 0));
      this.#first.eachCome(row => this.#push(row, RowKind.Insert, 0));
    }
    const count = this.#count;
    if (count === 0) {
      out(this.#empty(this.#watermark));
      return;
    }
    this.#marks.fill(before, 0, count);
    out({ ...this.#batch(count, this.#watermark), kinds: this.#kinds });
  }

  #change(from: number, to: number, place: number): void {
    if (from < 0) this.#push(to, RowKind.Insert, place);
    else if (!this.#order.alike(from, to)) {
      this.#push(from, RowKind.UpdateBefore, place);
      this.#push(to, RowKind.UpdateAfter, place);
    }
  }

  #push(row: number, kind: RowKind, place: number): void {
    if (this.#count === this.#rows.length) this.#grow();
    const at = this.#count++;
    this.#rows[at] = row;
    this.#kinds[at] = kind;
    this.#places[at] = place;
  }

  #grow(): void {
    const capacity = Math.max(1024, 2 * this.#rows.length);
    const [rows, kinds, places] = [this.#rows, this.#kinds, this.#places];
    this.#rows = new Int32Array(capacity);
    this.#rows.set(rows);
    this.#kinds = new Uint8Array(capacity);
    this.#kinds.set(kinds);
    this.#places = new Float64Array(capacity);
    this.#places.set(places);
    this.#marks = new Float64Array(capacity);
  }

  /** Tells every group's rows once the input has ended. */
  #emitAll(out: Emitter): void {
    if (this.#watermark !== Infinity || this.#ended) {
      out(this.#empty(this.#ended ? Infinity : START_OF_TIME));
      return;
    }
    this.#ended = true;
    this.#count = 0;
    const flush = (): void => {
      this.#marks.fill(START_OF_TIME, 0, this.#count);
      if (this.#count > 0) out(this.#batch(this.#count, START_OF_TIME));
      this.#count = 0;
    };
    this.#first.each((row, place) => {
      this.#push(row, RowKind.Insert, place);
      if (this.#count >= BATCH_ROWS) flush();
    });
    flush();
    out(this.#empty(Infinity));
  }

  #batch(count: number, watermark: EventTime): Batch {
    const { output, input, rowNumber } = this.#plan;
    const gathered = this.#store.gather(this.#rows, count).slice(0, input.fields.length);
    const place: Column = { type: INT64, data: this.#places, valid: null, dictionary: null };
    const columns = rowNumber === null ? gathered : [...gathered, place];
    return { schema: output, length: count, columns, kinds: null, marks: this.#marks, watermark };
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  /** Gives up rows that no group holds. */
  #dense(): void {
    const kept = this.#first.move(this.#store.used);
    this.#store.compact(kept, kept.length);
  }

  stateRows(): number {
    return this.#first.live;
  }

  bytes(): number {
    return this.#store.bytes() + this.#groups.bytes() + this.#first.bytes();
  }

  snapshot(writer: StateWriter): void {
    this.#dense();
    writer.value('watermark', this.#watermark);
    writer.value('ended', this.#ended);
    this.#store.snapshot(writer.section('rows'), 0);
    this.#groups.snapshot(writer.section('groups'));
    this.#first.snapshot(writer.section('first'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#ended = reader.value('ended') === true;
    this.#store.restore(reader.section('rows'));
    this.#groups.restore(reader.section('groups'));
    this.#first.restore(reader.section('first'), this.#groups.size);
  }
}
