import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { toEventTimes } from '../columns/time.js';
import type { PhysicalRollingChanges } from '../physical/rolling.js';
import type { TimeUnit } from '../columns/types.js';
import { NumberedRows } from './numberedRows.js';
import { compareRows } from './rowCompare.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** What rows are kept by. */
interface ChangedRowsPlan {
  readonly input: Schema;
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
  readonly changes: PhysicalRollingChanges;
}

/** The rows of an input that changes, by position, with what puts them in order: event time, then the sequence, then arrival. */
export class ChangedRows {
  readonly store: RowStore;
  readonly numbered: NumberedRows;
  /** Rows that are there. */
  live = 0;
  /** Of each position: the event time, 0 where rows have none; when the row came; and what was told of it, plus one, 0: nothing. */
  times = new Float64Array(0);
  arrivals = new Float64Array(0);
  told: Int32Array = new Int32Array(0);
  /** The key of each position, by number. */
  keyOf: Int32Array = new Int32Array(0);
  /** Whether what rows are named by is a key, so that another row of it takes their place. */
  readonly keyed: boolean;
  readonly #plan: ChangedRowsPlan;
  readonly #names: readonly number[];
  readonly #timeColumn: number;
  /** The columns that put rows in order, after the times, as they lie now. */
  #ties: readonly Column[] = [];
  readonly #tieColumns: readonly number[];
  #arrived = 0;

  constructor(plan: ChangedRowsPlan) {
    const { input, time, changes } = plan;
    this.#plan = plan;
    this.store = new RowStore(input);
    this.keyed = changes.key !== null;
    this.#names = changes.key?.map(name => fieldIndex(input, name)) ?? [...input.fields.keys()];
    this.numbered = new NumberedRows(this.#names.map(at => input.fields[at].type));
    this.#timeColumn = time === null ? -1 : fieldIndex(input, time.column);
    const ties = time?.unit === 'ns' ? [this.#timeColumn] : [];
    if (changes.sequence !== null) ties.push(fieldIndex(input, changes.sequence));
    this.#tieColumns = ties;
  }

  /** Appends the rows of a batch, none of which is there yet. Returns the numbers that name them, valid until the next call. */
  append(batch: Batch): Int32Array {
    const { store } = this;
    const from = store.used;
    const { length, columns } = batch;
    store.append(columns, 0, length);
    this.#fit();
    if (this.#plan.time !== null) {
      const lane = columns[this.#timeColumn].data;
      toEventTimes(lane, this.#plan.time.unit, length, this.times.subarray(from));
    }
    this.#look();
    return this.numbered.assign(
      this.#names.map(at => columns[at]),
      length,
    );
  }

  #look(): void {
    const columns = this.store.view(0, this.store.used);
    this.#ties = this.#tieColumns.map(at => columns[at]);
  }

  #fit(): void {
    const { capacity } = this.store;
    this.numbered.fit(capacity);
    if (this.told.length >= capacity) return;
    this.told = grown(this.told, capacity);
    this.keyOf = grown(this.keyOf, capacity);
    this.times = longer(this.times, capacity);
    this.arrivals = longer(this.arrivals, capacity);
  }

  /** Whether a row of a batch has an event time, where rows have to have one. */
  isTimed({ columns }: Batch, row: number): boolean {
    if (this.#timeColumn < 0) return true;
    const { valid } = columns[this.#timeColumn];
    return valid === null || valid[row] === 1;
  }

  /** A row is there from now on: in the place of another one in the order of arrival, or -1. */
  put(row: number, key: number, number: number, replaced: number): void {
    this.numbered.add(number, row);
    this.keyOf[row] = key;
    this.told[row] = 0;
    this.arrivals[row] = replaced < 0 ? this.#arrived++ : this.arrivals[replaced];
    this.live++;
  }

  /** Compares two rows by their order. */
  compare(a: number, b: number): number {
    const { times, arrivals } = this;
    if (times[a] !== times[b]) return times[a] - times[b];
    for (const column of this.#ties) {
      const order = compareRows(column, a, b);
      if (order !== 0) return order;
    }
    return arrivals[a] - arrivals[b];
  }

  /** Rows lie elsewhere: those of these positions, ascending, by their places, which `places` gives by position, and no others. */
  move(kept: Int32Array, count: number, places: Int32Array): void {
    const { times, arrivals, told, keyOf } = this;
    this.store.compact(kept, count);
    for (let k = 0; k < count; k++) {
      const row = kept[k];
      times[k] = times[row];
      arrivals[k] = arrivals[row];
      told[k] = told[row];
      keyOf[k] = keyOf[row];
    }
    this.numbered.move(kept, count, places);
  }

  bytes(): number {
    return this.store.bytes() + this.numbered.bytes() + this.times.byteLength * 3;
  }

  /** Writes the rows, all of which must be there. */
  snapshot(writer: StateWriter): void {
    const { used } = this.store;
    this.store.snapshot(writer.section('rows'), 0);
    this.numbered.snapshot(writer.section('numbers'), used);
    writer.value('arrived', this.#arrived);
    writer.lane('times', this.times, used);
    writer.lane('arrivals', this.arrivals, used);
    writer.lane('told', this.told, used);
    writer.lane('keyOf', this.keyOf, used);
  }

  restore(reader: StateReader): void {
    this.store.restore(reader.section('rows'));
    this.#fit();
    this.numbered.restore(reader.section('numbers'));
    this.numbered.fit(this.store.capacity);
    this.#arrived = reader.value('arrived') as number;
    this.times.set(reader.lane('times') as Float64Array);
    this.arrivals.set(reader.lane('arrivals') as Float64Array);
    this.told.set(reader.lane('told') as Int32Array);
    this.keyOf.set(reader.lane('keyOf') as Int32Array);
    this.live = this.store.used;
    this.#look();
  }
}

function longer(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length);
  next.set(array);
  return next;
}
