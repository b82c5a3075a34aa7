import type { Header, JsonObject, Outgoing } from './message.js';
import { Pace } from './pace.js';
import type { SendQueue } from './sockets.js';

/** Stream text is held back this long, so that what comes together leaves together. */
const COALESCE_MS = 25;
/** The text of one stream message, in UTF-16 units. */
const MAX_STREAM_TEXT = 64 * 1024;
/** What a message costs beside its text. */
const ENVELOPE_BYTES = 800;
/** Output waiting to leave, above and below which the reader of the runner's output is stopped and started again. */
const HIGH_WATER = 2 * 1024 * 1024;
const LOW_WATER = 1024 * 1024;
/** What an interrupted cell may still show of output that waits: it was asked to stop. */
const INTERRUPTED_BYTES = 128 * 1024;

type Parent = Header | Record<string, never>;

/**
 * Everything that the kernel publishes. Output of cells keeps its order, is coalesced and paced to stay under the
 * server's limits; messages of live views and statuses of other requests overtake it.
 */
export class IopubPublisher {
  readonly #socket: SendQueue;
  readonly #bytes = new Pace(750_000, 700_000);
  readonly #messages = new Pace(500, 800);
  readonly #onPressure: (high: boolean) => void;
  /** `cost` is what counts as stream text, `weight` what the message takes of memory while it waits. */
  #queue: { out: Outgoing; cost: number; weight: number; sent: () => void }[] = [];
  #queued = 0;
  #high = false;
  #draining = false;
  #interrupted = false;
  #droppedBytes = 0;
  #stream: { parent: Parent; name: string; text: string; since: number } | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param onPressure Told true when too much output waits, false when it has left. */
  constructor(socket: SendQueue, onPressure: (high: boolean) => void = () => undefined) {
    this.#socket = socket;
    this.#onPressure = onPressure;
  }

  /** Adds text of stdout or stderr, in order with everything else that cells put out. */
  stream(parent: Parent, name: 'stdout' | 'stderr', text: string): void {
    if (text === '') return;
    if (this.#interrupted && this.#queued > INTERRUPTED_BYTES) {
      this.#droppedBytes += Buffer.byteLength(text);
      return;
    }
    const current = this.#stream;
    if (current !== null && (current.name !== name || current.parent.msg_id !== parent.msg_id))
      this.#flushStream();
    if (this.#stream === null) this.#stream = { parent, name, text: '', since: performance.now() };
    this.#stream.text += text;
    if (this.#stream.text.length >= MAX_STREAM_TEXT) this.#flushStream();
    else this.#timer ??= setTimeout(() => this.#flushStream(), COALESCE_MS);
  }

  /** Publishes a message after all output so far. Resolves when it has been sent. */
  publish(type: string, parent: Parent, content: JsonObject, metadata?: JsonObject): Promise<void> {
    this.#flushStream();
    return this.#enqueue({ type, parent, content, metadata, identities: [type] }, 0, weigh(content.data));
  }

  /** Publishes a message at once, before waiting output. */
  urgent(
    type: string,
    parent: Parent,
    content: JsonObject,
    buffers: readonly Uint8Array[] = [],
  ): Promise<void> {
    this.#messages.take(1);
    return this.#socket.send({ type, parent, content, buffers, identities: [type] });
  }

  /** Resolves when all output so far has been sent. */
  async flushed(): Promise<void> {
    this.#flushStream();
    const last = this.#queue[this.#queue.length - 1];
    if (last !== undefined) {
      await new Promise<void>(resolve => {
        const sent = last.sent;
        last.sent = () => {
          sent();
          resolve();
        };
      });
    }
    await this.#socket.drained();
  }

  /**
   * The running cell is being interrupted: text that waits beyond a bound, and what it still prints, is dropped, so that
   * a cell that floods stops at once.
   */
  interrupted(): void {
    this.#interrupted = true;
    let kept = 0;
    this.#queue = this.#queue.filter(({ cost, weight, sent }) => {
      kept += cost;
      if (cost === 0 || kept <= INTERRUPTED_BYTES) return true;
      this.#queued -= weight;
      this.#droppedBytes += cost - ENVELOPE_BYTES;
      sent();
      return false;
    });
    this.#pressure();
  }

  /** The interrupted cell has ended: says under it how much was dropped. */
  resumed(parent: Parent): void {
    this.#interrupted = false;
    const dropped = this.#droppedBytes;
    this.#droppedBytes = 0;
    if (dropped > 0)
      this.stream(parent, 'stderr', `\n[${dropped} bytes of output dropped by the interrupt]\n`);
  }

  #flushStream(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return;
    for (const text of pieces(stream.text)) {
      const out = {
        type: 'stream',
        parent: stream.parent,
        content: { name: stream.name, text },
        identities: ['stream'],
      };
      void this.#enqueue(out, Buffer.byteLength(text) + ENVELOPE_BYTES);
    }
  }

  #enqueue(out: Outgoing, cost: number, weight = cost): Promise<void> {
    return new Promise(resolve => {
      this.#queue.push({ out, cost, weight: weight + ENVELOPE_BYTES, sent: resolve });
      this.#queued += weight + ENVELOPE_BYTES;
      this.#pressure();
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0) {
      const next = this.#queue[0];
      const wait = Math.max(this.#messages.delayMs(), next.cost > 0 ? this.#bytes.delayMs() : 0);
      if (wait > 0) {
        await new Promise(resolve => setTimeout(resolve, wait));
        continue;
      }
      this.#queue.shift();
      this.#queued -= next.weight;
      this.#messages.take(1);
      if (next.cost > 0) this.#bytes.take(next.cost);
      void this.#socket.send(next.out);
      next.sent();
      this.#pressure();
    }
    this.#draining = false;
  }

  #pressure(): void {
    if (!this.#high && this.#queued > HIGH_WATER) this.#onPressure((this.#high = true));
    else if (this.#high && this.#queued < LOW_WATER) this.#onPressure((this.#high = false));
  }
}

/** About how many bytes a MIME bundle has: text and base64 are what is long in one. */
function weigh(data: unknown): number {
  if (typeof data !== 'object' || data === null) return 0;
  return Object.values(data).reduce<number>(
    (sum, each) => sum + (typeof each === 'string' ? each.length : 0),
    0,
  );
}

/** Cuts text into messages, never through a surrogate pair. */
function* pieces(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + MAX_STREAM_TEXT);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to += 1;
    yield text.slice(from, to);
    from = to;
  }
}
