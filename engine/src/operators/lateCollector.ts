import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { ColumnGather } from '../codegen/gather.js';
import { grownTimes } from './growing.js';
import { grown } from './valueIds.js';

/** The rows of a batch that came too late, as a batch of their own. */
export class LateCollector {
  readonly #gathers: readonly ColumnGather[];
  #rows = new Int32Array(64);
  #count = 0;
  #marks = new Float64Array(64);

  constructor(schema: Schema) {
    this.#gathers = schema.fields.map(() => new ColumnGather());
  }

  note(row: number): void {
    if (this.#count === this.#rows.length) this.#rows = grown(this.#rows, this.#count + 1);
    this.#rows[this.#count++] = row;
  }

  /** The rows of the batch that were noted; then none are. */
  take(batch: Batch, watermark: EventTime): Batch {
    const count = this.#count;
    const rows = this.#rows;
    this.#count = 0;
    if (this.#marks.length < count) this.#marks = grownTimes(this.#marks, count);
    for (let k = 0; k < count; k++) this.#marks[k] = (batch.marks as Float64Array)[rows[k]];
    return {
      schema: batch.schema,
      length: count,
      columns: count === 0 ? [] : batch.columns.map((column, k) => this.#gathers[k].run(column, rows, count)),
      kinds: null,
      marks: this.#marks,
      watermark,
    };
  }
}
