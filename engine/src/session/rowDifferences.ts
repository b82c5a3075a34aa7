import type { RowTexts } from '../sources/pin.js';

/** So many differing rows are told one by one. */
const MOST_TOLD = 100;
/** Floating point sums may be put together in another order. */
const DIGITS = 12;

/** Rows as texts, with the columns that tell them apart; none: all do. */
export interface TextRows {
  /** Name and type, as users write it. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly key: readonly string[];
  readonly rows: readonly RowTexts[];
}

/** A row that is another one now (with the columns in which it is), is missing, or was not there. */
export type RowDifference =
  | {
      readonly kind: 'changed';
      readonly pinned: RowTexts;
      readonly now: RowTexts;
      readonly in: readonly string[];
    }
  | { readonly kind: 'missing'; readonly pinned: RowTexts }
  | { readonly kind: 'extra'; readonly now: RowTexts };

/** A stretch of rows, in the order of the key, that are others now; null: from the beginning, up to the end. */
export interface RangeDifference {
  readonly from: RowTexts | null;
  readonly to: RowTexts | null;
  readonly pinned: number;
  readonly now: number;
}

/** How a result differs from one that was kept. */
export interface RowDifferences {
  readonly columns: readonly string[];
  /** How many rows there were, and are. */
  readonly rows: { readonly pinned: number; readonly now: number };
  readonly counts: { readonly changed: number; readonly missing: number; readonly extra: number };
  /** The first hundred of them. */
  readonly differences: readonly RowDifference[];
  /** Where only hashes were kept: the stretches of rows that differ. */
  readonly ranges: readonly RangeDifference[];
  /** Columns that are others, in words: rows are not compared then. */
  readonly schema: readonly string[];
}

/** A float with as many digits as are compared. Zeros are one. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(DIGITS)) + 0);
}

/** How columns differ, in words. */
export function schemaDifferences(pinned: TextRows['columns'], now: TextRows['columns']): string[] {
  const types = new Map(now);
  const before = new Map(pinned);
  const found = pinned.flatMap(([name, type]) => {
    const other = types.get(name);
    if (other === undefined) return [`column '${name}' is missing`];
    return other === type ? [] : [`column '${name}' was ${type} and is ${other}`];
  });
  found.push(
    ...now.filter(([name]) => !before.has(name)).map(([name, type]) => `column '${name}' (${type}) is new`),
  );
  const order = (columns: TextRows['columns']): string => JSON.stringify(columns.map(([name]) => name));
  if (found.length === 0 && order(pinned) !== order(now)) found.push('the columns are in another order');
  return found;
}

/** Compares rows as they stand, in whatever order: by their keys where they have some. Null: they are the same. */
export function rowDifferences(pinned: TextRows, now: TextRows): RowDifferences | null {
  const columns = now.columns.map(([name]) => name);
  const rows = { pinned: pinned.rows.length, now: now.rows.length };
  const schema = schemaDifferences(pinned.columns, now.columns);
  const none = { changed: 0, missing: 0, extra: 0 };
  if (schema.length > 0) return { columns, rows, counts: none, differences: [], ranges: [], schema };
  const { missing, extra } = unmatched(pinned.rows, now.rows);
  if (missing.length === 0 && extra.length === 0) return null;
  const differences = paired(missing, extra, columns, now.key);
  const count = (kind: RowDifference['kind']): number =>
    differences.filter(each => each.kind === kind).length;
  return {
    columns,
    rows,
    counts: { changed: count('changed'), missing: count('missing'), extra: count('extra') },
    differences: differences.slice(0, MOST_TOLD),
    ranges: [],
    schema,
  };
}

/** The rows that one has and the other has not, as often as they are there. */
function unmatched(
  pinned: readonly RowTexts[],
  now: readonly RowTexts[],
): { readonly missing: readonly RowTexts[]; readonly extra: readonly RowTexts[] } {
  const counts = new Map<string, number>();
  for (const row of now) {
    const text = JSON.stringify(row);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const take = (row: RowTexts): boolean => {
    const text = JSON.stringify(row);
    const left = counts.get(text) ?? 0;
    if (left > 0) counts.set(text, left - 1);
    return left > 0;
  };
  const missing = pinned.filter(row => !take(row));
  // What is left of the counts are those that nobody took.
  const extra = now.filter(take);
  return { missing, extra };
}

/** Rows of one key are one row that has changed. In the order in which they were kept, and those that were not there behind. */
function paired(
  missing: readonly RowTexts[],
  extra: readonly RowTexts[],
  columns: readonly string[],
  key: readonly string[],
): RowDifference[] {
  const keys = key.map(name => columns.indexOf(name));
  const keyOf = (row: RowTexts): string => JSON.stringify(keys.map(at => row[at]));
  const waiting = new Map<string, RowTexts[]>();
  if (keys.length > 0)
    for (const row of extra) waiting.set(keyOf(row), [...(waiting.get(keyOf(row)) ?? []), row]);
  const used = new Set<RowTexts>();
  const found = missing.map((pinned): RowDifference => {
    const now = keys.length === 0 ? undefined : waiting.get(keyOf(pinned))?.shift();
    if (now === undefined) return { kind: 'missing', pinned };
    used.add(now);
    return { kind: 'changed', pinned, now, in: columns.filter((_, at) => pinned[at] !== now[at]) };
  });
  const rest = extra.filter(row => !used.has(row));
  return [...found, ...rest.map((now): RowDifference => ({ kind: 'extra', now }))];
}
