import { Temporal } from 'temporal-polyfill';

/**
 * Gives cells the global `Temporal` that their types promise, from the polyfill that the engine uses, where Node has none.
 */
export function provideTemporal(): void {
  if ('Temporal' in globalThis) return;
  const property = { value: Temporal, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(globalThis, 'Temporal', property);
}
