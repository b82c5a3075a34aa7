import { EventEmitter } from 'node:events';
import type { RunId } from './outputMessages.js';

/**
 * Remembers which run made an event emitter: an error of a stream or a process that nobody listens to has no frame of the cell that
 * it comes from. (Asynchronous contexts of Node would tell, but ending JavaScript from outside aborts the process while they are in use.)
 *
 * @param owner the run that makes an emitter now
 * @returns the run whose emitter an uncaught error was emitted by, or null
 */
export function trackEmitters(owner: () => RunId): (error: unknown) => RunId | null {
  const makers = new WeakMap<object, RunId>();
  const errors = new WeakMap<object, RunId>();
  const emitter = EventEmitter as unknown as { init: (this: object, options: unknown) => void };
  const { init } = emitter;
  const { emit } = EventEmitter.prototype;
  emitter.init = function (options) {
    init.call(this, options);
    makers.set(this, owner());
  };
  EventEmitter.prototype.emit = function (type: string | symbol, ...args: unknown[]): boolean {
    if (type === 'error' && this.listenerCount('error') === 0) {
      const maker = makers.get(this);
      const [error] = args;
      if (maker !== undefined && typeof error === 'object' && error !== null) errors.set(error, maker);
    }
    return emit.call(this, type, ...args);
  };
  return error => (typeof error === 'object' && error !== null ? (errors.get(error) ?? null) : null);
}
