import type { ClockState, SessionMessage, SessionRequest } from '@millrace/protocol';
import type { Runtime } from '../runtime/runtime.js';

/** The clock is told at most so often while time passes, in milliseconds. */
const PUBLISH_MS = 250;

/** Tells the clock's state to replay bars and clients: when it is moved, and a few times a second while it runs. */
export class ClockPublisher {
  readonly #listeners = new Set<(state: ClockState) => void>();
  #last = '';
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(readonly runtime: Runtime) {
    runtime.clock.onChange(() => this.#publish(true));
    runtime.onProgress(() => this.#publish(false));
  }

  listen(listener: (state: ClockState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects a replay bar. */
  attach(send: (message: SessionMessage) => void): { receive(request: SessionRequest): void; close(): void } {
    send({ type: 'clock', state: this.runtime.clockState() });
    const stop = this.listen(state => send({ type: 'clock', state }));
    return {
      receive: request => {
        try {
          const state = this.runtime.command(request.command);
          if (request.command.type === 'state') send({ type: 'clock', state });
        } catch (error) {
          send({ type: 'error', message: error instanceof Error ? error.message : String(error) });
        }
      },
      close: stop,
    };
  }

  #publish(atOnce: boolean): void {
    if (this.#listeners.size === 0) return;
    const now = this.runtime.options.world.now();
    const wait = PUBLISH_MS - (now - this.#lastMs);
    if (!atOnce && wait > 0) {
      this.#cancel ??= this.runtime.options.world.after(wait, () => {
        this.#cancel = null;
        this.#publish(false);
      });
      return;
    }
    const state = this.runtime.clockState();
    const text = JSON.stringify(state);
    if (text === this.#last) return;
    this.#last = text;
    this.#lastMs = now;
    for (const listener of [...this.#listeners]) listener(state);
  }

  close(): void {
    this.#cancel?.();
    this.#listeners.clear();
  }
}
