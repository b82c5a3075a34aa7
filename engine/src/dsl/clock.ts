import type { ClockCommand, ClockState } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { parseTimestamp } from '../columns/iso.js';
import { ask } from '../session/ask.js';
import type { TimeLiteral } from './expressions.js';

/** Event time a second of wall time, or as fast as it goes. */
export type Speed = number | 'max';

async function command(request: ClockCommand): Promise<ClockState> {
  return ask({ type: 'clock', command: request });
}

function checked(speed: Speed): Speed {
  if (speed === 'max' || (speed >= 0.1 && speed <= 10_000)) return speed;
  throw new MillraceError(
    'MR1601',
    `the clock cannot run at speed ${speed}.`,
    "Speeds are 0.1 to 10000, or 'max'.",
  );
}

/** The session's one clock: it lets the replays' rows out as their time comes. Every call gives the clock's state. */
export const clock = {
  /**
   * Starts the replays at a time, at a speed: `clock.start({ at: '09:30', speed: 60 })`. `at` is a time of day (UTC) of the
   * replays' first day, or an ISO time; not given: their start. Earlier rows are read at once.
   */
  start: async (options: { readonly at?: string; readonly speed?: Speed } = {}): Promise<ClockState> =>
    command({ type: 'start', at: options.at ?? null, speed: checked(options.speed ?? 1) }),
  play: async (): Promise<ClockState> => command({ type: 'play' }),
  pause: async (): Promise<ClockState> => command({ type: 'pause' }),
  speed: async (speed: Speed): Promise<ClockState> => command({ type: 'speed', speed: checked(speed) }),
  state: async (): Promise<ClockState> => command({ type: 'state' }),
  /** Resolves when the clock has reached the time, or every replay its end. */
  until: async (time: TimeLiteral): Promise<ClockState> =>
    ask({ type: 'until', time: time === 'end' ? 'end' : eventTime(time) }),
};

function eventTime(time: TimeLiteral): number {
  if (time instanceof Date) return time.getTime() * 1000;
  if (typeof time !== 'string') return Number(time.epochNanoseconds / 1000n);
  const ticks = parseTimestamp(time, 'us');
  if (ticks !== null) return Number(ticks);
  throw new MillraceError(
    'MR1602',
    `'${time}' is no time.`,
    "Write 'end' or an ISO time: '2024-03-08T14:30:00Z'.",
  );
}
