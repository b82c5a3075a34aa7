import { types } from 'node:util';
import { isObject, storedMethod } from './safely.js';

/** How often a value that goes on is shown at most, in milliseconds. */
const PERIOD = 100;

/** How long one takes values without a pause before other code has its turn, in milliseconds. */
const TURN = 20;

/** How long a run without a front end waits for what goes on, in milliseconds. */
const PATIENCE = 60_000;

/** Taken before cells' timers are counted as theirs: these are the kernel's. */
const nativeTimeout = setTimeout;
const nativeImmediate = setImmediate;

/** A value that shows something else later: a promise, or an async iterable whose last value is shown. */
export type LiveValue = Promise<unknown> | AsyncIterable<unknown>;

/** What is done with what comes of a live value. */
export interface LiveHooks {
  show(value: unknown, displayId: string): void;
  fail(error: unknown, displayId: string): void;
}

interface Running {
  readonly owner: string | null;
  stopped: boolean;
  stop(): void;
  readonly ended: Promise<void>;
}

/**
 * Whether a value is shown as what comes of it. Streams of Node and of the web are not: to look at one would be to read it
 * empty.
 */
export function isLive(value: unknown): value is LiveValue {
  if (!isObject(value) || types.isProxy(value)) return false;
  if (types.isPromise(value)) return true;
  if (storedMethod(value, Symbol.asyncIterator) === null) return false;
  return ['pipe', 'getReader', 'on'].every(method => storedMethod(value, method) === null);
}

/** The values of a notebook's outputs that are still to come. */
export class LiveValues {
  readonly #running = new Map<string, Running>();

  constructor(private readonly hooks: LiveHooks) {}

  /** Shows what comes of a value in an output, until it ends or the output is stopped. */
  start(value: LiveValue, displayId: string, owner: string | null): void {
    this.stop(displayId);
    // A rejection is shown: it is no unhandled one, also before it is its turn.
    if (types.isPromise(value)) value.catch(() => undefined);
    let stop = (): void => undefined;
    const stopping = new Promise<void>(resolve => (stop = resolve));
    const running: Running = {
      owner,
      stopped: false,
      stop: () => {
        running.stopped = true;
        stop();
      },
      // Not before the place in the output has been taken.
      ended: new Promise<void>(resolve => nativeImmediate(resolve))
        .then(() => {
          if (running.stopped) return undefined;
          return types.isPromise(value)
            ? this.#promise(value, displayId, running, stopping)
            : this.#iterable(value, displayId, running, stopping);
        })
        .catch((error: unknown) => {
          if (!running.stopped) this.hooks.fail(error, displayId);
        })
        .finally(() => {
          if (this.#running.get(displayId) === running) this.#running.delete(displayId);
        }),
    };
    this.#running.set(displayId, running);
  }

  /** An output shows something else now. */
  stop(displayId: string): void {
    this.#running.get(displayId)?.stop();
    this.#running.delete(displayId);
  }

  /** The cell is run again: what its outputs showed is gone. */
  stopOwner(owner: string): void {
    for (const [id, running] of this.#running) if (running.owner === owner) this.stop(id);
  }

  stopAll(): void {
    for (const id of [...this.#running.keys()]) this.stop(id);
  }

  /** Resolves when all of the owner's that goes on now has ended, or has had time enough: some never end. */
  async settled(owner: string | null, patience = PATIENCE): Promise<void> {
    const own = [...this.#running.values()].filter(running => running.owner === owner);
    if (own.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>(resolve => (timer = nativeTimeout(resolve, patience)));
    await Promise.race([Promise.all(own.map(running => running.ended)), timeout]);
    clearTimeout(timer);
  }

  async #promise(
    value: Promise<unknown>,
    displayId: string,
    running: Running,
    stopping: Promise<void>,
  ): Promise<void> {
    const done = await Promise.race([value.then(result => ({ result })), stopping]);
    if (done === undefined || running.stopped) return;
    this.hooks.show(done.result, displayId);
  }

  async #iterable(
    value: AsyncIterable<unknown>,
    displayId: string,
    running: Running,
    stopping: Promise<void>,
  ): Promise<void> {
    const iterator = value[Symbol.asyncIterator]();
    let shownAt = -Infinity;
    let turnAt = performance.now();
    let waiting: { readonly value: unknown } | null = null;
    let timer: NodeJS.Timeout | null = null;
    const show = (): void => {
      timer = null;
      if (waiting === null || running.stopped) return;
      const { value: latest } = waiting;
      waiting = null;
      shownAt = performance.now();
      this.hooks.show(latest, displayId);
    };
    try {
      for (;;) {
        const step = await Promise.race([iterator.next(), stopping]);
        if (step === undefined || running.stopped) {
          // One that never answers is not waited for.
          void Promise.resolve(iterator.return?.()).catch(() => undefined);
          return;
        }
        if (step.done === true) return;
        waiting = { value: step.value };
        const now = performance.now();
        if (now - shownAt >= PERIOD) show();
        else timer ??= nativeTimeout(show, PERIOD - (now - shownAt)).unref();
        if (now - turnAt >= TURN) {
          await new Promise<void>(resolve => nativeImmediate(resolve));
          turnAt = performance.now();
        }
      }
    } finally {
      if (timer !== null) clearTimeout(timer);
      show();
    }
  }
}
