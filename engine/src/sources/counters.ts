import { REJECT_TEXT_LENGTH } from '../codecs/decoder.js';
import type { Reject, SourceCounters } from './source.js';

/** How many rejects are kept; the rest is counted. */
export const REJECTS_KEPT = 1000;

/** The counts of a reader that has read nothing yet. */
export function newCounters(): SourceCounters {
  const rejects: Reject[] = [];
  return { rows: 0, bytes: 0, rejected: 0, rejects, reconnects: 0, dropped: 0 };
}

/** Counts a reject, and keeps it if it is one of the first. */
export function addReject(counters: SourceCounters, position: number, reason: string, text: string): void {
  counters.rejected++;
  if (counters.rejects.length < REJECTS_KEPT) {
    counters.rejects.push({ position, reason, text: text.slice(0, REJECT_TEXT_LENGTH) });
  }
}

/** What a reading had counted at a place that another one goes on from. */
export interface CountsSoFar {
  readonly counters: SourceCounters;
  /** How many of the rejects had been kept then: the list grows on. */
  readonly rejects: number;
}

/** The counts of a reading as they are now, for `countsFrom`. */
export function countsOf(counters: SourceCounters): CountsSoFar {
  return { counters: { ...counters }, rejects: counters.rejects.length };
}

/** Goes on from the counts of another reading. */
export function countsFrom(counters: SourceCounters, from: CountsSoFar): void {
  const { rejects, ...counts } = from.counters;
  Object.assign(counters, counts);
  counters.rejects.push(...rejects.slice(0, from.rejects));
}
