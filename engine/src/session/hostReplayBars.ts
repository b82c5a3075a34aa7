import type { LiveFeed, SessionMessage, SessionRequest, ShownWindows } from '@millrace/protocol';
import { ClockError } from '../runtime/clock.js';
import type { Runtime } from '../runtime/runtime.js';
import { timeLineOf } from '../runtime/timeLine.js';
import { monotonicMs } from '../sources/receiveClock.js';
import { stepToNextOf, type ClockPublisher } from './hostClock.js';
import type { RegisteredView } from './hostViews.js';
import { shownWindows } from './hostWindows.js';

/** The time line, and what is live, are told at most so often, in milliseconds. */
const TELL_MS = 500;
/** So many live feeds are told. */
const MOST_FEEDS = 50;

/** A replay bar that is connected. */
interface Bar {
  readonly send: (message: SessionMessage) => void;
  /** What it was told last, as JSON, by the type of message; null: it has not asked for time lines. */
  told: Map<string, string> | null;
}

/** The replay bars of a session: they show and move its one clock, any number of them in step. */
export class ReplayBars {
  readonly #bars = new Set<Bar>();
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(
    readonly runtime: Runtime,
    readonly clock: ClockPublisher,
    /** The views that cells have made. */
    readonly views: () => readonly RegisteredView[],
  ) {
    runtime.onProgress(() => this.#schedule());
  }

  /** Connects a replay bar: it is told the clock's state at once, and whenever that changes. */
  attach(send: (message: SessionMessage) => void): { receive(request: SessionRequest): void; close(): void } {
    const bar: Bar = { send, told: null };
    this.#bars.add(bar);
    send({ type: 'clock', state: this.runtime.clockState() });
    const stop = this.clock.listen(state => send({ type: 'clock', state }));
    const failed = (error: unknown): void =>
      send({ type: 'error', message: error instanceof Error ? error.message : String(error) });
    return {
      receive: request => {
        try {
          this.#receive(bar, request, failed);
        } catch (error) {
          failed(error);
        }
      },
      close: () => {
        stop();
        this.#bars.delete(bar);
      },
    };
  }

  #receive(bar: Bar, request: SessionRequest, failed: (error: unknown) => void): void {
    switch (request?.type) {
      case 'clock': {
        const state = this.runtime.command(request.command);
        if (request.command.type === 'state') bar.send({ type: 'clock', state });
        return;
      }
      case 'step':
        this.#step(request.window).catch(failed);
        return;
      case 'timeLine':
        if (bar.told !== null) return;
        bar.told = new Map();
        this.#tell([bar]);
        this.#schedule();
        return;
      default:
        throw new ClockError(
          'MR5120',
          `a replay bar asked for '${String((request as Partial<SessionRequest> | undefined)?.type).slice(0, 40)}', which this kernel does not know.`,
          'Update the extension, or the kernel.',
        );
    }
  }

  async #step(window: true | string): Promise<void> {
    const views = this.views().filter(({ held: { query } }) => query.error === null);
    const ids = shownWindows(views).filter(({ view }) => window === true || view === window);
    const tables = views.filter(({ viewId }) => ids.some(({ view }) => view === viewId));
    if (tables.length === 0) {
      throw new ClockError(
        'MR5121',
        window === true
          ? 'no table of windows is shown whose next window could be waited for.'
          : 'the table whose window was to be waited for is not shown any more.',
        "Show one, e.g. trades.window(tumble('1 min')).groupBy('symbol').aggregate(…) as a cell's last value, or step by rows or a duration.",
      );
    }
    await stepToNextOf([...new Set(tables.map(({ held }) => held.query))], this.runtime);
  }

  /** Tells at once what has changed, or as soon as it may; while something is live, again and again, since a connection may be lost without a row. */
  #schedule(): void {
    const waiting = [...this.#bars].some(({ told }) => told !== null);
    if (!waiting || this.#cancel !== null) return;
    const { world } = this.runtime.options;
    const wait = Math.max(0, TELL_MS - (monotonicMs(world) - this.#lastMs));
    this.#cancel = world.after(wait, () => {
      this.#cancel = null;
      this.#tell([...this.#bars]);
      if (this.runtime.feeds.some(({ feed }) => feed.live && !feed.ended)) this.#schedule();
    });
  }

  #tell(bars: readonly Bar[]): void {
    const asked = bars.filter(({ told }) => told !== null);
    if (asked.length === 0) return;
    this.#lastMs = monotonicMs(this.runtime.options.world);
    for (const message of [this.#timeLine(), this.#live()]) {
      const text = JSON.stringify(message);
      for (const { told, send } of asked) {
        if (told?.get(message.type) === text) continue;
        told?.set(message.type, text);
        send(message);
      }
    }
  }

  #timeLine(): SessionMessage {
    const { runtime } = this;
    const replays = runtime.feeds.flatMap(({ feed, name }) => {
      const { profile } = feed.readings;
      return profile === null ? [] : [{ name, profile }];
    });
    const windows: readonly ShownWindows[] = shownWindows(this.views());
    return { type: 'timeLine', line: timeLineOf(replays, runtime.replay.span()), windows };
  }

  #live(): SessionMessage {
    const { runtime } = this;
    const nowUs = runtime.options.world.now() * 1000;
    const live = runtime.feeds.filter(({ feed }) => feed.live).slice(0, MOST_FEEDS);
    const feeds = live.map(({ feed, name }): LiveFeed => {
      const { reached, source, error, ended } = feed;
      const state = ended ? 'ended' : source.isConnected?.() === false ? 'reconnecting' : 'connected';
      return {
        name,
        state: error === null ? state : 'failed',
        // To a tenth of a second: the bar counts on by itself.
        lagUs: reached === null ? null : Math.round(Math.max(0, nowUs - reached) / 1e5) * 1e5,
      };
    });
    return { type: 'live', feeds };
  }

  close(): void {
    this.#cancel?.();
    this.#bars.clear();
  }
}
