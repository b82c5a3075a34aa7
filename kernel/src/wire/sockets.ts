import { Publisher, Reply, Router } from 'zeromq';
import { address, type ConnectionInfo } from './connection.js';
import { type Message, type MessageCodec, type Outgoing } from './message.js';

interface Sender {
  send(parts: (Uint8Array | string)[]): Promise<void>;
}

/**
 * The one way to send on a socket: messages leave one after the other, since an overlapping send throws EBUSY and
 * loses its message.
 */
export class SendQueue {
  readonly #socket: Sender;
  readonly #codec: MessageCodec;
  #tail: Promise<void> = Promise.resolve();

  constructor(socket: Sender, codec: MessageCodec) {
    this.#socket = socket;
    this.#codec = codec;
  }

  /** Resolves when ZeroMQ has taken the message. A closed socket takes nothing and is no error. */
  send(out: Outgoing): Promise<void> {
    const parts = this.#codec.encode(out);
    this.#tail = this.#tail.then(() => this.#socket.send(parts)).catch(() => undefined);
    return this.#tail;
  }

  /** Resolves when everything sent so far has left. */
  drained(): Promise<void> {
    return this.#tail;
  }
}

/** The kernel's five sockets, bound. Requests come through `receive`; replies leave through the queues. */
export class Sockets {
  readonly shell: SendQueue;
  readonly control: SendQueue;
  readonly stdin: SendQueue;
  readonly iopub: SendQueue;
  readonly #routers: Readonly<Record<'shell' | 'control' | 'stdin', Router>>;
  readonly #publisher: Publisher;
  readonly #heartbeat: Reply;
  readonly #codec: MessageCodec;

  private constructor(codec: MessageCodec) {
    this.#codec = codec;
    const router = () =>
      new Router({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0, handover: true });
    this.#routers = { shell: router(), control: router(), stdin: router() };
    this.#publisher = new Publisher({ linger: 1000, sendHighWaterMark: 0 });
    this.#heartbeat = new Reply({ linger: 0 });
    this.shell = new SendQueue(this.#routers.shell, codec);
    this.control = new SendQueue(this.#routers.control, codec);
    this.stdin = new SendQueue(this.#routers.stdin, codec);
    this.iopub = new SendQueue(this.#publisher, codec);
  }

  static async bind(info: ConnectionInfo, codec: MessageCodec): Promise<Sockets> {
    const sockets = new Sockets(codec);
    await Promise.all([
      sockets.#routers.shell.bind(address(info, 'shell')),
      sockets.#routers.control.bind(address(info, 'control')),
      sockets.#routers.stdin.bind(address(info, 'stdin')),
      sockets.#publisher.bind(address(info, 'iopub')),
      sockets.#heartbeat.bind(address(info, 'hb')),
    ]);
    void sockets.#beat();
    return sockets;
  }

  /** Calls back with every well-signed message of a channel, until the sockets are closed. */
  receive(channel: 'shell' | 'control' | 'stdin', onMessage: (message: Message) => void): void {
    void (async () => {
      try {
        for await (const frames of this.#routers[channel]) {
          const message = this.#codec.decode(frames);
          if (message !== null) onMessage(message);
        }
      } catch {
        // Closed while it waited.
      }
    })();
  }

  /** Lets what was sent leave, then closes. */
  async close(): Promise<void> {
    await Promise.all([this.shell, this.control, this.stdin, this.iopub].map(queue => queue.drained()));
    for (const socket of [...Object.values(this.#routers), this.#publisher, this.#heartbeat]) socket.close();
  }

  async #beat(): Promise<void> {
    try {
      for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
    } catch {
      // Closed while it waited.
    }
  }
}
