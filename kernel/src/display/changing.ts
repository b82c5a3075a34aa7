import type { MimeBundle } from '../runner/contract.js';
import { storedMethod } from './safely.js';

/** The method of values whose output changes by itself, such as a write that goes on; known of any copy of `millrace`. */
const CHANGING = Symbol.for('millrace.changing');

/** Whether a value shows itself again. */
export function isChanging(value: unknown): value is object {
  return typeof value === 'object' && storedMethod(value, CHANGING) !== null;
}

/** Shows a value again whenever it says so, for as long as it does. */
export function whileChanging(value: unknown, show: (bundle: MimeBundle) => void): void {
  const method = typeof value === 'object' ? storedMethod(value, CHANGING) : null;
  if (method === null) return;
  // What becomes of it is told by what it shows.
  void Promise.resolve(Reflect.apply(method, value, [show])).catch(() => undefined);
}
