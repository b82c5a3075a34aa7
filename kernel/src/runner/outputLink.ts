import {
  fromWireError,
  type HostEvent,
  type HostLink,
  type HostReplies,
  type HostRequest,
} from 'millrace/session';
import type { FromRunner, HostResult } from './outputMessages.js';

/** The runner's end of the session: requests leave through the output pipe, answers come over the IPC channel. */
export class RunnerLink implements HostLink {
  readonly #send: (message: FromRunner) => void;
  readonly #owner: () => string | null;
  readonly #waiting = new Map<number, (result: HostResult) => void>();
  readonly #listeners = new Set<(event: HostEvent) => void>();
  #lastId = 0;

  /** @param owner The cell that runs: it owns the queries and views that are made without naming an owner. */
  constructor(send: (message: FromRunner) => void, owner: () => string | null) {
    this.#send = send;
    this.#owner = owner;
  }

  request<Request extends HostRequest>(request: Request): Promise<HostReplies[Request['type']]> {
    const owned =
      'owner' in request && request.owner === null ? { ...request, owner: this.#owner() } : request;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, result => {
        if (result.ok) resolve(aligned(result.value) as HostReplies[Request['type']]);
        else reject(fromWireError(result.error));
      });
      this.#send({ type: 'host', id, request: owned as HostRequest });
    });
  }

  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The session lives as long as the kernel. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Takes the answer to a request. */
  answer(id: number, result: HostResult): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(result);
  }

  /** Takes an event of the session. */
  emit(event: HostEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * Bytes that came with a message lie in it wherever they happen to; readers of Arrow make wider views of them, which must
 * begin at a multiple of 8.
 */
function aligned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('arrow' in value)) return value;
  const { arrow } = value;
  return arrow instanceof Uint8Array && arrow.byteOffset % 8 !== 0
    ? { ...value, arrow: new Uint8Array(arrow) }
    : value;
}
