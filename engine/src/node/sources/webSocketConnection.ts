import WebSocket from 'ws';
import type { Arrival, ArrivalRequest } from '../../sources/arrival.js';
import type { ArrivalTaker, Connection } from '../../sources/connection.js';
import { Heartbeat } from '../../sources/heartbeat.js';
import { ReceiveClock } from '../../sources/receiveClock.js';
import { Reconnect } from '../../sources/reconnect.js';
import type { World } from '../../sources/source.js';
import { AddressGuard } from '../network/addresses.js';
import { Bodies } from '../network/bodies.js';
import { inflate } from './inflate.js';
import type { WebSocketOptions } from './webSocketOptions.js';

const HANDSHAKE_MS = 8000;
/** A sender that does not read what it is sent is not sent more than this. */
const MOST_UNSENT_BYTES = 1 << 20;
const encoder = new TextEncoder();

/**
 * One connection to a WebSocket. It subscribes anew each time, finds out when the other side is gone, and connects again, with growing and random
 * pauses, until it is closed.
 */
export class WebSocketConnection implements Connection {
  trouble: string | null = null;
  readonly #clock: ReceiveClock;
  readonly #reconnect: Reconnect;
  readonly #guard: AddressGuard;
  readonly #bodies: Bodies;
  #socket: WebSocket | null = null;
  #heartbeat: Heartbeat | null = null;
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
    this.#guard = new AddressGuard(world);
    this.#guard.check(new URL(options.url));
    this.#bodies = new Bodies(world, {
      take: body => this.#arrive('message', body),
      failed: (reason, address) => taker.refuse(`no answer that could be used: ${reason}`, address),
    });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  hold(): void {
    this.#isHeld = true;
    this.#heartbeat?.heard();
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#heartbeat?.heard();
    if (this.#socket?.isPaused === true) this.#socket.resume();
  }

  ask(request: ArrivalRequest): void {
    if (this.#socket === null) return;
    if ('send' in request) this.#send(request.send);
    else this.#bodies.get(request.fetch);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry?.();
    this.#heartbeat?.stop();
    this.#bodies.clear();
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
      maxPayload: this.options.maxMessageBytes,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      lookup: this.#guard.lookup,
    } as WebSocket.ClientOptions);
    this.#socket = socket;
    /** What the connection was lost for, where this side knows better than its close code. */
    let why: string | null = null;
    let isOpen = false;
    socket.on('open', () => {
      isOpen = true;
      this.#opened(socket, reason => (why ??= reason));
    });
    socket.on('message', (data, isBinary) => this.#received(data as Buffer, isBinary));
    socket.on('pong', () => this.#heartbeat?.heard());
    socket.on('ping', () => this.#heartbeat?.heard());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      why ??= error.message === '' ? (error.code ?? 'failed') : error.message;
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
        this.taker.refuse(`a message of more than ${this.options.maxMessageBytes} bytes`, '');
      }
    });
    socket.on('close', (code, reason) => {
      this.trouble = why ?? (reason.length > 0 ? `code ${code}: ${reason.toString()}` : `code ${code}`);
      this.#lost(isOpen, code);
    });
  }

  #opened(socket: WebSocket, lost: (reason: string) => void): void {
    this.trouble = null;
    this.#arrive('opened', encoder.encode(this.options.url));
    for (const message of this.options.subscribe) this.#send(message);
    const { heartbeat } = this.options;
    if (heartbeat !== null) {
      this.#heartbeat = new Heartbeat(
        heartbeat,
        this.world,
        () => this.#beat(socket, heartbeat.send),
        () => {
          lost(`nothing was heard for ${heartbeat.timeoutMs} ms after a heartbeat`);
          socket.terminate();
        },
      );
    }
    if (this.#isHeld) socket.pause();
  }

  #beat(socket: WebSocket, message: unknown): void {
    // A sender that is held back cannot be heard.
    if (socket.isPaused) this.#heartbeat?.heard();
    else if (message === null) socket.ping();
    else this.#send(message);
  }

  #received(data: Buffer, isBinary: boolean): void {
    this.#reconnect.connected();
    this.#heartbeat?.heard();
    const { compression, maxMessageBytes } = this.options;
    let message: Uint8Array = data;
    if (isBinary && compression !== 'none') {
      try {
        message = inflate(data, compression, maxMessageBytes);
      } catch (error) {
        this.taker.refuse(
          `a message that is not '${compression}', or too large: ${(error as Error).message}`,
          '',
        );
        return;
      }
    }
    this.#arrive('message', message, isBinary && compression === 'none');
  }

  #send(message: unknown): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MOST_UNSENT_BYTES)
      this.taker.refuse('the server does not read what it is sent', '');
    else socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  #arrive(kind: Arrival['kind'], bytes: Uint8Array, isBinary = false): void {
    this.taker.take({ kind, atUs: this.#clock.nowUs(), bytes, isBinary });
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.taker.drained();
    });
  }

  #lost(wasOpen: boolean, code: number): void {
    this.#socket = null;
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    this.#bodies.clear();
    if (this.#closed) return;
    if (wasOpen) this.#arrive('closed', encoder.encode(this.trouble ?? ''));
    if (this.options.endOnClose && code === 1000) {
      this.close();
      this.taker.ended();
      return;
    }
    this.#cancelRetry = this.world.after(this.#reconnect.pauseMs(), () => this.#connect());
  }
}
