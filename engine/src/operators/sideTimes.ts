import type { Batch } from '../columns/batch.js';
import { toEventTimes } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';

/** Reads the event times of batches of one input. */
export class SideTimes {
  #times = new Float64Array(0);

  constructor(
    readonly column: number,
    readonly unit: TimeUnit,
  ) {}

  /** The times of a batch's rows, in an array that is used again. */
  of({ columns, length }: Batch): Float64Array {
    const { data } = columns[this.column];
    if (this.unit === 'us' && data instanceof Float64Array) return data;
    if (this.#times.length < length) this.#times = new Float64Array(length * 2);
    toEventTimes(data, this.unit, length, this.#times);
    return this.#times;
  }
}
