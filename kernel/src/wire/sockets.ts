import { Reply, Router, XPublisher } from 'zeromq';
import { address, type ConnectionInfo } from './connection.js';
import { type Message, type MessageCodec, type Outgoing } from './message.js';

/** What a subscription begins with; one that ends begins with 0. */
const SUBSCRIBED = 1;
/** Longer topics are nobody's. */
const MOST_TOPIC_BYTES = 1000;

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
  readonly #publisher: XPublisher;
  readonly #heartbeat: Reply;
  readonly #codec: MessageCodec;

  private constructor(codec: MessageCodec) {
    this.#codec = codec;
    const router = () =>
      new Router({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0, handover: true });
    this.#routers = { shell: router(), control: router(), stdin: router() };
    this.#publisher = new XPublisher({
      linger: 1000,
      sendHighWaterMark: 0,
      // Whoever subscribes is welcomed, also to what others have subscribed to before.
      verbosity: 'allSubs',
    });
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
    void sockets.#welcome();
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

  /** Tells each subscriber that its subscription is in force: what is published from now on reaches it. */
  async #welcome(): Promise<void> {
    try {
      for await (const [frame] of this.#publisher) {
        if (frame[0] !== SUBSCRIBED || frame.length > MOST_TOPIC_BYTES) continue;
        const subscription = frame.subarray(1).toString('utf8');
        const identities = subscription === '' ? ['iopub_welcome'] : [frame.subarray(1)];
        void this.iopub.send({ type: 'iopub_welcome', parent: {}, content: { subscription }, identities });
      }
    } catch {
      // Closed while it waited.
    }
  }

  async #beat(): Promise<void> {
    try {
      for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
    } catch {
      // Closed while it waited.
    }
  }
}
