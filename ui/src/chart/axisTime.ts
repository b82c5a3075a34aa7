import { wallClock } from '@millrace/protocol';
import type { AxisTime } from './chartSelections.js';

/** The times of a chart's axes: UTC, or what a clock in a zone shows. Of an hour that is there twice the first one counts. */
export function axisTime(timeZone: string | undefined): AxisTime {
  if (timeZone === undefined) return { toUs: ms => ms * 1000, toMs: us => us / 1000 };
  const wall = wallClock(timeZone);
  return {
    toMs: us => wall(us / 1000),
    toUs: ms => {
      // The offset at that time differs from that at the time which the clock shows by what one change of clocks makes.
      const guess = ms - (wall(ms) - ms);
      return (ms - (wall(guess) - guess)) * 1000;
    },
  };
}
