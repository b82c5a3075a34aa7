import type { Value } from '../../../engine/src/columns/values.js';
import { text } from '../reference.js';

export type Row = readonly Value[];

/** How large what tests put in is; errors of summation grow with the parts, not with the result. */
const LARGEST = 1e4;

/** Whether two values are the same: floats within what the order of summation of `n` rows may change. */
export function same(a: Value, b: Value, n: number, largest = LARGEST): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  // An infinity is as far from any number as it is large.
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= 1e-12 * Math.sqrt(n) * Math.max(largest, Math.abs(a), Math.abs(b));
}

/** Where two lists of rows, in any order, differ; null where they do not. */
export function difference(
  ours: readonly Row[],
  theirs: readonly Row[],
  n: number,
  largest = LARGEST,
): string | null {
  const groups = new Map<string, Row[]>();
  for (const row of theirs) {
    const key = exactPart(row);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(row);
  }
  for (const row of ours) {
    const group = groups.get(exactPart(row)) ?? [];
    const at = group.findIndex(other => row.every((value, k) => same(value, other[k], n, largest)));
    if (at < 0)
      return `ours alone: ${text(row)}; of DuckDB with the same exact values: ${group.map(text).join(' ') || 'none'}`;
    group.splice(at, 1);
  }
  const left = [...groups.values()].flat();
  return left.length === 0 ? null : `DuckDB's alone: ${left.slice(0, 3).map(text).join(' ')}`;
}

/** What is not a float, as text: rows that are to be the same agree in it. */
function exactPart(row: Row): string {
  return JSON.stringify(
    row.map(value =>
      typeof value === 'number' && !Number.isInteger(value)
        ? 'float'
        : typeof value === 'number'
          ? 'float'
          : String(value),
    ),
  );
}
