import type { MimeBundle } from '../runner/contract.js';

/** The method of values whose output changes by itself, such as a write that goes on; known of any copy of `millrace`. */
const CHANGING = Symbol.for('millrace.changing');

/** Whether a value shows itself again. */
export function isChanging(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Record<symbol, unknown>)[CHANGING] === 'function';
}

/** Shows a value again whenever it says so, for as long as it does. */
export function whileChanging(value: unknown, show: (bundle: MimeBundle) => void): void {
  if (!isChanging(value)) return;
  const method = (value as unknown as Record<symbol, (show: (bundle: MimeBundle) => void) => unknown>)[
    CHANGING
  ];
  // What becomes of it is told by what it shows.
  void Promise.resolve(method.call(value, show)).catch(() => undefined);
}
