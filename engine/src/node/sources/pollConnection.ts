import type { IncomingMessage } from 'node:http';
import type { ArrivalRequest } from '../../sources/arrival.js';
import type { ArrivalTaker, Connection } from '../../sources/connection.js';
import { monotonicMs, ReceiveClock } from '../../sources/receiveClock.js';
import type { World } from '../../sources/source.js';
import { bodyOf, HttpExchange, HttpTrouble } from '../network/httpExchange.js';
import { MAX_BODY, retryAfterMs, shownUrl } from './httpOptions.js';
import type { HttpSourceOptions } from './httpOptions.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
const encoder = new TextEncoder();

/** How an address is polled. */
export interface PollOptions extends HttpSourceOptions {
  /** From the beginning of one request to that of the next. */
  readonly everyMs: number;
}

/**
 * Asks an HTTP address every so often and passes its body on, unless it is the one before. Where that fails it asks again after pauses that double,
 * cut by up to a half at random, and never sooner than the server says.
 */
export class PollConnection implements Connection {
  trouble: string | null = null;
  readonly #clock: ReceiveClock;
  readonly #exchange: HttpExchange;
  #cancel: (() => void) | null = null;
  #stop: AbortController | null = null;
  #started = false;
  #closed = false;
  #isHeld = false;
  /** A request fell due while the taker had enough. */
  #isDue = false;
  #failures = 0;
  #isOpen = false;
  /** What the server said of the body that it sent last. */
  #etag: string | undefined;
  #modified: string | undefined;

  constructor(
    private readonly options: PollOptions,
    private readonly taker: ArrivalTaker,
    private readonly world: World,
  ) {
    this.#clock = new ReceiveClock(world);
    this.#exchange = new HttpExchange(world);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#poll();
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    if (this.#isDue) void this.#poll();
  }

  ask(_request: ArrivalRequest): void {
    // A body leads to no other one.
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#stop?.abort();
    this.#exchange.close();
  }

  async #poll(): Promise<void> {
    this.#cancel = null;
    this.#isDue = this.#isHeld;
    if (this.#isHeld || this.#closed) return;
    const begun = monotonicMs(this.world);
    let pause: number;
    try {
      pause = await this.#once();
    } catch (error) {
      pause = this.#failed(error instanceof Error ? error.message : String(error), 0);
    }
    // It may have been closed meanwhile, whatever the compiler knows.
    if (this.#isClosed()) return;
    const next = pause > 0 ? pause : Math.max(0, this.options.everyMs - (monotonicMs(this.world) - begun));
    this.#cancel = this.world.after(next, () => void this.#poll());
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  /** One request; returns how long to wait, or 0: as usual. */
  async #once(): Promise<number> {
    const stop = new AbortController();
    this.#stop = stop;
    const { timeoutMs } = this.options;
    let isLate = false;
    const cancelTimeout = this.world.after(timeoutMs, () => {
      isLate = true;
      stop.abort();
    });
    try {
      const answer = await this.#ask(stop.signal);
      return await this.#take(answer);
    } catch (error) {
      throw isLate ? new HttpTrouble(`no whole answer within ${timeoutMs / 1000} s`) : error;
    } finally {
      cancelTimeout();
      this.#stop = null;
    }
  }

  #ask(signal: AbortSignal): Promise<IncomingMessage> {
    const { url, headers } = this.options;
    const own: Record<string, string> = { 'accept-encoding': 'gzip', 'user-agent': 'millrace' };
    if (headers.accept === undefined) own.accept = 'application/json, */*;q=0.5';
    if (this.#etag !== undefined) own['if-none-match'] = this.#etag;
    if (this.#modified !== undefined) own['if-modified-since'] = this.#modified;
    return this.#exchange.get(url, headers, own, signal);
  }

  async #take(answer: IncomingMessage): Promise<number> {
    const { statusCode = 0, headers } = answer;
    if (statusCode === 304 || (statusCode >= 200 && statusCode < 300)) {
      const body = await bodyOf(answer, MAX_BODY);
      if (this.#closed) return 0;
      if (!this.#isOpen) this.#arrive('opened', encoder.encode(this.options.url));
      this.#isOpen = true;
      this.#failures = 0;
      this.trouble = null;
      if (statusCode === 304) return 0;
      this.#etag = headers.etag;
      this.#modified = headers['last-modified'];
      if (body.length > 0) this.#arrive('message', body);
      return 0;
    }
    answer.destroy();
    return this.#failed(
      `${shownUrl(this.options.url)} answers ${statusCode}`,
      retryAfterMs(headers['retry-after'], this.world.now()),
    );
  }

  /** Says once of a row of failures what is wrong; returns how long to wait. */
  #failed(reason: string, least: number): number {
    if (this.#closed) return 0;
    this.trouble = reason;
    if (this.#failures === 0) {
      this.taker.refuse(reason, '');
      if (this.#isOpen) this.#arrive('closed', encoder.encode(reason));
      this.#isOpen = false;
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures++, 20));
    return Math.max(1, least) + longest * (0.5 + this.world.random() / 2);
  }

  #arrive(kind: 'message' | 'opened' | 'closed', bytes: Uint8Array): void {
    this.taker.take({ kind, atUs: this.#clock.nowUs(), bytes });
    this.taker.drained();
  }
}
