import type { ClockCommand, ClockSpeed, ClockState } from '@millrace/protocol';
import type { EventTime } from '../columns/time.js';
import type { World } from '../sources/source.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { Rewind } from './checkpoint.js';
import type { Checkpoints } from './checkpoints.js';
import { ClockError, parseAt, type SessionClock } from './clock.js';
import type { Feed } from './feed.js';
import type { RunningQuery } from './query.js';
import { spanOf } from './places.js';
import { Stepper } from './stepper.js';

/** Rows that a clock of so many rows a second lets out fall due together that lie within so many milliseconds. */
const PACE_MS = 20;

/** What the replays of a session are moved by. */
export interface ReplaySession {
  readonly world: World;
  readonly clock: SessionClock;
  readonly checkpoints: Checkpoints;
  readonly feeds: readonly { readonly feed: Feed; readonly name: string }[];
  readonly queries: ReadonlySet<RunningQuery>;
  waitForProgress(atMostMs: number | null): Promise<void>;
  yieldTurn(): Promise<void>;
}

/** The session's replays under its one clock: what moves it, forward and back, and waits for it. */
export class Replay {
  /** Numbers the starts and rewinds: a later one has a higher number. */
  epoch = 0;
  /** Another number after each command: a step that is under way when the clock is moved ends. */
  #moves = 0;
  #stopPace: (() => void) | null = null;
  readonly #stepper: Stepper;

