import { Temporal } from 'temporal-polyfill';
import { clockBundle, type ClockCommand, type ClockSpeed, type ClockState } from '@millrace/protocol';
import { parseDuration, type DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { ask } from '../session/ask.js';
import { lastClock, noteClock } from '../session/clockNow.js';
import type { HostRequest } from '../session/protocol.js';
import type { TimeLiteral } from './expressions.js';
import type { StreamTable } from './streamTable.js';

/** Event time a second of wall time, as fast as it goes, or so many rows a second, whatever their times. */
export type Speed = ClockSpeed;

/** One step of the clock: so many rows, so much event time, or on until a table has closed its next window. */
export type ClockStep<Row> =
  { readonly events: number } | { readonly duration: DurationText } | { readonly until: StreamTable<Row> };

async function command(request: ClockCommand): Promise<ClockState> {
  return noteClock(await ask({ type: 'clock', command: request }));
}

function checked(speed: Speed): Speed {
  if (speed === 'max' || (typeof speed === 'number' && speed >= 0.1 && speed <= 10_000)) return speed;
  if (typeof speed === 'object' && Number.isFinite(speed?.rowsPerSecond) && speed.rowsPerSecond > 0)
    return { rowsPerSecond: speed.rowsPerSecond };
  throw new MillraceError(
    'MR1601',
    `the clock cannot run at speed ${JSON.stringify(speed)}.`,
    "Speeds are 0.1 to 10000, 'max', or { rowsPerSecond: 10_000 }.",
  );
}

/**
 * The session's one clock: it lets the replays' rows out as their time comes. Every call gives the clock's state. As a cell's last value, or in `display(clock)`, it is a
 * replay bar.
 */
export const clock = {
  /**
   * Starts the replays at a time, at a speed: `clock.start({ at: '09:30', speed: 60 })`. `at` is a time of day (UTC) of the
   * replays' first day, or an ISO time; not given: their start. Earlier rows are read at once. A speed of `{ rowsPerSecond: 10_000 }` lets so many rows out
   * a second, whatever their times.
   */
  start: async (options: { readonly at?: string; readonly speed?: Speed } = {}): Promise<ClockState> =>
    command({ type: 'start', at: options.at ?? null, speed: checked(options.speed ?? 1) }),
  play: async (): Promise<ClockState> => command({ type: 'play' }),
  pause: async (): Promise<ClockState> => command({ type: 'pause' }),
  speed: async (speed: Speed): Promise<ClockState> => command({ type: 'speed', speed: checked(speed) }),
  state: async (): Promise<ClockState> => command({ type: 'state' }),
  /**
   * Goes to a time, forward or back: every table is then what it was when the clock stood there. Resolves when they are. A clock that plays goes on from
   * there. Error `MR5103` for going back where a live feed is read.
   *
   * @example await clock.seek('10:30')
   */
  seek: async (time: TimeLiteral): Promise<ClockState> =>
    noteClock(await ask({ type: 'seek', to: typeof time === 'string' ? time : eventTime(time) })),
  /**
   * Goes on by one step, and stands: `{ events: 1 }` lets one row out, `{ duration: '1 s' }` so much event time, `{ until: bars }` all rows until that table has
   * closed its next window. Resolves when the tables are there.
   *
   * @example await clock.step({ until: bars })
   */
  step: async <Row>(by: ClockStep<Row>): Promise<ClockState> =>
    noteClock(await ask({ type: 'step', by: stepOf(by) })),
  /** Resolves when the clock has reached the time, or every replay its end (`'end'`: only then). */
  until: async (time: TimeLiteral): Promise<ClockState> =>
    noteClock(await ask({ type: 'until', time: typeof time === 'string' ? time : eventTime(time) })),
  /** What time it is in the data, as far as has been told: a moment ago while the clock plays. Null where nothing replays. */
  get now(): Temporal.Instant | null {
    const us = lastClock()?.nowUs ?? null;
    return us === null ? null : Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(us)) * 1000n);
  },
  [Symbol.for('Jupyter.display')]: async (): Promise<Readonly<Record<string, unknown>>> =>
    clockBundle(await command({ type: 'state' })),
};

function stepOf<Row>(by: ClockStep<Row>): Extract<HostRequest, { type: 'step' }>['by'] {
  if ('until' in by) return { window: by.until.plan };
  if ('duration' in by) return { durationUs: parseDuration(by.duration, 'a step of the clock') };
  if ('events' in by && Number.isInteger(by.events) && by.events > 0) return { events: by.events };
  throw new MillraceError(
    'MR1603',
    `the clock cannot make the step ${JSON.stringify(by)}.`,
    "Write { events: 1 }, { duration: '1 s' } or { until: bars }, where bars is a table of windows.",
  );
}

function eventTime(time: Exclude<TimeLiteral, string>): number {
  if (time instanceof Date) return time.getTime() * 1000;
  return Number(time.epochNanoseconds / 1000n);
}
