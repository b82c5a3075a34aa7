import type { LiveFeed, ShownWindows, TimeLine } from './timeLine.js';

/** The state of the session clock, as the replay bar shows it. Times are microseconds since 1970 UTC. */
export interface ClockState {
  /**
   * `idle`: nothing replays. `max`: everything is read at once. `playing`, `paused`: the clock holds the replays.
   * `ended`: every replay has reached its end.
   */
  readonly mode: 'idle' | 'max' | 'playing' | 'paused' | 'ended';
  readonly speed: ClockSpeed;
  readonly nowUs: number | null;
  readonly startUs: number | null;
  readonly endUs: number | null;
  /** Whether a live feed is part of the session. */
  readonly live: boolean;
}

/** Event time per wall time, `max` (as fast as it goes), or so many rows a second, whatever their times. */
export type ClockSpeed = number | 'max' | { readonly rowsPerSecond: number };

/** What moves the clock, from a cell or from the replay bar. */
export type ClockCommand =
  | { readonly type: 'start'; readonly at: string | null; readonly speed: ClockSpeed }
  /** Goes on; `speed`: at another one. */
  | { readonly type: 'play'; readonly speed?: ClockSpeed }
  | { readonly type: 'pause' }
  | { readonly type: 'speed'; readonly speed: ClockSpeed }
  /** To a time, forward or back: microseconds since 1970 UTC, a time of day on the replays' first day, or an ISO time. */
  | { readonly type: 'seek'; readonly to: number | string }
  /** On by so many rows, or microseconds of event time; then the clock stands. */
  | { readonly type: 'step'; readonly events: number }
  | { readonly type: 'step'; readonly durationUs: number }
  | { readonly type: 'state' };

/** Front end to kernel on `SESSION_TARGET`: opened with `{ v }`, then these. */
export type SessionRequest =
  | { readonly type: 'clock'; readonly command: ClockCommand }
  /** On until a table of windows that is shown has closed its next window: any (`true`), or that of a view. Then the clock stands. */
  | { readonly type: 'step'; readonly window: true | string }
  /** The time line, and what is live, are to be told from now on. */
  | { readonly type: 'timeLine' };

/** Kernel to front end on `SESSION_TARGET`: at every change, and at most four times a second while time passes. */
export type SessionMessage =
  | { readonly type: 'clock'; readonly state: ClockState }
  /** At most twice a second, when it has changed; null: nothing replays. */
  | { readonly type: 'timeLine'; readonly line: TimeLine | null; readonly windows: readonly ShownWindows[] }
  /** At most twice a second, when it has changed: the live feeds, at most fifty of them. */
  | { readonly type: 'live'; readonly feeds: readonly LiveFeed[] }
  | { readonly type: 'error'; readonly message: string };
