import type { Lane } from './column.js';
import type { TimeUnit } from './types.js';

/**
 * A point in event time as the engine computes with it: whole microseconds since 1970-01-01 UTC as a float64, exact
 * until the year 2255. Columns keep their own unit; watermarks, window borders and the session clock are microseconds.
 * `-Infinity` is "nothing seen yet", `+Infinity` the end of a finite input.
 */
export type EventTime = number;

export const START_OF_TIME: EventTime = -Infinity;
export const END_OF_TIME: EventTime = Infinity;

/** Microseconds in one tick of the units that a microsecond divides. */
const MICROSECONDS: Record<Exclude<TimeUnit, 'ns'>, number> = { s: 1e6, ms: 1e3, us: 1 };

/**
 * Writes the event times of `count` values of a timestamp lane into `out`. Nanoseconds are floored, so a watermark made
 * of them is never too early.
 */
export function toEventTimes(lane: Lane, unit: TimeUnit, count: number, out: Float64Array): void {
  if (lane instanceof BigInt64Array) {
    for (let i = 0; i < count; i++) out[i] = bigintToEventTime(lane[i], unit);
  } else if (unit === 'ns') {
    for (let i = 0; i < count; i++) out[i] = Math.floor(lane[i] / 1000);
  } else {
    const factor = MICROSECONDS[unit];
    if (factor === 1) out.set(count === lane.length ? lane : lane.subarray(0, count));
    else for (let i = 0; i < count; i++) out[i] = lane[i] * factor;
  }
}

function bigintToEventTime(value: bigint, unit: TimeUnit): EventTime {
  if (unit !== 'ns') return Number(value) * MICROSECONDS[unit];
  const micros = value / 1000n;
  return Number(value < 0n && micros * 1000n !== value ? micros - 1n : micros);
}

/** The value, in ticks of `unit`, of an event time that lies on a tick. Nanoseconds are a bigint. */
export function fromEventTime(time: EventTime, unit: TimeUnit): number | bigint {
  return unit === 'ns' ? BigInt(time) * 1000n : time / MICROSECONDS[unit];
}
