import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { FaultyLine, type Faults } from './faultyMessages.js';

/** How a fake exchange behaves. */
export interface FakeExchangeOptions {
  readonly seed?: number;
  /** What happens to the messages that are published. */
  readonly faults?: Faults;
  /** What a client says, as JSON. What is returned is sent to it alone, past the faults. */
  readonly answer?: (message: unknown) => readonly (string | Buffer)[];
  /** What a client is sent when it connects, past the faults. */
  readonly greet?: () => readonly (string | Buffer)[];
  /** Bodies of its HTTP addresses (`/depth?symbol=A`), as snapshots are; null: 404. */
  readonly respond?: (path: string) => string | null | Promise<string | null>;
  /** How many headers the answer to a handshake has beside the needed ones. */
  readonly headers?: number;
  readonly port?: number;
}

/** A real WebSocket server on loopback that does to its clients what exchanges do to theirs, when a test says so. */
export class FakeExchange {
  /** When clients connected, in milliseconds of `performance.now()`. */
  readonly connects: number[] = [];
  /** What clients have said, as JSON. */
  readonly said: unknown[] = [];
  /** Messages that each live client was subscribed with. */
  readonly #subscriptions = new Map<WebSocket, unknown[]>();
  readonly #raw = new Map<WebSocket, IncomingMessage['socket']>();
  readonly #frozen = new Set<WebSocket>();
  readonly line: FaultyLine<string | Buffer>;

  private constructor(
    private readonly http: Server,
    private readonly sockets: WebSocketServer,
    private readonly options: FakeExchangeOptions,
    readonly port: number,
  ) {
    this.line = new FaultyLine(options.faults ?? {}, options.seed ?? 1, message => this.send(message));
  }

  static async start(options: FakeExchangeOptions = {}): Promise<FakeExchange> {
    const http = createServer((request, response) => {
      void (async () => {
        const body = (await options.respond?.(request.url ?? '/')) ?? null;
        response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
        response.end(body ?? '');
      })();
    });
    const sockets = new WebSocketServer({ server: http, autoPong: false, perMessageDeflate: false });
    sockets.on('headers', headers => {
      for (let i = 0; i < (options.headers ?? 0); i++) headers.push(`x-header-${i}: ${'v'.repeat(20)}`);
    });
    http.listen(options.port ?? 0, '127.0.0.1');
    await once(http, 'listening');
    const exchange = new FakeExchange(http, sockets, options, (http.address() as AddressInfo).port);
    sockets.on('connection', (client, request) => exchange.#accept(client, request));
    return exchange;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Clients that are connected now. */
  get clients(): readonly WebSocket[] {
    return [...this.#raw.keys()];
  }

  /** What the clients that are connected now have said, of each in order. */
  get subscriptions(): readonly (readonly unknown[])[] {
    return [...this.#subscriptions.values()];
  }

  /** Sends a message to every client, through the faults. */
  publish(message: string | Buffer): void {
    this.line.send(message);
  }

  /** Sends a message to every client as it is. */
  send(message: string | Buffer): void {
    for (const client of this.#raw.keys()) if (!this.#frozen.has(client)) client.send(message);
  }

  /** Writes bytes to every client as if they were frames. */
  sendRaw(bytes: Buffer): void {
    for (const socket of this.#raw.values()) socket.write(bytes);
  }

  /** Announces a frame of so many bytes (of a message of text) and begins to send it. `compressed` sets the bit of permessage-deflate, asked for or not. */
  announce(bytes: number, { compressed = false }: { readonly compressed?: boolean } = {}): void {
    const header = Buffer.alloc(10);
    header[0] = compressed ? 0xc1 : 0x81;
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(bytes), 2);
    this.sendRaw(Buffer.concat([header, Buffer.alloc(64 << 10, 'a')]));
  }

  /** Says nothing more on the connections that are open, not even to pings, and keeps them: they are half-open. */
  freeze(): void {
    for (const client of this.#raw.keys()) {
      client.removeAllListeners('ping');
      this.#frozen.add(client);
    }
  }

  /** Closes every connection, with a code or by cutting it. */
  closeAll(code?: number): void {
    for (const client of this.#raw.keys()) {
      if (code === undefined) client.terminate();
      else client.close(code);
    }
  }

  async stop(): Promise<void> {
    this.closeAll();
    this.sockets.close();
    this.http.closeAllConnections();
    await new Promise<void>(resolve => this.http.close(() => resolve()));
  }

  #accept(client: WebSocket, { socket }: IncomingMessage): void {
    this.connects.push(performance.now());
    this.#raw.set(client, socket);
    this.#subscriptions.set(client, []);
    client.on('error', () => undefined);
    client.on('close', () => {
      this.#raw.delete(client);
      this.#subscriptions.delete(client);
    });
    client.on('ping', data => client.pong(data));
    client.on('message', data => {
      const message: unknown = JSON.parse((data as Buffer).toString());
      this.said.push(message);
      this.#subscriptions.get(client)?.push(message);
      for (const answer of this.options.answer?.(message) ?? []) client.send(answer);
    });
    for (const message of this.options.greet?.() ?? []) client.send(message);
  }
}
