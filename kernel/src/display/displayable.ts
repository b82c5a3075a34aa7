import type { Displayed } from 'millrace';
import { storedMethod } from './safely.js';

/** The method of streams, tables and charts, found by name so that it is known of any copy of `millrace`. */
const DISPLAYABLE = Symbol.for('millrace.displayable');

/** What a stream, table or chart shows; null for any other value. */
export function displayedOf(value: unknown): Displayed | null {
  if (typeof value !== 'object') return null;
  const method = storedMethod(value, DISPLAYABLE);
  return method === null ? null : (Reflect.apply(method, value, []) as Displayed);
}
