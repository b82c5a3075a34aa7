import type { Displayed } from 'millrace';

/** The method of streams, tables and charts, found by name so that it is known of any copy of `millrace`. */
const DISPLAYABLE = Symbol.for('millrace.displayable');

/** What a stream, table or chart shows; null for any other value. */
export function displayedOf(value: unknown): Displayed | null {
  if (typeof value !== 'object' || value === null) return null;
  const method = (value as Record<symbol, unknown>)[DISPLAYABLE];
  return typeof method === 'function' ? (method.call(value) as Displayed) : null;
}
