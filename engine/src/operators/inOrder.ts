import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { EventTime } from '../columns/time.js';

/** The first of the ascending times [from, to) that is `limit` or more; `to` where there is none. */
export function firstAtLeast(times: Float64Array, from: number, to: number, limit: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows [from, to) of a batch under other marks, without a copy. */
export function slice(
  batch: Batch,
  from: number,
  to: number,
  marks: Float64Array,
  watermark: EventTime,
): Batch {
  const columns =
    from === 0
      ? batch.columns
      : batch.columns.map((column): Column => ({
          ...column,
          data: column.data.subarray(from, to),
          valid: column.valid?.subarray(from, to) ?? null,
        }));
  return { schema: batch.schema, length: to - from, columns, kinds: null, marks, watermark };
}

/** What a pass over a batch finds. */
export const Ascent = {
  /** Not in order. */
  None: 0,
  /** In order, and each mark is its row's time. */
  Marked: 1,
  /** In order, and no mark is above its row's time. */
  Behind: 2,
  /** In order, and some mark is above its row's time. */
  Ahead: 3,
} as const;
export type Ascent = (typeof Ascent)[keyof typeof Ascent];

/** How the rows of a batch follow the last one before it, and how its marks follow their times. */
export function ascent(times: Float64Array, marks: Float64Array, length: number, last: EventTime): Ascent {
  if (length > 0 && !(times[0] >= last)) return Ascent.None;
  // Each row is compared with the one before it in the array: in a variable beside `last`, its time would be an object on the heap.
  let i = length > 0 && marks[0] === times[0] ? 1 : 0;
  // Most rows come in order, each with its own time as its mark.
  if (i === 1) while (i < length && times[i] >= times[i - 1] && marks[i] === times[i]) i++;
  if (i === length) return Ascent.Marked;
  let behind = 0;
  let ahead = 0;
  for (; i < length; i++) {
    const time = times[i];
    if (i > 0 && !(time >= times[i - 1])) return Ascent.None;
    if (marks[i] < time) behind = 1;
    else if (marks[i] > time) ahead = 1;
  }
  return ahead === 1 ? Ascent.Ahead : behind === 1 ? Ascent.Behind : Ascent.Marked;
}
