import { RowKind, type Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { Emitter } from '../operators/operator.js';
import { RowStore } from '../operators/rowStore.js';

/**
 * Puts together what an operator gives while rows of one source come to it by several ways, and passes it on as one batch: what comes by the
 * first way alone is the answer to no question, e.g. money that has left one account and has not come to the other.
 */
export class GatheredOutput {
  readonly #rows: RowStore;
  #kinds = new Uint8Array(0);
  #marks = new Float64Array(0);
  #hasKinds = false;
  #hasMarks = false;
  #watermark: EventTime = START_OF_TIME;

  constructor(
    readonly schema: Schema,
    readonly out: Emitter,
  ) {
    this.#rows = new RowStore(schema);
  }

  take(batch: Batch): void {
    const { length, kinds, marks, watermark } = batch;
    const used = this.#rows.used;
    if (length === 0 && used === 0 && watermark > this.#watermark) this.out(batch);
    // What comes next is judged by the mark of the row before it; rows of a changelog keep theirs.
    if (used > 0 && !this.#hasKinds)
      this.#marks[used - 1] = Math.max(this.#marks[used - 1], length === 0 ? watermark : this.#watermark);
    if (length > 0) {
      this.#fit(used + length);
      this.#rows.append(batch.columns, 0, length);
      if (kinds === null) this.#kinds.fill(RowKind.Insert, used, used + length);
      else this.#kinds.set(kinds.subarray(0, length), used);
      if (marks === null) this.#marks.fill(this.#watermark, used, used + length);
      else this.#marks.set(marks.subarray(0, length), used);
      this.#hasKinds ||= kinds !== null;
      this.#hasMarks ||= marks !== null;
    }
    this.#watermark = Math.max(this.#watermark, watermark);
  }

  /** Passes on what has come since. */
  flush(): void {
    const length = this.#rows.used;
    if (length === 0) return;
    const batch = {
      schema: this.schema,
      length,
      columns: this.#rows.view(0, length),
      kinds: this.#hasKinds ? this.#kinds : null,
      marks: this.#hasMarks ? this.#marks : null,
      watermark: this.#watermark,
    };
    this.#hasKinds = false;
    this.#hasMarks = false;
    this.out(batch);
    this.#rows.compact(new Int32Array(0), 0);
  }

  /** Bytes of what has not been passed on, and of the room that it had. */
  bytes(): number {
    return this.#rows.bytes() + this.#kinds.byteLength + this.#marks.byteLength;
  }

  #fit(rows: number): void {
    if (this.#kinds.length >= rows) return;
    const kinds = new Uint8Array(rows * 2);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const marks = new Float64Array(rows * 2);
    marks.set(this.#marks);
    this.#marks = marks;
  }
}
