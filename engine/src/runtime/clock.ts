import type { ClockSpeed, ClockState } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { parseTimestamp } from '../columns/iso.js';
import type { EventTime } from '../columns/time.js';
import type { World } from '../sources/source.js';

/** A clock command that cannot be carried out. */
export class ClockError extends MillraceError {
  override readonly name = 'ClockError';
}

/** The speed that a replay plays at where nobody has said one: as fast as it was recorded. */
const DEFAULT_SPEED = 1;
const DAY_US = 86_400_000_000;

/**
 * The session clock: a point in event time that holds replays back. Until it is started there is none (`max`): everything is read
 * at once. Time passes as `World` says, so a simulated world replays a run.
 */
export class SessionClock {
  #mode: 'max' | 'playing' | 'paused' = 'max';
  #speed: ClockSpeed = 'max';
  /** Where the clock stood, in event time, at the milliseconds `#since`; null until the replays' first time is known. */
  #base: EventTime | null = null;
  #since = 0;
  /** A start whose time waits for the first replay. */
  #pendingAt: string | null = null;
  /** Wall-clock milliseconds that the clock has stood, and since when it stands. */
  #stoodMs = 0;
  #standsSince: number | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(readonly world: World) {}

  /** Wall-clock milliseconds, without those in which the clock stood: what the silence of live feeds is measured by. */
  get activeMs(): number {
    return (this.#standsSince ?? this.#ms()) - this.#stoodMs;
  }

  /** Milliseconds by a clock that nobody sets, where there is one: a wall clock that jumps does not move the replays. */
  #ms(): number {
    return this.world.precise?.() ?? this.world.now();
  }

