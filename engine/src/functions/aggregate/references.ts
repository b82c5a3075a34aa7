import type { AggregateArgument, ReferenceRow, ReferenceValue } from './define.js';
import { compareStrings } from './text.js';

/** A number as float64; a decimal's true value. */
export function numberOf(value: ReferenceValue, { type }: AggregateArgument): number {
  return type.kind === 'decimal' ? Number(value) / 10 ** type.scale : Number(value);
}

/** The order of values of one type: numbers with NaN last, strings by code points, false before true. */
export function compareValues(a: ReferenceValue, b: ReferenceValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const x = a as number;
  const y = b as number;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * Rows in event order: time, then sequence, then arrival; where rows may be taken back, arrival says nothing and their first values go
 * instead.
 */
export function inEventOrder(rows: readonly ReferenceRow[], retracting: boolean): ReferenceRow[] {
  return [...rows].sort(
    (a, b) =>
      compareValues(a.time, b.time) ||
      compareValues(a.sequence, b.sequence) ||
      (retracting ? compareValues(a.args[0], b.args[0]) : 0),
  );
}
