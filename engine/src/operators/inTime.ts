import type { EventTime } from '../columns/time.js';

/** The place of the last slot whose time is not after `time`, of slots in order of their times; -1 where all are. */
export function lastUpTo(slots: readonly number[], times: Float64Array, time: EventTime): number {
  let high = slots.length - 1;
  // What comes is mostly behind all.
  if (high < 0 || times[slots[high]] <= time) return high;
  let low = -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[slots[middle]] <= time) low = middle;
    else high = middle;
  }
  return low;
}
