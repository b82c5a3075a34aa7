import type { Column } from '../columns/column.js';
import { END_OF_TIME, START_OF_TIME, toEventTimes } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';

/** Rows of a source that came later than its bound allows: how many, and by how much at most, in microseconds behind the highest event time. */
export interface Lateness {
  rows: number;
  byUs: number;
}

/**
 * The watermark of one reading of a source: the highest event time seen less the bound. It gives each row the mark that is
 * in force after it.
 */
export class MarkMaker {
  #highest: EventTime = START_OF_TIME;
  #times = new Float64Array(0);
  #marks = new Float64Array(0);
  #late = 0;

  constructor(
    private readonly unit: TimeUnit,
    private readonly boundUs: number,
    /** Where late rows are said, of all readings of a source. */
    private readonly lateness: Lateness | null = null,
  ) {}

  /** What comes next is judged by, for `resume`. */
  get state(): { readonly highest: EventTime; readonly late: number } {
    return { highest: this.#highest, late: this.#late };
  }

  resume({ highest, late }: { readonly highest: EventTime; readonly late: number }): void {
    this.#highest = highest;
    this.#late = late;
  }

  get watermark(): EventTime {
    return this.#highest - this.boundUs;
  }

  /**
   * The marks of `count` rows whose event times are in the column. They share memory with the column where they are equal to it
   * (microseconds in order, no bound), and are valid until the next call.
   */
  marks(column: Column, count: number): Float64Array {
    const { data } = column;
    let times: Float64Array;
    if (this.unit === 'us' && data instanceof Float64Array) {
      times = data;
    } else {
      if (this.#times.length < count) this.#times = new Float64Array(count);
      times = this.#times;
      toEventTimes(data, this.unit, count, times);
    }
    let highest = this.#highest;
    const bound = this.boundUs;
    if (bound === 0) {
      let i = 0;
      while (i < count && times[i] >= highest) highest = times[i++];
      if (i === count) {
        this.#highest = highest;
        return times;
      }
      highest = this.#highest;
    }
    if (this.#marks.length < count) this.#marks = new Float64Array(count);
    const marks = this.#marks;
    for (let i = 0; i < count; i++) {
      const time = times[i];
      if (time > highest) highest = time;
      else if (highest - time > bound) this.#noteLate(highest - time);
      marks[i] = highest - bound;
    }
    this.#highest = highest;
    return marks;
  }

  /** Each reading meets the same rows: what one has counted is not counted again by the next. */
  #noteLate(byUs: number): void {
    const { lateness } = this;
    if (lateness === null) return;
    this.#late++;
    if (this.#late > lateness.rows) lateness.rows = this.#late;
    if (byUs > lateness.byUs) lateness.byUs = byUs;
  }

  /** The input has ended: no row will come any more. */
  end(): void {
    this.#highest = END_OF_TIME;
  }
}

/** How far a row lags behind the highest event time before it, at most: 0 where the rows are in order. */
export function disorderOf(times: Float64Array, count: number): number {
  let highest = START_OF_TIME;
  let disorder = 0;
  for (let i = 0; i < count; i++) {
    const time = times[i];
    if (time > highest) highest = time;
    else if (highest - time > disorder) disorder = highest - time;
  }
  return disorder;
}
