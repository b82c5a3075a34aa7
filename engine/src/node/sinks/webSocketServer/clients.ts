import type { WebSocket } from 'ws';
import type { World } from '../../../sources/source.js';

/** A client that does not answer so often is gone. */
const HEARTBEAT_MS = 30_000;

interface Client {
  readonly socket: WebSocket;
  /** Whether messages have been kept from it, so that it needs a new snapshot. */
  isBehind: boolean;
  isAlive: boolean;
}

/** The clients of a server: each has so much that may wait for it, and does not hold up the others. */
export class Clients {
  /** Clients whose connection was closed since they were too slow. */
  dropped = 0;
  /** Messages that were kept from clients that were too slow. */
  skipped = 0;
  readonly #clients = new Set<Client>();
  #cancel: () => void;

  constructor(
    private readonly world: World,
    private readonly bufferBytes: number,
    private readonly whenSlow: 'close' | 'skip',
    /** The messages that tell a client everything. */
    private readonly snapshot: () => Iterable<string>,
  ) {
    this.#cancel = world.after(HEARTBEAT_MS, () => this.#beat());
  }

  get count(): number {
    return this.#clients.size;
  }

  add(socket: WebSocket): void {
    const client: Client = { socket, isBehind: false, isAlive: true };
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      client.isAlive = true;
    });
    this.#tellAll(client);
  }

  /** Sends a message to each client that can take it. */
  send(message: string): void {
    for (const client of this.#clients) {
      if (client.isBehind) this.#catchUp(client);
      else if (!this.#isSlow(client, this.bufferBytes)) client.socket.send(message);
      else this.#tooSlow(client);
    }
  }

  /** A client that has caught up begins anew, with what there is now: the message that goes out is in it. */
  #catchUp(client: Client): void {
    if (this.#isSlow(client, this.bufferBytes / 2)) this.skipped++;
    else this.#tellAll(client);
  }

  #tellAll(client: Client): void {
    client.isBehind = false;
    for (const message of this.snapshot()) client.socket.send(message);
  }

  #isSlow({ socket }: Client, bytes: number): boolean {
    return socket.bufferedAmount > bytes;
  }

  #tooSlow(client: Client): void {
    if (this.whenSlow === 'skip') {
      client.isBehind = true;
      this.skipped++;
      return;
    }
    this.dropped++;
    this.#clients.delete(client);
    client.socket.terminate();
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (!client.isAlive) client.socket.terminate();
      client.isAlive = false;
      client.socket.ping();
    }
    this.#cancel = this.world.after(HEARTBEAT_MS, () => this.#beat());
  }

  close(): void {
    this.#cancel();
    for (const { socket } of this.#clients) {
      socket.close(1001, 'the write was stopped');
      // Who does not say good-bye in turn is not waited for.
      this.world.after(1000, () => socket.terminate());
    }
  }
}
