import type { Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import { Calendar } from './calendar.js';
import { ascent, Ascent, firstAtLeast, slice } from './inOrder.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { compareRows } from './rowCompare.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimeSort } from './timeSort.js';

/** What rows are put in order by. */
interface ReorderPlan {
  readonly input: Schema;
  readonly time: { readonly column: string; readonly unit: TimeUnit };
  /** The column that orders rows of one event time, before arrival does; null where there is none. */
  readonly sequence: string | null;
}

/**
 * Puts rows in event order: by event time, then sequence, then arrival. A row comes out once the watermark has passed it, so
 * nothing that comes later can precede it; rows older than the watermark are dropped and counted as late, rows without event time as
 * untimed.
 *
 * What follows may rely on this: rows are in order across all batches, and all rows of one event time (in microseconds) are in one batch.
 * Rows carry the mark that was in force before the one that let them out, so the outcome does not depend on how the input was cut.
 *
 * While rows come in order nothing is sorted, and those that can go on at once go on without a copy.
 */
export class ReorderOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: ReorderPlan;
  readonly #timeColumn: number;
  readonly #ties: readonly number[];
  readonly #store: RowStore;
  readonly #calendar: Calendar;
  readonly #sort = new TimeSort();
  readonly #tie = (a: number, b: number): number => this.#compareTies(a, b);
  /** Event times of the store's rows, by position. */
  #times = new Float64Array(0);
  /** Whether the store's rows are all in order, so that they come out as they lie, from `#head` on. */
  #inOrder = true;
  #head = 0;
  /** Whether the last batch in order has its own times as marks, as sources without disorder give them. */
  #marked = false;
  #watermark: EventTime = START_OF_TIME;
  #batchTimes = new Float64Array(0);
  #rowTimes = new Float64Array(0);
  #order = new Int32Array(0);
  #marks = new Float64Array(0);

  constructor(plan: ReorderPlan) {
    this.#plan = plan;
    this.#timeColumn = fieldIndex(plan.input, plan.time.column);
    const ties = plan.time.unit === 'ns' ? [this.#timeColumn] : [];
    if (plan.sequence !== null) ties.push(fieldIndex(plan.input, plan.sequence));
    this.#ties = ties;
    this.#store = new RowStore(plan.input);
    this.#calendar = new Calendar(this.#tie);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    const limit = Math.max(before, batch.watermark);
    this.#watermark = limit;
    const times = batch.length > 0 ? this.#timesOf(batch) : this.#batchTimes;
    const marks = batch.marks ?? times;
    if (batch.length === 0 || (this.#inOrder && this.#follows(batch, times, marks, before))) {
      if (this.#inOrder) this.#passInOrder(batch, times, marks, before, limit, out);
      else this.#takeOut(this.#calendar.take(limit, this.#times, this.#order), marks, 0, before, limit, out);
      return;
    }
    const due = this.#add(batch, times, marks, before, limit);
    this.#takeOut(due, marks, batch.length, before, limit, out);
  }

  #timesOf(batch: Batch): Float64Array {
    const { data } = batch.columns[this.#timeColumn];
    const { unit } = this.#plan.time;
    if (unit === 'us' && data instanceof Float64Array) return data;
    if (this.#batchTimes.length < batch.length) this.#batchTimes = new Float64Array(batch.length);
    toEventTimes(data, unit, batch.length, this.#batchTimes);
    return this.#batchTimes;
  }

  /** Whether a batch is in order, begins behind what waits, and has no row to drop; and whether marks are the rows' times. */
  #follows(batch: Batch, times: Float64Array, marks: Float64Array, before: EventTime): boolean {
    const { length, columns } = batch;
    const { valid } = columns[this.#timeColumn];
    if (valid !== null && valid.subarray(0, length).includes(0)) return false;
    const { used } = this.#store;
    const last = used > this.#head ? this.#times[used - 1] : before;
    if (times[0] < before || (times[0] === last && used > this.#head && this.#ties.length > 0)) return false;
    const found = ascent(times, marks, length, last);
    if (found === Ascent.None) return false;
    this.#marked = found === Ascent.Marked;
    // A mark above its row's time may be above the next one's, too.
    if (found === Ascent.Ahead) for (let i = 1; i < length; i++) if (times[i] < marks[i - 1]) return false;
    for (const tie of this.#ties) {
      const column = columns[tie];
      for (let i = 1; i < length; i++)
        if (times[i] === times[i - 1] && compareRows(column, i - 1, i) > 0) return false;
    }
    return true;
  }

  /** Lets out rows that wait in order, and then as much of the batch as may go on; the rest waits. */
  #passInOrder(
    batch: Batch,
    times: Float64Array,
    marks: Float64Array,
    before: EventTime,
    limit: EventTime,
    out: Emitter,
  ): void {
    const store = this.#store;
    const { length } = batch;
    let row = 0;
    // Rows of one time stay together: the batch's first ones join those of the same time that wait.
    if (store.used > this.#head) while (row < length && times[row] === this.#times[store.used - 1]) row++;
    if (row > 0) this.#append(batch, times, 0, row);
    let pointer = 0;
    const waiting = firstAtLeast(this.#times, this.#head, store.used, limit);
    const end = firstAtLeast(times, row, length, limit);
    const emits = waiting > this.#head || end > row;
    if (waiting > this.#head) {
      const count = waiting - this.#head;
      const rowTimes = this.#times.subarray(this.#head, waiting);
      pointer = this.#markRows(rowTimes, count, marks, length, 0, before);
      out({
        schema: this.#plan.input,
        length: count,
        columns: store.view(this.#head, waiting),
        kinds: null,
        marks: this.#marks,
        watermark: end > row ? this.#marks[count - 1] : limit,
      });
      this.#head = waiting;
      if (this.#head === store.used) this.#clear();
    }
    if (end > row) {
      const rowTimes = row === 0 ? times : times.subarray(row);
      if (!this.#marked) this.#markRows(rowTimes, end - row, marks, length, pointer, before);
      out(slice(batch, row, end, this.#marked ? rowTimes : this.#marks, limit));
    }
    if (end < length) this.#append(batch, times, end, length);
    if (!emits) out(this.#empty(limit));
    else if (this.#head > 0 && this.#head * 2 > store.used) this.#dropHead();
  }

  /**
   * Gives rows the mark in force before the one that lets them out, which is the first above their time. Begins at mark `pointer`;
   * returns where it has come to.
   */
  #markRows(
    rowTimes: Float64Array,
    count: number,
    marks: Float64Array,
    length: number,
    pointer: number,
    before: EventTime,
  ): number {
    if (this.#marks.length < count) this.#marks = new Float64Array(Math.max(1024, count * 2));
    const result = this.#marks;
    let k = 0;
    if (pointer === 0) {
      while (k < count && !(length > 0 && marks[0] <= rowTimes[k])) k++;
      result.fill(before, 0, k);
    }
    for (; k < count; k++) {
      const time = rowTimes[k];
      while (pointer < length && marks[pointer] <= time) pointer++;
      result[k] = marks[pointer - 1];
    }
    return pointer;
  }

  #append(batch: Batch, times: Float64Array, from: number, to: number): void {
    const at = this.#store.used;
    this.#store.append(batch.columns, from, to);
    this.#fitTimes(at);
    this.#times.set(times.subarray(from, to), at);
  }

  #fitTimes(used: number): void {
    const { capacity } = this.#store;
    if (this.#times.length >= capacity) return;
    const grown = new Float64Array(capacity);
    grown.set(this.#times.subarray(0, used));
    this.#times = grown;
  }

  /**
   * Adds the rows of a batch that is not in order; late and untimed ones are left out. Leaves those that the watermark has passed in `#order`, in
   * order, and returns how many.
   */
  #add(batch: Batch, times: Float64Array, marks: Float64Array, before: EventTime, limit: EventTime): number {
    const { length } = batch;
    const calendar = this.#calendar;
    const at = this.#store.used;
    this.#append(batch, times, 0, length);
    calendar.fit(this.#store.capacity);
    this.#fitOrder();
    if (this.#inOrder) {
      this.#inOrder = false;
      calendar.rebuild(this.#waiting(this.#head, at), at - this.#head, this.#times);
      this.#head = 0;
    }
    const { valid } = batch.columns[this.#timeColumn];
    let kept = 0;
    const order = this.#order;
    // Marks are read where they lie: in a variable beside `before` each would be an object on the heap.
    for (let i = 0; i < length; i++) {
      if (valid !== null && valid[i] === 0) this.counters.untimed++;
      else if (i === 0 ? times[0] < before : times[i] < marks[i - 1]) this.counters.late++;
      else order[kept++] = at + i;
    }
    if (kept > calendar.count) return this.#sortAll(kept, limit);
    for (let k = 0; k < kept; k++)
      if (!calendar.reaches(this.#times[order[k]])) return this.#sortAll(kept, limit);
    for (let k = 0; k < kept; k++) calendar.add(order[k], times[order[k] - at]);
    if (calendar.crowded) {
      const held = calendar.take(Infinity, this.#times, order);
      calendar.rebuild(order, held, this.#times);
    }
    return calendar.take(limit, this.#times, order);
  }

  /** Sorts the rows in `#order` and those that wait; what the watermark has passed is left in `#order`. Returns how many. */
  #sortAll(kept: number, limit: EventTime): number {
    const times = this.#times;
    const order = this.#order;
    const rest = new Int32Array(kept + this.#calendar.count);
    const held = this.#calendar.take(Infinity, times, rest);
    let due = 0;
    let waiting = 0;
    for (let k = 0; k < held; k++) {
      if (times[rest[k]] < limit) order[kept++] = rest[k];
      else rest[waiting++] = rest[k];
    }
    for (let k = 0; k < kept; k++) {
      if (times[order[k]] < limit) order[due++] = order[k];
      else rest[waiting++] = order[k];
    }
    this.#calendar.rebuild(rest, waiting, times);
    this.#sort.sort(order, due, times, this.#tie);
    return due;
  }

  #waiting(from: number, to: number): Int32Array {
    for (let k = from; k < to; k++) this.#order[k - from] = k;
    return this.#order;
  }

  #fitOrder(): void {
    if (this.#order.length < this.#store.capacity) this.#order = new Int32Array(this.#store.capacity);
  }

  /** Lets out the first rows of `#order`. */
  #takeOut(
    count: number,
    marks: Float64Array,
    length: number,
    before: EventTime,
    limit: EventTime,
    out: Emitter,
  ): void {
    if (count === 0) {
      out(this.#empty(limit));
    } else {
      if (this.#rowTimes.length < count) this.#rowTimes = new Float64Array(count * 2);
      const rowTimes = this.#rowTimes;
      for (let k = 0; k < count; k++) rowTimes[k] = this.#times[this.#order[k]];
      this.#markRows(rowTimes, count, marks, length, 0, before);
      out({
        schema: this.#plan.input,
        length: count,
        columns: this.#store.gather(this.#order, count),
        kinds: null,
        marks: this.#marks,
        watermark: limit,
      });
    }
    if (this.#store.used > 2 * this.#calendar.count) this.#compact();
  }

  /** Closes the holes in the store; where what is left is in order, it is treated so again. */
  #compact(): void {
    const store = this.#store;
    const count = this.#calendar.count;
    if (count === 0) {
      this.#clear();
      return;
    }
    const order = this.#order;
    this.#calendar.take(Infinity, this.#times, order);
    let inOrder = true;
    for (let k = 1; k < count && inOrder; k++) inOrder = order[k] > order[k - 1];
    const kept = order.subarray(0, count);
    if (!inOrder) kept.sort();
    store.compact(kept, count);
    for (let k = 0; k < count; k++) this.#times[k] = this.#times[kept[k]];
    this.#inOrder = inOrder;
    this.#head = 0;
    if (!inOrder) this.#calendar.rebuild(this.#waiting(0, count), count, this.#times);
  }

  #clear(): void {
    this.#store.compact(this.#order, 0);
    this.#head = 0;
    this.#inOrder = true;
  }

  /** Gives up the room of rows that have gone, once they are more than those that wait. */
  #dropHead(): void {
    const count = this.#store.used - this.#head;
    this.#fitOrder();
    this.#store.compact(this.#waiting(this.#head, this.#store.used), count);
    this.#times.copyWithin(0, this.#head, this.#head + count);
    this.#head = 0;
  }

  #compareTies(a: number, b: number): number {
    for (const tie of this.#ties) {
      const { data, valid, dictionary, field } = this.#store.columns[tie];
      const order = compareRows({ type: field.type, data, valid, dictionary }, a, b);
      if (order !== 0) return order;
    }
    return a - b;
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.input, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  /** Rows that wait. */
  stateRows(): number {
    return this.#inOrder ? this.#store.used - this.#head : this.#calendar.count;
  }

  bytes(): number {
    return this.#store.bytes() + this.#times.byteLength;
  }

  /** Writes the rows that wait, the watermark and the counts. */
  snapshot(writer: StateWriter): void {
    if (!this.#inOrder) this.#compact();
    writer.value('watermark', this.#watermark);
    writer.value('late', this.counters.late);
    writer.value('untimed', this.counters.untimed);
    writer.value('inOrder', this.#inOrder);
    this.#store.snapshot(writer.section('rows'), this.#head);
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.counters.late = reader.value('late') as number;
    this.counters.untimed = reader.value('untimed') as number;
    this.#store.restore(reader.section('rows'));
    this.#inOrder = reader.value('inOrder') as boolean;
    this.#head = 0;
    const { used, columns } = this.#store;
    this.#fitTimes(0);
    toEventTimes(columns[this.#timeColumn].data, this.#plan.time.unit, used, this.#times);
    this.#fitOrder();
    this.#calendar.fit(this.#store.capacity);
    if (!this.#inOrder) this.#calendar.rebuild(this.#waiting(0, used), used, this.#times);
  }
}
