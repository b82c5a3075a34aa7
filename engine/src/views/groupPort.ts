import {
  PROTOCOL_VERSION,
  type GroupedMessage,
  type PartMessage,
  type ViewMessage,
  type ViewRequest,
} from '@millrace/protocol';
import { checkedRequest } from './viewRequests.js';

/** Frames of a group are at least so many milliseconds apart. */
const FRAME_MS = 16;

/** Views whose frames come together, at most. */
export const MOST_PARTS = 200;

/** What a group of views is made of. */
export interface GroupPortOptions {
  readonly parts: number;
  readonly now: () => number;
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  readonly defer: (work: () => void) => void;
  readonly send: (message: ViewMessage, buffers: readonly Uint8Array[]) => void;
}

/** One view of a group, as it is answered. */
interface GroupedView {
  receive(request: ViewRequest): void;
  close(): void;
}

/**
 * Several views of one front end that tell what they have together: all that changed since the last time is told in one message, made in one turn of the
 * event loop, so that the tables of a chart are as they were at one moment. The next is made when that one has been acknowledged.
 *
 * Each view is given `deferOf` as its turn, and `sendOf`: it makes its frames when the group lets it.
 */
export class GroupPort {
  readonly #options: GroupPortOptions;
  readonly #views: GroupedView[] = [];
  readonly #turns: (() => void)[] = [];
  /** What the views tell in this turn. */
  #messages: GroupedMessage[] = [];
  #buffers: Uint8Array[] = [];
  /** The number of the last frame of each view that was sent, and not acknowledged; null: none. */
  readonly #unacked: (number | null)[];
  #seq = 0;
  #waiting = false;
  #lastMs = -Infinity;
  #scheduled = false;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(options: GroupPortOptions) {
    this.#options = options;
    this.#unacked = Array.from({ length: options.parts }, () => null);
  }

  /** Takes a view in: the next part. */
  add(view: GroupedView): void {
    this.#views.push(view);
  }

  /** Has a view's work done when it is the group's turn. */
  readonly defer = (work: () => void): void => {
    this.#turns.push(work);
    this.#schedule();
  };

  /** Takes what a view tells. */
  sendOf(part: number): (message: ViewMessage, buffers: readonly Uint8Array[]) => void {
    return (message, buffers) => {
      if (this.#closed || message.type === 'group' || message.type === 'origins') return;
      this.#messages.push({ part, buffers: buffers.length, message });
      this.#buffers.push(...buffers);
      if (isFrame(message)) this.#unacked[part] = message.seq;
      // What is told between two turns, as that a view is over.
      if (!this.#waiting) this.#schedule();
      else if (message.type === 'bye') this.#send();
    };
  }

  receive(asked: ViewRequest): void {
    const request = checkedRequest(asked);
    if (request === null || this.#closed) return;
    if (request.type !== 'ack') {
      for (const view of this.#views) view.receive(request);
      if (request.type !== 'resync') return;
      // What was sent was missed: it is not acknowledged.
      this.#unacked.fill(null);
      this.#waiting = false;
      this.#schedule();
      return;
    }
    for (const [part, view] of this.#views.entries()) {
      const seq = this.#unacked[part];
      this.#unacked[part] = null;
      // Shown again, it may have missed what was sent.
      if (request.seq === 0) view.receive(request);
      else if (seq !== null) view.receive({ ...request, seq });
    }
    this.#waiting = false;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    for (const view of this.#views) view.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting || this.#closed) return;
    this.#scheduled = true;
    const wait = this.#lastMs + FRAME_MS - this.#options.now();
    const turn = (): void => this.#options.defer(() => this.#turn());
    if (wait > 0) this.#cancel = this.#options.after(wait, turn);
    else turn();
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed || this.#waiting) return;
    for (const work of this.#turns.splice(0)) work();
    this.#send();
  }

  #send(): void {
    const messages = this.#messages;
    const buffers = this.#buffers;
    if (messages.length === 0) return;
    this.#messages = [];
    this.#buffers = [];
    const madeAtMs = this.#options.now();
    this.#lastMs = madeAtMs;
    if (messages.some(({ message }) => isFrame(message))) {
      this.#seq++;
      this.#waiting = true;
    }
    this.#options.send({ type: 'group', v: PROTOCOL_VERSION, seq: this.#seq, madeAtMs, messages }, buffers);
  }
}

function isFrame(message: PartMessage): message is Extract<PartMessage, { type: 'snapshot' | 'delta' }> {
  return message.type === 'snapshot' || message.type === 'delta';
}
