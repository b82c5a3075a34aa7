import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { grownBytes, grownTimes } from './growing.js';
import { firstAtLeast } from './inOrder.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Rows of one side of a join, in event order, from the time they come until they are done with. They lie at positions [head, used). */
export class TimedQueue {
  /** The position of the first row that is not done with. */
  head = 0;
  /** How many rows lay before position 0: what was done with and given up. */
  gone = 0;
  times = new Float64Array(1024);
  /** The numbers of the rows' keys. */
  keys = new Int32Array(1024);
  /** What an operator has noted of each row: 0 when it comes. */
  noted = new Uint8Array(1024);
  readonly #store: RowStore;
  #positions = new Int32Array(0);

  constructor(schema: Schema) {
    this.#store = new RowStore(schema);
  }

  get used(): number {
    return this.#store.used;
  }

  /** Rows that are not done with. */
  get rows(): number {
    return this.#store.used - this.head;
  }

  /** Appends the rows [from, length) of a batch. */
  append(
    { columns, length }: Pick<Batch, 'columns' | 'length'>,
    times: Float64Array,
    keys: Int32Array,
    from: number,
  ): void {
    const { used } = this.#store;
    this.#store.append(columns, from, length);
    if (this.times.length < this.#store.used) this.times = grownTimes(this.times, this.#store.used);
    if (this.keys.length < this.#store.used) this.keys = grown(this.keys, this.#store.used);
    if (this.noted.length < this.#store.used) this.noted = grownBytes(this.noted, this.#store.used);
    this.noted.fill(0, used, this.#store.used);
    this.times.set(times.subarray(from, length), used);
    this.keys.set(keys.subarray(from, length), used);
  }

  /** The position behind the rows whose time is below `limit`. */
  dueBefore(limit: EventTime): number {
    return firstAtLeast(this.times, this.head, this.#store.used, limit);
  }

  /** The rows [from, to) without a copy, until rows are appended or dropped. */
  view(from: number, to: number): Column[] {
    return this.#store.view(from, to);
  }

  /** The rows of some positions, in buffers that are used again. */
  gather(positions: Int32Array, count: number): Column[] {
    return this.#store.gather(positions, count);
  }

  /** Is done with the rows before a position. Positions change where half of the rows are done with. */
  dropBefore(position: number): void {
    const store = this.#store;
    this.head = position;
    if (this.head === 0 || this.head * 2 < store.used) return;
    const { head } = this;
    const count = store.used - head;
    if (this.#positions.length < count) this.#positions = new Int32Array(count * 2);
    for (let k = 0; k < count; k++) this.#positions[k] = head + k;
    this.times.copyWithin(0, head, store.used);
    this.keys.copyWithin(0, head, store.used);
    this.noted.copyWithin(0, head, store.used);
    store.compact(this.#positions, count);
    this.head = 0;
    this.gone += head;
  }

  /** Gives keys their new numbers. */
  renumber(numberOf: Int32Array): void {
    for (let k = this.head; k < this.used; k++) this.keys[k] = numberOf[this.keys[k]];
  }

  /** The key of each row that is not done with. */
  eachKey(visit: (key: number) => void): void {
    for (let k = this.head; k < this.used; k++) visit(this.keys[k]);
  }

  bytes(): number {
    return this.#store.bytes() + this.times.byteLength + this.keys.byteLength + this.noted.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.value('gone', this.gone + this.head);
    writer.lane('times', this.times.subarray(this.head, this.used));
    writer.lane('keys', this.keys.subarray(this.head, this.used));
    writer.lane('noted', this.noted.subarray(this.head, this.used));
    this.#store.snapshot(writer.section('rows'), this.head);
  }

  restore(reader: StateReader): void {
    this.gone = reader.value('gone') as number;
    this.times = grownTimes(reader.lane('times') as Float64Array, 1024);
    this.keys = grown(reader.lane('keys') as Int32Array, 1024);
    this.noted = grownBytes(reader.lane('noted') as Uint8Array, 1024);
    this.#store.restore(reader.section('rows'));
    this.head = 0;
  }
}
