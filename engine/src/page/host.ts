import { createSessionHost } from '../session/host.js';
import type { SessionHost } from '../session/protocol.js';
import { marketConnector } from '../sources/market.js';
import { sensorsConnector } from '../sources/sensors.js';
import type { World } from '../sources/source.js';
import { valuesConnector } from '../sources/values.js';
import { weatherConnector } from '../sources/weather.js';

/** What a page offers beside the language itself, and every other place where JavaScript runs. */
declare const performance: { now(): number };
declare const setTimeout: (work: () => void, milliseconds: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;
declare const MessageChannel: new () => {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(message: null): void };
};

/** The real clock, timers and randomness; a page has no folder. */
export function pageWorld(): World {
  return {
    directory: '/',
    now: () => Date.now(),
    precise: () => performance.now(),
    random: () => Math.random(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}

/** Runs work soon, after events have had their turn: timers of a page would wait four milliseconds. */
export function deferInPage(): (work: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return work => {
    waiting.push(work);
    port2.postMessage(null);
  };
}

/** A session host inside a page (or a worker of one), with the sources that need neither files nor sockets. */
export function createPageHost(options: { readonly world?: World } = {}): SessionHost {
  return createSessionHost({
    world: options.world ?? pageWorld(),
    connectors: [valuesConnector, marketConnector, weatherConnector, sensorsConnector],
    sinks: [],
    defer: deferInPage(),
  });
}
