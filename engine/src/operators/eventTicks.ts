import type { Lane } from '../columns/column.js';
import { toEventTimes } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';

/**
 * Times of rows, exact in every unit: whole microseconds, and the nanoseconds within each where any of the columns that are compared counts
 * nanoseconds.
 */
export interface Ticks {
  readonly us: Float64Array;
  readonly sub: Int32Array | null;
}

/** Reads the times of batches into buffers that are used again; a column of fast microseconds is read in place. */
export class TickReader {
  #us = new Float64Array(0);
  #sub = new Int32Array(0);

  constructor(
    readonly unit: TimeUnit,
    /** Whether nanoseconds are asked for. */
    readonly fine: boolean,
  ) {}

  read(data: Lane, count: number): Ticks {
    if (this.#us.length < count) {
      this.#us = new Float64Array(count * 2);
      this.#sub = new Int32Array(this.fine ? count * 2 : 0);
    }
    let us = this.#us;
    if (this.unit === 'us' && data instanceof Float64Array) us = data as Float64Array<ArrayBuffer>;
    else toEventTimes(data, this.unit, count, us);
    if (!this.fine) return { us, sub: null };
    const sub = this.#sub;
    if (this.unit !== 'ns') sub.fill(0, 0, count);
    else if (data instanceof BigInt64Array)
      for (let i = 0; i < count; i++) sub[i] = Number(((data[i] % 1000n) + 1000n) % 1000n);
    else for (let i = 0; i < count; i++) sub[i] = data[i] - Math.floor(data[i] / 1000) * 1000;
    return { us, sub };
  }
}

/** Below 0 where a time is before another, which may be of other rows. */
export function compareTicks(a: Ticks, i: number, b: Ticks, k: number): number {
  if (a.us[i] !== b.us[k]) return a.us[i] < b.us[k] ? -1 : 1;
  return a.sub === null ? 0 : a.sub[i] - (b.sub as Int32Array)[k];
}

/** Whether a time is at most `spanUs` microseconds after an earlier one. */
export function isWithin(earlier: Ticks, i: number, later: Ticks, k: number, spanUs: number): boolean {
  const span = later.us[k] - earlier.us[i];
  if (span !== spanUs || earlier.sub === null) return span <= spanUs;
  return (later.sub as Int32Array)[k] <= earlier.sub[i];
}

/** Whether a row's time is nearer to a later time than to an earlier one, or as near to both. */
export function isNearerToLater(
  of: Ticks,
  row: number,
  others: Ticks,
  earlier: number,
  later: number,
): boolean {
  const us = others.us[later] - of.us[row] - (of.us[row] - others.us[earlier]);
  if (of.sub === null) return us <= 0;
  const subs = others.sub as Int32Array;
  return us * 1000 + (subs[later] - of.sub[row]) - (of.sub[row] - subs[earlier]) <= 0;
}