  #stand(stands: boolean): void {
    const now = this.#ms();
    if (stands) this.#standsSince ??= now;
    else if (this.#standsSince !== null) {
      this.#stoodMs += now - this.#standsSince;
      this.#standsSince = null;
    }
  }

  get mode(): 'max' | 'playing' | 'paused' {
    return this.#mode;
  }

  get speed(): ClockSpeed {
    return this.#speed;
  }

  /** Replays may go up to this event time. */
  now(): EventTime {
    if (this.#mode === 'max') return Infinity;
    if (this.#base === null) return -Infinity;
    if (this.#mode === 'paused') return this.#base;
    if (this.#speed === 'max') return Infinity;
    if (typeof this.#speed === 'object') return this.#base;
    return this.#base + (this.#ms() - this.#since) * 1000 * this.#speed;
  }

  /** Wall-clock milliseconds until the clock reaches an event time; null: it stands. */
  delayMs(time: EventTime): number | null {
    if (this.#mode === 'paused' || this.#base === null) return this.#mode === 'max' ? 0 : null;
    if (this.#mode === 'max' || this.#speed === 'max') return 0;
    if (typeof this.#speed === 'object') return null;
    return Math.max(0, (time - this.now()) / (1000 * this.#speed));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The clock is where somebody waited for it to be: what goes by it catches up. */
  arrived(): void {
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Starts at a time (null: the replays' first) and plays. `first` is that first time, where it is known. */
  start(at: string | null, speed: ClockSpeed, first: EventTime | null): void {
    checkSpeed(speed);
    if (at !== null) parseAt(at, first ?? 0);
    this.#mode = 'playing';
    this.#stand(false);
    this.#speed = speed;
    this.#since = this.#ms();
    this.#pendingAt = at;
    this.#base = first === null ? null : at === null ? first : parseAt(at, first);
    this.#changed();
  }

  /** Tells the clock the replays' first time: a start that waited for it takes it as its own. */
  anchor(first: EventTime): void {
    if (this.#mode === 'max' || this.#base !== null) return;
    this.#base = this.#pendingAt === null ? first : parseAt(this.#pendingAt, first);
    this.#since = this.#ms();
    this.#changed();
  }

  play(): void {
    if (this.#mode !== 'paused') return;
    this.#mode = 'playing';
    this.#stand(false);
    this.#since = this.#ms();
    this.#changed();
  }

  /** Stops; `reached` is how far the replays are, where no clock held them. */
  pause(reached: EventTime | null): void {
    if (this.#mode === 'paused') return;
    const now = this.now();
    this.#base = Number.isFinite(now) ? now : (reached ?? this.#base);
    if (this.#speed === 'max' && this.#mode === 'max') this.#speed = DEFAULT_SPEED;
    this.#mode = 'paused';
    this.#stand(true);
    this.#changed();
  }

  setSpeed(speed: ClockSpeed, reached: EventTime | null): void {
    checkSpeed(speed);
    const now = this.now();
    if (this.#mode !== 'paused') {
      this.#base = Number.isFinite(now) ? now : (reached ?? this.#base);
      this.#since = this.#ms();
      if (this.#mode === 'max' && speed !== 'max') this.#mode = 'playing';
    }
    this.#speed = speed;
    this.#changed();
  }

  /** Goes to a time, forward or back. A clock that held nothing back stands there; `stop`: it stands in any case. */
  moveTo(time: EventTime, stop: boolean): void {
    if (this.#mode === 'max' && this.#speed === 'max') this.#speed = DEFAULT_SPEED;
    if (stop || this.#mode === 'max') {
      this.#mode = 'paused';
      this.#stand(true);
    }
    this.#pendingAt = null;
    this.#base = time;
    this.#since = this.#ms();
    this.#changed();
  }

  /** Rows have been let out one by one up to a time. */
  standAt(time: EventTime): void {
    if (this.#mode === 'max' || !Number.isFinite(time)) return;
    this.#base = time;
    this.#since = this.#ms();
    this.#changed();
  }

  /** The clock as it is shown: bounded by the replays' span. */
  state(
    span: { first: EventTime | null; last: EventTime | null; reached: EventTime | null },
    replays: boolean,
    ended: boolean,
    live: boolean,
  ): ClockState {
    const now = this.now();
    let nowUs = Number.isFinite(now) ? now : span.reached;
    if (ended) nowUs = span.last ?? nowUs;
    else if (nowUs !== null && span.last !== null) nowUs = Math.min(nowUs, span.last);
    return {
      mode: ended ? 'ended' : !replays && this.#mode === 'max' ? 'idle' : this.#mode,
      speed: this.#speed,
      nowUs,
      startUs: span.first,
      endUs: span.last,
      live,
    };
  }
}

function checkSpeed(speed: ClockSpeed): void {
  if (speed === 'max') return;
  const rate = typeof speed === 'object' ? speed.rowsPerSecond : speed;
  if (Number.isFinite(rate) && rate > 0) return;
  throw new ClockError(
    'MR5101',
    `a clock's speed is a positive number, 'max' or so many rows a second, not ${JSON.stringify(speed)}.`,
    `clock.speed(60), clock.speed({ rowsPerSecond: 10_000 })`,
  );
}

/** `09:30` (UTC, on the day of the first event) or an ISO time, in event time. */
export function parseAt(at: string, first: EventTime, what = 'clock.start()'): EventTime {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?$/.exec(at.trim());
  if (match !== null) {
    const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number);
    const fraction = Math.round(Number(match[4] ?? 0) * 1e6);
    if (hours < 24 && minutes < 60 && seconds < 60) {
      return Math.floor(first / DAY_US) * DAY_US + (hours * 3600 + minutes * 60 + seconds) * 1e6 + fraction;
    }
  }
  const ticks = parseTimestamp(at, 'us');
  if (ticks !== null) return Number(ticks);
  throw new ClockError(
    'MR5102',
    `${what} cannot read the time '${at}'.`,
    `Write a time of day (UTC, on the replay's first day), e.g. '09:30', or an ISO time, e.g. '2024-03-08T14:30:00Z'.`,
  );
}
