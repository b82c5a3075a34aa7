import type { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import { followedByNode } from '../plan/build.js';
import { made } from './origin.js';
import { Stream } from './stream.js';

/** A row of `meetingEvents`. */
export interface MeetingEvent {
  /** The event time of the row that told it, or up to which everything had come; NULL where rows have none. */
  readonly at: Temporal.Instant | null;
  /**
   * `met`: history has ended, and what had come of live follows; and of numbered rows `gap` (some have not come) and `late` (one of these
   * came after all).
   */
  readonly event: 'met' | 'gap' | 'late';
  /** The values of `by`, with ` / ` between them. */
  readonly key: string | null;
  /** Of a gap: the first number that has not come. */
  readonly expected: number | null;
  /** Of a gap: the number behind it; of `late`: the one that came. */
  readonly got: number | null;
  /** Of a gap: how many numbers have not come. */
  readonly missing: number | null;
  /** Of `met`: how many rows there were. */
  readonly reason: string | null;
}

/**
 * What there is to say about how history and the live rows behind it meet (`followedBy`), as a stream over the same rows: that they have, which numbers are missing
 * then or later, and whether they come after all.
 *
 * @throws MillraceError `MR1612` for a stream that is not history and what follows it
 * @example
 * const trades = history.followedBy(live, { by: 'symbol', sequence: 'tradeId' });
 * meetingEvents(trades).where(t => t.event.eq('gap')).groupBy('key').aggregate(t => ({ missing: sum(t.missing) }))
 */
export function meetingEvents<Row>({ plan }: Stream<Row>): Stream<MeetingEvent> {
  if (plan.kind !== 'followedBy') {
    throw new MillraceError(
      'MR1612',
      'meetingEvents() tells how history and live rows meet, and its stream is not made of both.',
      'Give it what followedBy() gives, before anything is made of it: meetingEvents(history.followedBy(live, …)).',
    );
  }
  const { inputs, by, identity, maxBufferBytes } = plan;
  return new Stream<MeetingEvent>(
    made(followedByNode({ inputs, by, identity, maxBufferBytes, tells: 'events' })),
  );
}
