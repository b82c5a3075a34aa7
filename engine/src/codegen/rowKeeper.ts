import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { ColumnGather, gatherLane } from './gather.js';
import { PooledBytes } from './lanes.js';

/**
 * Makes batches of some of the rows of others. The batch that `keep` returns is lent; it carries the input's watermark. Rows that are
 * left out move the watermark as well, so a row's mark is the one in force before the next row that is kept; rows of a changelog keep theirs, where
 * not `carried`. Where every row is kept, the batch is the input itself.
 */
export class RowKeeper {
  /** The watermark in force before the first row kept by the last `keep`; null where that was the batch's first row. */
  leadingMark: number | null = null;
  readonly #gathers: readonly ColumnGather[];
  readonly #kinds = new PooledBytes();
  #marks = new Float64Array(0);
  #places = new Float64Array(0);

  /** @param carried whether the marks of a changelog's rows that are left out go on, too: each of its rows is judged by the one before it */
  constructor(
    schema: Schema,
    readonly carried = false,
  ) {
    this.#gathers = schema.fields.map(() => new ColumnGather());
  }

  /** The first `count` of `rows`, which rise. */
  keep(batch: Batch, rows: Int32Array, count: number): Batch {
    this.leadingMark = null;
    if (count === batch.length) return batch;
    if (count > 0 && rows[0] > 0 && batch.marks !== null && !this.#keepsTheirs(batch))
      this.leadingMark = batch.marks[rows[0] - 1];
    return {
      schema: batch.schema,
      length: count,
      columns: batch.columns.map((column, at) => this.#gathers[at].run(column, rows, count)),
      kinds: batch.kinds === null ? null : this.#gatherKinds(batch.kinds, rows, count),
      marks: batch.marks === null ? null : this.#gatherMarks(batch, batch.marks, rows, count),
      watermark: batch.watermark,
      ...(batch.places === undefined ? {} : { places: this.#gatherPlaces(batch.places, rows, count) }),
    };
  }

  #keepsTheirs({ kinds }: Batch): boolean {
    return kinds !== null && !this.carried;
  }

  #gatherKinds(kinds: Uint8Array, rows: Int32Array, count: number): Uint8Array {
    const out = this.#kinds.take(count);
    gatherLane(kinds, rows, count, out);
    return out;
  }

  #gatherPlaces(places: Float64Array, rows: Int32Array, count: number): Float64Array {
    if (this.#places.length < count) this.#places = new Float64Array(count * 2);
    gatherLane(places, rows, count, this.#places);
    return this.#places;
  }

  #gatherMarks(batch: Batch, marks: Float64Array, rows: Int32Array, count: number): Float64Array {
    if (this.#marks.length < count) this.#marks = new Float64Array(count * 2);
    if (this.#keepsTheirs(batch)) {
      gatherLane(marks, rows, count, this.#marks);
      return this.#marks;
    }
    const last = count - 1;
    for (let k = 0; k < last; k++) this.#marks[k] = marks[rows[k + 1] - 1];
    if (count > 0) this.#marks[last] = marks[batch.length - 1];
    return this.#marks;
  }
}
