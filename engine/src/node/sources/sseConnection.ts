import type { IncomingMessage } from 'node:http';
import { EventStream } from '../../codecs/eventStream.js';
import type { ArrivalRequest } from '../../sources/arrival.js';
import type { ArrivalTaker, Connection } from '../../sources/connection.js';
import { ReceiveClock } from '../../sources/receiveClock.js';
import { Reconnect } from '../../sources/reconnect.js';
import type { World } from '../../sources/source.js';
import { HttpExchange, HttpTrouble } from '../network/httpExchange.js';
import { LONGEST_WAIT_MS, MAX_BODY, retryAfterMs, shownUrl } from './httpOptions.js';
import type { HttpSourceOptions } from './httpOptions.js';

const encoder = new TextEncoder();

/** How a stream of events is read. */
export interface SseOptions extends HttpSourceOptions {
  /** The names of events that count; null: all. */
  readonly events: readonly string[] | null;
  /** Whether the end of an answer is the end, instead of a reason to connect again. */
  readonly endOnClose: boolean;
  /** How long a stream may say nothing, not even a comment; null: for ever. */
  readonly silenceMs: number | null;
}

/** One stream of server-sent events, read again from where it was lost. The answer 204 ends it. */
export class SseConnection implements Connection {
  trouble: string | null = null;
  readonly #clock: ReceiveClock;
  readonly #reconnect: Reconnect;
  readonly #exchange: HttpExchange;
  readonly #events: EventStream;
  #answer: IncomingMessage | null = null;
  #stop: AbortController | null = null;
  #cancelTimer: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;
  #started = false;
  #closed = false;
  #isHeld = false;
  #isOpen = false;
  /** How long the server last asked to be left alone. */
  #least = 0;
  #said: string | null = null;

  constructor(
    private readonly options: SseOptions,
    private readonly taker: ArrivalTaker,
    private readonly world: World,
  ) {
    this.#clock = new ReceiveClock(world);
    this.#reconnect = new Reconnect(world);
    this.#exchange = new HttpExchange(world);
    this.#events = new EventStream(MAX_BODY, {
      event: (name, data) => {
        this.#reconnect.connected();
        if (options.events === null || options.events.includes(name)) this.#arrive('message', data);
      },
      tooLarge: () => taker.refuse(`an event of more than ${MAX_BODY >> 20} MB`, ''),
    });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#connect();
  }

  hold(): void {
    this.#isHeld = true;
    this.#answer?.pause();
    this.#cancelTimer?.();
  }

  release(): void {
    this.#isHeld = false;
    this.#answer?.resume();
    if (this.#answer !== null) this.#listen();
  }

  ask(_request: ArrivalRequest): void {
    // Events come one way.
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelRetry?.();
    this.#stop?.abort();
    this.#answer?.destroy();
    this.#exchange.close();
  }

  async #connect(): Promise<void> {
    this.#cancelRetry = null;
    this.#least = 0;
    this.#reconnect.attempted();
    this.#events.begin();
    try {
      const answer = await this.#ask();
      if (answer === null || this.#closed) return;
      await this.#read(answer);
      if (this.options.endOnClose && !this.#isClosed()) this.#end();
      else this.#lost('the server ended it');
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  /** The answer whose body is the stream; null where the server says that there is none. */
  async #ask(): Promise<IncomingMessage | null> {
    const { url, headers, timeoutMs } = this.options;
    const own: Record<string, string> = {
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'cache-control': 'no-store',
      'user-agent': 'millrace',
    };
    const id = Buffer.from(this.#events.lastEventId).toString('latin1');
    if (id !== '' && /^[\t\x20-\x7e\x80-\xff]*$/.test(id)) own['last-event-id'] = id;
    const stop = new AbortController();
    this.#stop = stop;
    this.#wait(timeoutMs, () => stop.abort(new HttpTrouble(`no answer within ${timeoutMs / 1000} s`)));
    try {
      const answer = await this.#exchange.get(url, headers, own, stop.signal);
      if (answer.statusCode === 204) {
        answer.destroy();
        this.#end();
        return null;
      }
      const type = answer.headers['content-type'] ?? '';
      if (answer.statusCode === 200 && /^text\/event-stream\s*(?:;|$)/i.test(type)) return answer;
      this.#least = retryAfterMs(answer.headers['retry-after'], this.world.now());
      answer.destroy();
      const what =
        answer.statusCode === 200 ? `sends '${type.slice(0, 80)}'` : `answers ${answer.statusCode}`;
      throw new HttpTrouble(`${shownUrl(url)} ${what}`);
    } catch (error) {
      throw stop.signal.reason instanceof HttpTrouble ? stop.signal.reason : error;
    } finally {
      this.#cancelTimer?.();
    }
  }

  /** Reads a stream to its end. */
  #read(answer: IncomingMessage): Promise<void> {
    this.#answer = answer;
    this.#isOpen = true;
    this.#said = null;
    this.trouble = null;
    this.#arrive('opened', encoder.encode(this.options.url));
    this.taker.drained();
    this.#listen();
    return new Promise((resolve, reject) => {
      answer.on('data', (bytes: Buffer) => {
        this.#events.push(bytes);
        this.taker.drained();
        if (!this.#isHeld) this.#listen();
      });
      answer.on('end', resolve);
      answer.on('error', reject);
      answer.on('close', () => reject(new HttpTrouble('the connection was lost')));
      if (this.#isHeld) answer.pause();
    });
  }

  /** Begins to wait for the stream's next words. */
  #listen(): void {
    const { silenceMs } = this.options;
    if (silenceMs === null) return;
    this.#wait(silenceMs, () =>
      this.#answer?.destroy(new HttpTrouble(`it said nothing for ${silenceMs / 1000} s`)),
    );
  }

  #wait(milliseconds: number, then: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.world.after(milliseconds, then);
  }

  #end(): void {
    this.close();
    this.taker.ended();
  }

  #lost(reason: string): void {
    this.#cancelTimer?.();
    this.#answer = null;
    if (this.#closed) return;
    this.trouble = reason;
    if (this.#isOpen) this.#arrive('closed', encoder.encode(reason));
    else if (reason !== this.#said) this.taker.refuse(reason, '');
    this.#isOpen = false;
    this.#said = reason;
    this.taker.drained();
    const asked = Math.min(LONGEST_WAIT_MS, Math.max(this.#least, this.#events.retryMs ?? 0));
    const pause = Math.max(asked, this.#reconnect.pauseMs());
    this.#cancelRetry = this.world.after(pause, () => void this.#connect());
  }

  #arrive(kind: 'message' | 'opened' | 'closed', bytes: Uint8Array): void {
    this.taker.take({ kind, atUs: this.#clock.nowUs(), bytes });
  }
}
