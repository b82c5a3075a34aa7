import type { EventTime } from '../columns/time.js';

/**
 * The marks of rows that are made of a batch's rows, some of which make several, others none: each carries the watermark in force before the row that the
 * next one is made of, and the last one that after the batch. So none of them comes behind a watermark that its own row did not come behind.
 */
export class FollowingMarks {
  #marks = new Float64Array(0);

  /** @param rows the row that each of the first `count` is made of, rising */
  of(marks: Float64Array, length: number, rows: Int32Array, count: number, before: EventTime): Float64Array {
    if (this.#marks.length < count) this.#marks = new Float64Array(count * 2);
    for (let k = 0; k + 1 < count; k++) this.#marks[k] = rows[k + 1] === 0 ? before : marks[rows[k + 1] - 1];
    if (count > 0) this.#marks[count - 1] = marks[length - 1];
    return this.#marks;
  }
}
