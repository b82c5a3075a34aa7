import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ByteInput } from '../../sources/bytes.js';
import type { World } from '../../sources/source.js';
import { RecordedArrivals } from './recordedArrivals.js';
import type { RecordedArrival } from './content.js';

/** How a recording is served. */
export interface ServeOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** How much faster than it was recorded; Infinity: as fast as clients take it. */
  readonly speed: number;
  /** Whether it begins again when it has ended. */
  readonly loop: boolean;
  /** Receive time to begin at, in microseconds; null: at its start. */
  readonly fromUs: number | null;
}

/** A client that has so much to take holds the others up, */
const MOST_UNSENT_BYTES = 1 << 20;
/** and is let go after so long. */
const PATIENCE_MS = 10_000;
/** So many messages are sent before others get their turn. */
const TURN_MESSAGES = 256;
const MOST_CLIENTS = 64;

/**
 * A WebSocket server that plays a recording to whoever is connected, as the exchange did: the same messages in the same order and, divided by the speed,
 * at the same pace; where the recording lost its connection clients are disconnected. It has one clock for all: who comes later joins where it is, and
 * while nobody is connected it stands still.
 */
export class RecordingServer {
  /** Messages sent so far, once however many got them. */
  messages = 0;
  readonly #server: WebSocketServer;
  /** Resolves when the recording has been played, or the server is closed. */
  readonly ended: Promise<void>;
  #closed = false;
  #wake: (() => void) | null = null;

  private constructor(
    server: WebSocketServer,
    private readonly input: ByteInput,
    private readonly options: ServeOptions,
    private readonly world: World,
  ) {
    this.#server = server;
    server.on('connection', client => {
      client.on('error', () => undefined);
      if (server.clients.size > MOST_CLIENTS) client.close(1013, 'too many clients');
      this.#wake?.();
    });
    this.ended = this.#play();
  }

  /** Begins to listen. Errors of the system where the port is taken. */
  static async start(input: ByteInput, options: ServeOptions, world: World): Promise<RecordingServer> {
    const { host, port } = options;
    const server = new WebSocketServer({
      host,
      port,
      perMessageDeflate: false,
      maxPayload: 1 << 20,
      verifyClient: ({ origin }: { origin?: string }) => isOwnOrigin(origin),
    });
    await once(server, 'listening');
    return new RecordingServer(server, input, options, world);
  }

  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `ws://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    this.#disconnect(1001, 'the server is stopped');
    await this.ended.catch(() => undefined);
    for (const client of this.#server.clients) client.terminate();
    await new Promise(resolve => this.#server.close(resolve));
  }

  async #play(): Promise<void> {
    do await this.#playOnce();
    while (this.options.loop && !this.#closed);
    this.#disconnect(1000, 'the recording ends here');
  }

  async #playOnce(): Promise<void> {
    const { fromUs } = this.options;
    let recorded = await RecordedArrivals.open(this.input);
    if (fromUs !== null) recorded = recorded.from(await recorded.file.seek(fromUs));
    const pace = new Pace(this.options.speed, this.world);
    let turn = 0;
    while (!this.#closed && (await recorded.more())) {
      for (let next = recorded.next(); next !== null && !this.#closed; next = recorded.next()) {
        if (fromUs !== null && next.atUs < fromUs) continue;
        if (await this.#subscribed()) pace.restart();
        await pace.until(next.atUs);
        await this.#tell(next);
        if (++turn % TURN_MESSAGES === 0) await new Promise(resolve => setImmediate(resolve));
      }
    }
  }

  /** Resolves when somebody is connected; true where that was not so before. */
  async #subscribed(): Promise<boolean> {
    if (this.#clients().length > 0 || this.#closed) return false;
    while (this.#clients().length === 0 && !this.#closed) {
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
    return true;
  }

  #clients(): WebSocket[] {
    return [...this.#server.clients].filter(client => client.readyState === client.OPEN);
  }

  async #tell({ kind, bytes }: RecordedArrival): Promise<void> {
    if (kind === 'closed') {
      const code = /^code (\d+)(?:: (.*))?/s.exec(Buffer.from(bytes).toString());
      this.#disconnect(Number(code?.[1] ?? 1006), code?.[2] ?? '');
    } else if (kind === 'text' || kind === 'binary') {
      this.messages++;
      for (const client of this.#clients()) {
        // What is sent later is of a chunk that has been left by then.
        client.send(Buffer.from(bytes), { binary: kind === 'binary' }, () => undefined);
        if (client.bufferedAmount > MOST_UNSENT_BYTES) await this.#drained(client);
      }
    }
  }

  /** Resolves when a client has taken what was sent; one that does not is let go. */
  #drained(client: WebSocket): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.world.after(PATIENCE_MS, () => client.terminate());
      const done = (): void => {
        cancel();
        client.off('close', done);
        resolve();
      };
      client.once('close', done);
      client.ping(undefined, undefined, done);
    });
  }

  /** Ends every connection as the recorded one ended; without a code that may be sent, by cutting it. */
  #disconnect(code: number, reason: string): void {
    const isSendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000;
    for (const client of this.#clients()) {
      if (isSendable && code < 5000) client.close(code, reason.slice(0, 100));
      else client.terminate();
    }
  }
}

/** Pages of other sites may not read along. Programs name no origin. */
function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);
}

/** Waits between arrivals as long as they were apart, divided by a speed. */
class Pace {
  #start: { readonly atUs: number; readonly ms: number } | null = null;

  constructor(
    private readonly speed: number,
    private readonly world: World,
  ) {}

  /** The next arrival comes at once. */
  restart(): void {
    this.#start = null;
  }

  async until(atUs: number): Promise<void> {
    if (this.speed === Infinity) return;
    const now = this.world.precise?.() ?? this.world.now();
    this.#start ??= { atUs, ms: now };
    const due = this.#start.ms + (atUs - this.#start.atUs) / 1000 / this.speed;
    if (due - now >= 1) await new Promise<void>(resolve => void this.world.after(due - now, resolve));
  }
}
