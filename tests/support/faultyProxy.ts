import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  /** Whether bytes are swallowed, with nothing said to anybody. */
  isFrozen: boolean;
}

/** A TCP proxy on loopback whose network breaks when a test says so. */
export class FaultyProxy {
  /** Milliseconds that bytes take each way. */
  latencyMs = 0;
  /** Whether new connections are reset at once. */
  refuses = false;
  /** Whether new connections are accepted, and nothing ever comes over them. */
  swallows = false;
  /** Changes what comes from the target; null: nothing is changed. */
  change: ((bytes: Buffer) => Buffer) | null = null;
  /** How many connections have been made. */
  connections = 0;
  readonly #pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** A proxy before a port of this machine. */
  static async start(target: number, host = '127.0.0.1'): Promise<FaultyProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultyProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', client =>
      proxy.#accept(client, connect({ port: target, host, allowHalfOpen: true })),
    );
    return proxy;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Resets every connection that is open: both sides learn of it at once. */
  reset(): void {
    for (const { client, target } of this.#pairs) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
  }

  /** Makes every open connection half-open: both sides think that it lives, and nothing comes through any more. */
  freeze(): void {
    for (const pair of this.#pairs) pair.isFrozen = true;
  }

  /** Tells the clients that the other side has ended, and closes so many milliseconds later; what they still send goes through. */
  slowClose(milliseconds: number): void {
    for (const { client, target } of this.#pairs) {
      client.end();
      setTimeout(() => {
        client.destroy();
        target.destroy();
      }, milliseconds);
    }
  }

  async stop(): Promise<void> {
    for (const { client, target } of this.#pairs) {
      client.destroy();
      target.destroy();
    }
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }

  #accept(client: Socket, target: Socket): void {
    this.connections++;
    const pair: Pair = { client, target, isFrozen: this.swallows };
    this.#pairs.add(pair);
    client.setNoDelay();
    target.setNoDelay();
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => undefined);
      from.on('data', bytes =>
        this.#pass(pair, from, to, from === target && this.change !== null ? this.change(bytes) : bytes),
      );
      from.on('end', () => this.#later(() => pair.isFrozen || to.destroyed || to.end()));
      from.on('close', () => {
        this.#pairs.delete(pair);
        if (!pair.isFrozen) this.#later(() => to.destroy());
      });
    }
    if (this.refuses) this.reset();
  }

  /** Reads no faster than is written, so that who is slow on one side is slow on the other. */
  #pass(pair: Pair, from: Socket, to: Socket, bytes: Buffer): void {
    this.#later(() => {
      if (pair.isFrozen || to.destroyed || to.writableEnded) return;
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
  }

  #later(work: () => void): void {
    if (this.latencyMs === 0) work();
    else setTimeout(work, this.latencyMs);
  }
}
