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
