import { syncBuiltinESMExports } from 'node:module';
import nodeTimers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunId } from './outputMessages.js';

type Callback = (...args: unknown[]) => void;

/** The timers of cells: each belongs to the run that made it, and can be cleared with it. */
export interface OwnedTimers {
  /** Clears every timer that the run has made: it is abandoned. */
  clear(run: RunId): void;
  /** The run whose timer's callback is on turn, or null. */
  current(): RunId | null;
  /** Forgets which callback is on turn: it was ended in its middle. Clears its run's timers, which would loop again. */
  reset(): void;
}

/**
 * Replaces the timers of Node, global and of `node:timers` and `node:timers/promises`, by ones that remember their run.
 *
 * @param owner The run that makes a timer now.
 */
export function installOwnedTimers(owner: () => RunId): OwnedTimers {
  const native = { ...nodeTimers };
  const owned = new Map<RunId, Set<() => void>>();
  const cancels = new WeakMap<object, () => void>();
  let current: RunId | null = null;

  function keep(run: RunId, handle: object, stop: () => void): () => void {
    const set = owned.get(run) ?? new Set();
    owned.set(run, set);
    const forget = () => {
      set.delete(stop);
      if (set.size === 0 && owned.get(run) === set) owned.delete(run);
    };
    set.add(stop);
    cancels.set(handle, forget);
    return forget;
  }

  function call(run: RunId, callback: Callback, args: unknown[]): void {
    const before = current;
    current = run;
    try {
      callback(...args);
    } finally {
      current = before;
    }
  }

  function setTimeout(callback: Callback, delay?: number, ...args: unknown[]): NodeJS.Timeout {
    requireFunction(callback, 'setTimeout');
    const run = owner();
    let forget = () => {};
    const handle = native.setTimeout(() => {
      forget();
      call(run, callback, args);
    }, delay);
    forget = keep(run, handle, () => native.clearTimeout(handle));
    return handle;
  }

  function setInterval(callback: Callback, delay?: number, ...args: unknown[]): NodeJS.Timeout {
    requireFunction(callback, 'setInterval');
    const run = owner();
    const handle = native.setInterval(() => call(run, callback, args), delay);
    keep(run, handle, () => native.clearInterval(handle));
    return handle;
  }

  function setImmediate(callback: Callback, ...args: unknown[]): NodeJS.Immediate {
    requireFunction(callback, 'setImmediate');
    const run = owner();
    let forget = () => {};
    const handle = native.setImmediate(() => {
      forget();
      call(run, callback, args);
    });
    forget = keep(run, handle, () => native.clearImmediate(handle));
    return handle;
  }

  function clearer(clear: (handle: never) => void): (handle: unknown) => void {
    return handle => {
      if (typeof handle === 'object' && handle !== null) cancels.get(handle)?.();
      clear(handle as never);
    };
  }

  const later = promises({
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: clearer(native.clearTimeout),
  });
  Object.defineProperty(setTimeout, promisify.custom, { value: later.setTimeout });
  Object.defineProperty(setImmediate, promisify.custom, { value: later.setImmediate });
  const replacements = {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: clearer(native.clearTimeout),
    clearInterval: clearer(native.clearInterval),
    clearImmediate: clearer(native.clearImmediate),
  };
  Object.assign(globalThis, replacements);
  Object.assign(nodeTimers, replacements);
  Object.assign(timersPromises, {
    setTimeout: later.setTimeout,
    setInterval: later.setInterval,
    setImmediate: later.setImmediate,
  });
  Object.assign(timersPromises.scheduler, {
    wait: (delay: number, options?: { signal?: AbortSignal }) => later.setTimeout(delay, undefined, options),
    yield: () => later.setImmediate(undefined),
  });
  syncBuiltinESMExports();

  function clear(run: RunId): void {
    for (const stop of owned.get(run) ?? []) stop();
    owned.delete(run);
  }

  return {
    clear,
    current: () => current,
    reset() {
      if (current !== null) clear(current);
      current = null;
    },
  };
}

function requireFunction(callback: unknown, name: string): void {
  if (typeof callback !== 'function')
    throw new TypeError(`${name}() takes a function, not ${typeof callback}.`);
}

interface TimerOptions {
  readonly signal?: AbortSignal;
}

interface Timers {
  setTimeout(callback: Callback, delay?: number): NodeJS.Timeout;
  setInterval(callback: Callback, delay?: number): NodeJS.Timeout;
  setImmediate(callback: Callback): NodeJS.Immediate;
  clearTimeout(handle: unknown): void;
}

/** `node:timers/promises` over owned timers: where these are cleared, the promises never settle. */
function promises(timers: Timers) {
  function abortable<Value>(
    signal: AbortSignal | undefined,
    start: (resolve: (value: Value) => void) => () => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError(signal));
      const onAbort = () => {
        stop();
        reject(abortError(signal as AbortSignal));
      };
      const stop = start(value => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
  return {
    setTimeout<Value>(delay?: number, value?: Value, options?: TimerOptions): Promise<Value | undefined> {
      return abortable<Value | undefined>(options?.signal, resolve => {
        const handle = timers.setTimeout(() => resolve(value), delay);
        return () => timers.clearTimeout(handle);
      });
    },
    setImmediate<Value>(value?: Value, options?: TimerOptions): Promise<Value | undefined> {
      return abortable<Value | undefined>(options?.signal, resolve => {
        let wanted = true;
        timers.setImmediate(() => {
          if (wanted) resolve(value);
        });
        return () => {
          wanted = false;
        };
      });
    },
    async *setInterval<Value>(
      delay?: number,
      value?: Value,
      options?: TimerOptions,
    ): AsyncGenerator<Value | undefined> {
      let due = 0;
      let wake = () => {};
      const handle = timers.setInterval(() => {
        due += 1;
        wake();
      }, delay);
      const signal = options?.signal;
      const onAbort = () => wake();
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        for (;;) {
          if (signal?.aborted === true) throw abortError(signal);
          if (due === 0) await new Promise<void>(resolve => (wake = resolve));
          for (; due > 0; due--) yield value;
        }
      } finally {
        signal?.removeEventListener('abort', onAbort);
        timers.clearTimeout(handle);
      }
    },
  };
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason as unknown }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}