  constructor(readonly session: ReplaySession) {
    const replays = (): Feed[] => this.#running;
    this.#stepper = new Stepper({
      clock: session.clock,
      get replays() {
        return replays();
      },
      waitForProgress: () => session.waitForProgress(null),
      yieldTurn: () => session.yieldTurn(),
    });
  }

  get #replays(): Feed[] {
    return this.session.feeds.map(({ feed }) => feed).filter(feed => feed.replays);
  }

  /** The replays that somebody reads: one whose queries have all failed goes nowhere, and is not waited for. */
  get #running(): Feed[] {
    return this.#replays.filter(feed => !feed.isIdle);
  }

  /** The span of the replays, and how far they are. */
  span(): { first: EventTime | null; last: EventTime | null; reached: EventTime | null } {
    const numbers = (values: (EventTime | null)[]): EventTime[] => values.filter(value => value !== null);
    const replays = this.#replays;
    const reached = numbers(replays.map(feed => feed.reached));
    const first = numbers(replays.map(({ source }) => spanOf(source.summary).first));
    const last = [...numbers(replays.map(({ source }) => spanOf(source.summary).last)), ...reached];
    return {
      first: first.length === 0 ? null : Math.min(...first),
      last: last.length === 0 ? null : Math.max(...last),
      reached: reached.length === 0 ? null : Math.max(...reached),
    };
  }

  get #hasEnded(): boolean {
    const replays = this.#running;
    return replays.length > 0 && replays.every(feed => feed.ended);
  }

  state(): ClockState {
    const { clock, feeds } = this.session;
    return clock.state(
      this.span(),
      this.#replays.length > 0,
      this.#hasEnded,
      feeds.some(({ feed }) => feed.live),
    );
  }

  /**
   * Moves the clock. `start` begins again: every replay is read anew, what lies before the start at once, and the queries' state is
   * rebuilt, so that the tables are what they were at that time. `play` after the end starts again, too.
   */
  command(command: ClockCommand): ClockState {
    const { clock } = this.session;
    const { reached, first } = this.span();
    if (command.type !== 'state') this.#moves++;
    switch (command.type) {
      case 'start':
        this.#start(command.at, command.speed);
        break;
      case 'play':
        if (command.speed !== undefined) clock.setSpeed(command.speed, reached ?? first);
        if (this.#hasEnded) this.#start(null, command.speed ?? (clock.speed === 'max' ? 1 : clock.speed));
        else clock.play();
        break;
      case 'pause':
        if (!this.#hasEnded) clock.pause(reached ?? first);
        break;
      case 'speed':
        clock.setSpeed(command.speed, reached ?? first);
        break;
      case 'seek':
        this.#seek(this.timeOf(command.to, 'clock.seek()'));
        break;
      case 'step':
        void ('events' in command ? this.stepRows(command.events) : this.stepDuration(command.durationUs));
        break;
      case 'state':
        break;
    }
    this.#pace();
    return this.state();
  }

  /** A time that the clock is to go to: not before the replays' first. */
  timeOf(to: number | string, what: string): EventTime {
    const { first } = this.span();
    const time = typeof to === 'string' ? parseAt(to, first ?? 0, what) : to;
    return first === null ? time : Math.max(first, time);
  }

  #start(at: string | null, speed: ClockSpeed): void {
    this.session.clock.start(at, speed, this.span().first);
    this.session.checkpoints.clear();
    this.#rewind({ epoch: ++this.epoch, to: null });
  }

  #rewind(rewind: Rewind): void {
    for (const feed of this.#replays) feed.restart(rewind);
  }

  /**
   * Goes to a time: on, by letting out what lies between; back, from the last checkpoint before it, or from the start. A checkpoint that lies ahead of the clock
   * saves running what lies between, where every query is in it.
   */
  #seek(time: EventTime): void {
    const { clock, checkpoints, feeds, queries } = this.session;
    const ended = this.#hasEnded;
    const { reached } = this.span();
    const now = clock.now();
    const stands = Math.max(Number.isFinite(now) ? now : -Infinity, reached ?? -Infinity);
    const back = ended || time < stands;
    const live = feeds.find(({ feed }) => feed.live);
    if (back && live !== undefined) {
      throw new ClockError(
        'MR5103',
        `the clock cannot go back: '${live.name}' is a live feed, whose past is not kept.`,
        `Record it, ${live.name}.record('${live.name}.mrec'), and replay the recording: session.use({ ${live.name}: replay('${live.name}.mrec') }).`,
      );
    }
    const checkpoint = checkpoints.before(time);
    const saves =
      checkpoint !== null &&
      checkpoint.time > stands &&
      [...queries].every(query => checkpoint.queries.has(query));
    if (back || saves) {
      checkpoints.rewound(checkpoint?.rows ?? 0);
      this.#rewind({ epoch: ++this.epoch, to: checkpoint });
    }
    // At full speed it would not stay there.
    clock.moveTo(time, ended || clock.speed === 'max');
  }

  /** Goes on by a duration of event time, and stands. Resolves when the replays are there. */
  async stepDuration(durationUs: number): Promise<ClockState> {
    const time = (await this.halt()) + durationUs;
    this.session.clock.moveTo(time, true);
    return this.until(time);
  }

  /** Lets so many rows out, and stands. Resolves when they are out. */
  async stepRows(count: number): Promise<ClockState> {
    await this.halt();
    const move = ++this.#moves;
    await this.#stepper.rows(count, () => move === this.#moves);
    return this.state();
  }

  /** Lets rows out until a condition holds, and stands. Throws where the replays end before. */
  async stepUntil(condition: () => boolean): Promise<ClockState> {
    await this.halt();
    const move = ++this.#moves;
    await this.#stepper.until(condition, () => move === this.#moves);
    return this.state();
  }

  /** Makes the clock stand, and resolves when the replays have given what it let out: that time. */
  async halt(): Promise<EventTime> {
    const { clock } = this.session;
    const { reached, first } = this.span();
    // A clock that nobody started begins with the first row.
    if (clock.mode === 'max' && reached === null) this.#start(null, 1);
    clock.pause(reached ?? first);
    while (!this.#hasEnded && clock.now() === -Infinity && this.#running.length > 0)
      await this.session.waitForProgress(null);
    const now = clock.now();
    await this.until(now);
    return now;
  }

  /** Lets rows out by their number while the clock plays so many a second. */
  #pace(): void {
    this.#stopPace?.();
    this.#stopPace = null;
    const { clock, world } = this.session;
    const { speed } = clock;
    if (clock.mode !== 'playing' || typeof speed !== 'object') return;
    const move = this.#moves;
    const isCurrent = (): boolean => move === this.#moves;
    let since = monotonicMs(world);
    let owed = 0;
    const turn = async (): Promise<void> => {
      const now = monotonicMs(world);
      owed += ((now - since) * speed.rowsPerSecond) / 1000;
      since = now;
      const rows = Math.floor(owed);
      owed -= rows;
      if (rows > 0) await this.#stepper.rows(rows, isCurrent);
      if (isCurrent() && !this.#hasEnded) this.#stopPace = world.after(PACE_MS, () => void turn());
    };
    this.#stopPace = world.after(PACE_MS, () => void turn());
  }

  /**
   * Resolves when the clock has reached a time and the replays with it, or when every replay has ended, and every live feed that
   * comes to an end.
   */
  async until(time: EventTime | 'end'): Promise<ClockState> {
    const { clock } = this.session;
    for (;;) {
      const replays = this.#running;
      const live =
        time === 'end'
          ? this.session.feeds.map(({ feed }) => feed).filter(feed => feed.source.ends === true)
          : [];
      if ([...replays, ...live].every(feed => feed.ended)) break;
      if (time !== 'end' && clock.now() >= time && replays.every(feed => feed.hasReached(time))) break;
      const delay = time === 'end' ? null : clock.delayMs(time);
      await this.session.waitForProgress(delay === null || delay === 0 ? null : Math.ceil(delay));
    }
    // Windows that are told at this very time have been told, too.
    clock.arrived();
    return this.state();
  }

  close(): void {
    this.#moves++;
    this.#stopPace?.();
  }
}
