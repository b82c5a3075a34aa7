import WebSocket from 'ws';
import { countRows } from '../../codecs/jsonMessage.js';
import type { SourceCounters, World } from '../../sources/source.js';

/** Larger messages are refused. */
const MAX_PAYLOAD = 16 << 20;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

/** How a feed is connected. */
export interface FeedOptions {
  readonly url: string;
  /** Messages to send after each connection. */
  readonly subscribe: readonly unknown[];
  /** What to do while more than `maxBufferBytes` wait to be read: hold the sender back, or drop what comes and count it. */
  readonly whenFull: 'block' | 'drop';
  readonly maxBufferBytes: number;
  /** Whether a clean close by the server ends the feed. */
  readonly endOnClose: boolean;
}

/**
 * One connection to a WebSocket and the messages that have not been read. It connects again, with growing and random pauses,
 * until it is closed.
 */
export class SocketFeed {
  /** Why the last connection failed or was lost. */
  lastError: string | null = null;
  readonly #queue: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;
  #socket: WebSocket | null = null;
  #cancelRetry: (() => void) | null = null;
  #attempts = 0;
  #connections = 0;
  #started = false;
  #ended = false;
  #closed = false;
  #waiting: (() => void)[] = [];
  #turn: NodeJS.Immediate | null = null;

  constructor(
    private readonly options: FeedOptions,
    private readonly counters: SourceCounters,
    private readonly world: World,
    /** Takes note of a message that could not even be received. */
    private readonly refuse: (reason: string) => void,
  ) {}

  /** Connects, if that has not been done. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  /** Whether no message will come any more (some may still be there to take). */
  get isOver(): boolean {
    return this.#ended || this.#closed;
  }

  /** The messages that wait, without taking them. */
  get waiting(): readonly Uint8Array[] {
    return this.#queue.slice(this.#head);
  }

  /** The oldest message, or null. */
  take(): Uint8Array | null {
    if (this.#head === this.#queue.length) return null;
    const message = this.#queue[this.#head++];
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    this.#bytes -= message.length;
    if (this.#socket?.isPaused === true && this.#bytes * 2 < this.options.maxBufferBytes)
      this.#socket.resume();
    return message;
  }

  /** Resolves when messages have come and the socket has nothing more at hand, when the feed is over, or after `milliseconds`. */
  wait(milliseconds = Infinity): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return new Promise(resolve => {
      const cancel = milliseconds === Infinity ? null : this.world.after(milliseconds, resolve);
      this.#waiting.push(() => {
        cancel?.();
        resolve();
      });
    });
  }

  /** Resolves after so many milliseconds, or when the feed is over. */
  async pause(milliseconds: number): Promise<void> {
    const until = this.world.now() + milliseconds;
    while (!this.isOver && this.world.now() < until) await this.wait(Math.max(1, until - this.world.now()));
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#socket?.removeAllListeners();
    this.#socket?.on('error', () => undefined);
    this.#socket?.terminate();
    this.#socket = null;
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#wake();
  }

  #connect(): void {
    this.#cancelRetry = null;
    const socket = new WebSocket(this.options.url, {
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    this.#socket = socket;
    socket.on('open', () => {
      if (this.#connections++ > 0) this.counters.reconnects++;
      for (const message of this.options.subscribe) socket.send(JSON.stringify(message));
    });
    socket.on('message', data => this.#receive(data as Buffer));
    socket.on('error', error => {
      this.lastError =
        error.message === '' ? ((error as NodeJS.ErrnoException).code ?? 'failed') : error.message;
      if ((error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
        this.refuse(`a message of more than ${MAX_PAYLOAD} bytes`);
      }
    });
    socket.on('close', code => this.#lost(code));
  }

  #receive(message: Buffer): void {
    this.#attempts = 0;
    this.counters.bytes += message.length;
    if (this.options.whenFull === 'drop' && this.#bytes + message.length > this.options.maxBufferBytes) {
      this.counters.dropped += countRows(message);
      return;
    }
    this.#queue.push(message);
    this.#bytes += message.length;
    if (this.options.whenFull === 'block' && this.#bytes > this.options.maxBufferBytes) this.#socket?.pause();
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#wake();
    });
  }

  #lost(code: number): void {
    this.#socket = null;
    if (this.#closed) return;
    if (this.options.endOnClose && code === 1000) {
      this.#ended = true;
      this.#wake();
      return;
    }
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts++);
    this.#cancelRetry = this.world.after(longest * (0.5 + this.world.random() / 2), () => this.#connect());
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
