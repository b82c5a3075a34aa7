import { randomUUID } from 'node:crypto';
import type { IopubPublisher } from './iopub.js';
import type { Message } from './message.js';
import type { SendQueue } from './sockets.js';

/** What a cell asks for. */
export interface InputRequest {
  readonly prompt: string;
  readonly password: boolean;
}

/** Answers that are longer are cut. */
const MOST_CHARACTERS = 1024 * 1024;

interface Waiting {
  readonly parent: Message;
  readonly request: InputRequest;
  readonly id: string;
  answer(value: string): void;
}

/** Asks whoever sits at the front end for input, one question after the other. */
export class StdinRequests {
  readonly #socket: SendQueue;
  readonly #iopub: IopubPublisher;
  #waiting: Waiting[] = [];

  constructor(socket: SendQueue, iopub: IopubPublisher) {
    this.#socket = socket;
    this.#iopub = iopub;
  }

  /** Asks the front end that sent a cell. The promise never settles where the cell ends before. */
  ask(parent: Message, request: InputRequest): Promise<string> {
    return new Promise(answer => {
      this.#waiting.push({ parent, request, id: randomUUID(), answer });
      if (this.#waiting.length === 1) void this.#send();
    });
  }

  /** Takes an `input_reply`; one that no question waits for is dropped. */
  receive(message: Message): void {
    if (message.header.msg_type !== 'input_reply') return;
    const [first] = this.#waiting;
    const repliesTo = message.parent.msg_id;
    // Some front ends do not say which question they answer.
    if (first === undefined || (repliesTo !== undefined && repliesTo !== first.id)) return;
    this.#waiting.shift();
    const { value } = message.content;
    first.answer(typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : '');
    void this.#send();
  }

  /** The cell has ended: its questions are not asked any more. */
  cancel(): void {
    this.#waiting = [];
  }

  async #send(): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined) return;
    // What was printed before is seen before.
    await this.#iopub.flushed();
    if (this.#waiting[0] !== first) return;
    const { parent, request, id } = first;
    await this.#socket.send({
      type: 'input_request',
      parent: parent.header,
      content: { prompt: request.prompt, password: request.password },
      identities: parent.identities,
      id,
    });
  }
}
