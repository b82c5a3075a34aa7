import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** So many rows are given out at once. */
const MOST_ROWS = 1 << 16;

/** Batches of rows that only come, kept with their marks until they are asked for. */
export class WaitingBatches {
  readonly #store: RowStore;
  #marks = new Float64Array(0);
  #marked = false;
  #watermark: EventTime = START_OF_TIME;

  constructor(readonly schema: Schema) {
    this.#store = new RowStore(schema);
  }

  get rows(): number {
    return this.#store.used;
  }

  add({ columns, length, marks, watermark }: Batch): void {
    const { used } = this.#store;
    // The next row is judged by the mark of the one before it.
    if (used > 0 && this.#marked) this.#marks[used - 1] = Math.max(this.#marks[used - 1], this.#watermark);
    if (length > 0) {
      this.#store.append(columns, 0, length);
      this.#fit();
      this.#marked = marks !== null;
      if (marks === null) this.#marks.fill(watermark, used, used + length);
      else this.#marks.set(marks.subarray(0, length), used);
    }
    if (watermark > this.#watermark) this.#watermark = watermark;
  }

  #fit(): void {
    const { capacity } = this.#store;
    if (this.#marks.length >= capacity) return;
    const marks = new Float64Array(capacity);
    marks.set(this.#marks);
    this.#marks = marks;
  }

  /** Gives all rows out, in batches of some size, the last of which has the last watermark. */
  take(use: (batch: Batch) => void): void {
    const store = this.#store;
    for (let from = 0; ; from += MOST_ROWS) {
      const to = Math.min(store.used, from + MOST_ROWS);
      const last = to === store.used;
      use({
        schema: this.schema,
        length: to - from,
        columns: to === from ? [] : store.view(from, to),
        kinds: null,
        marks: this.#marked ? this.#marks.subarray(from, to) : null,
        watermark: last ? this.#watermark : this.#marks[to - 1],
      });
      if (last) break;
    }
    store.compact(new Int32Array(0), 0);
  }

  bytes(): number {
    return this.#store.bytes() + this.#marks.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('marked', this.#marked);
    writer.lane('marks', this.#marks, this.#store.used);
    this.#store.snapshot(writer.section('rows'), 0);
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#marked = reader.value('marked') as boolean;
    this.#store.restore(reader.section('rows'));
    this.#fit();
    this.#marks.set(reader.lane('marks') as Float64Array);
  }
}
