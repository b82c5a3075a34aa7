import WebSocket from 'ws';
import type { ArrivalRequest } from '../../sources/arrival.js';
import type { ArrivalTaker, Connection } from '../../sources/connection.js';
import { ReceiveClock } from '../../sources/receiveClock.js';
import { Reconnect } from '../../sources/reconnect.js';
import type { World } from '../../sources/source.js';

/** Larger messages are refused. */
const MAX_PAYLOAD = 16 << 20;
const encoder = new TextEncoder();

/** How a connection is made. */
export interface WebSocketOptions {
  readonly url: string;
  /** Messages to send after each connection. */
  readonly subscribe: readonly unknown[];
  /** Whether a clean close by the server is the end. */
  readonly endOnClose: boolean;
}

/** One connection to a WebSocket. It connects again, with growing and random pauses, until it is closed. */
export class WebSocketConnection implements Connection {
  trouble: string | null = null;
  readonly #clock: ReceiveClock;
  readonly #reconnect: Reconnect;
  #socket: WebSocket | null = null;
  #cancelRetry: (() => void) | null = null;
  #started = false;
  #closed = false;
  #isHeld = false;
  #turn: NodeJS.Immediate | null = null;

  constructor(
    private readonly options: WebSocketOptions,
    private readonly taker: ArrivalTaker,
    private readonly world: World,
  ) {
    this.#clock = new ReceiveClock(world);
    this.#reconnect = new Reconnect(world);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  hold(): void {
    this.#isHeld = true;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (this.#socket?.isPaused === true) this.#socket.resume();
  }

  ask(request: ArrivalRequest): void {
    if ('send' in request) this.#send(request.send);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry?.();
    this.#socket?.removeAllListeners();
    this.#socket?.on('error', () => undefined);
    this.#socket?.terminate();
    this.#socket = null;
    if (this.#turn !== null) clearImmediate(this.#turn);
  }

  #connect(): void {
    this.#cancelRetry = null;
    this.#reconnect.attempted();
    const socket = new WebSocket(this.options.url, {
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    this.#socket = socket;
    let isOpen = false;
    socket.on('open', () => {
      isOpen = true;
      this.#arrive('opened', encoder.encode(this.options.url));
      for (const message of this.options.subscribe) this.#send(message);
      if (this.#isHeld) socket.pause();
    });
    socket.on('message', (data, isBinary) => {
      this.#reconnect.connected();
      this.#arrive('message', data as Buffer, isBinary);
    });
    socket.on('error', error => {
      this.trouble =
        error.message === '' ? ((error as NodeJS.ErrnoException).code ?? 'failed') : error.message;
      if ((error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
        this.taker.refuse(`a message of more than ${MAX_PAYLOAD} bytes`, '');
      }
    });
    socket.on('close', (code, reason) => this.#lost(isOpen, code, reason.toString()));
  }

  #send(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #arrive(kind: 'message' | 'opened' | 'closed', bytes: Uint8Array, isBinary = false): void {
    this.taker.take({ kind, atUs: this.#clock.nowUs(), bytes, isBinary });
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.taker.drained();
    });
  }

  #lost(wasOpen: boolean, code: number, reason: string): void {
    this.#socket = null;
    if (this.#closed) return;
    if (wasOpen)
      this.#arrive('closed', encoder.encode(reason === '' ? `code ${code}` : `code ${code}: ${reason}`));
    if (this.options.endOnClose && code === 1000) {
      this.#closed = true;
      this.taker.ended();
      return;
    }
    this.#cancelRetry = this.world.after(this.#reconnect.pauseMs(), () => this.#connect());
  }
}
