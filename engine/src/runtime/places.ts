import type { Batch } from '../columns/batch.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { SourceSummary } from '../sources/source.js';

/**
 * A row's place among the recorded rows of all sources: when it was received, at the latest of its source so far; where that is not known, the highest
 * event time of its source so far. Rows that have neither come first.
 *
 * @param boundUs how far the source's marks lag behind its highest event time
 */
export function placeOf({ places, marks }: Batch, row: number, boundUs: number): EventTime {
  if (places !== undefined) return places[row];
  return marks === null ? START_OF_TIME : marks[row] + boundUs;
}

/** The rows of a batch, from `from` on, whose places are not behind a time: the end of that run. */
export function rowsUpTo(batch: Batch, from: number, time: EventTime, boundUs: number): number {
  const { length } = batch;
  if (time === Infinity) return length;
  let low = from;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeOf(batch, middle, boundUs) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of a source's first and last row, as far as its summary tells. */
export function spanOf({ received, firstTime, lastTime }: SourceSummary): {
  readonly first: EventTime | null;
  readonly last: EventTime | null;
} {
  return received ?? { first: firstTime, last: lastTime };
}
