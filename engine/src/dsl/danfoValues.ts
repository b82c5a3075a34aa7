import type { Temporal } from 'temporal-polyfill';
import type { Field } from '../columns/types.js';

/** The point in time that a Date is cut from, and the columns that a DataFrame was made of, by names of ours. */
const INSTANT = Symbol.for('millrace.instant');
const FIELDS = Symbol.for('millrace.fields');

/** A point in time as a Date, which keeps what is finer than a millisecond for the way back. */
export function exactDate(value: unknown): Date {
  const instant = value as Temporal.Instant;
  const date = new Date(instant.epochMilliseconds);
  if (instant.epochNanoseconds % 1_000_000n !== 0n) hide(date, INSTANT, instant);
  return date;
}

/** The point in time of a Date: the one that it was made of, unless somebody has set it otherwise since. */
export function instantOfDate(date: Date): Temporal.Instant | Date {
  const instant = (date as unknown as Record<symbol, unknown>)[INSTANT] as Temporal.Instant | undefined;
  return instant?.epochMilliseconds === date.getTime() ? instant : date;
}

/** Lets a DataFrame know of which columns it was made. */
export function rememberFields<Frame extends object>(frame: Frame, fields: readonly Field[]): Frame {
  return hide(frame, FIELDS, fields);
}

/** The columns that a DataFrame was made of, as long as it is the same one. */
export function rememberedFields(frame: object): readonly Field[] {
  const fields = (frame as Record<symbol, unknown>)[FIELDS];
  return Array.isArray(fields) ? (fields as readonly Field[]) : [];
}

function hide<Value extends object>(value: Value, key: symbol, hidden: unknown): Value {
  return Object.defineProperty(value, key, { value: hidden, enumerable: false });
}
