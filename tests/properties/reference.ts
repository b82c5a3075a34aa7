import type { Value } from '../../engine/src/columns/values.js';
import { aggregateOf } from '../../engine/src/functions/aggregate/registry.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { FIELDS, type HistoryRow } from './histories.js';

/** A row of the result: its key as text, and its values. */
export type ResultRow = readonly Value[];

/** A group's rows in order of arrival, with the values that name it. */
interface Group {
  readonly key: readonly Value[];
  readonly rows: HistoryRow[];
}

/** The keys of values: -0 is 0, and there is one NaN. */
export function keyText(values: readonly Value[]): string {
  return JSON.stringify(
    values.map(value => (value === null ? null : `${typeof value}:${String(value === 0 ? 0 : value)}`)),
  );
}

/**
 * What an aggregate node gives for rows that have arrived, computed the plainest way: each row goes to every window that is not final by
 * the watermark before it; then each group's values are those of the aggregates' references.
 */
export function reference(
  node: AggregateNode,
  arrived: readonly HistoryRow[],
  retracting = false,
): ResultRow[] {
  const groups = new Map<string, Group>();
  let mark = -Infinity;
  for (const row of arrived) {
    const keys = node.keys.map(name => row[name as keyof HistoryRow]);
    for (const window of windowsOf(node, row)) {
      if (window.length > 0 && Number(window[1]) + node.allowedLatenessUs <= mark) continue;
      const key = [...keys, ...window];
      const group = groups.get(keyText(key)) ?? { key, rows: [] };
      groups.set(keyText(key), group);
      group.rows.push(row);
    }
    mark = Math.max(mark, row.mark);
  }
  return [...groups.values()].map(({ key, rows }) => [
    ...key,
    ...node.columns.map(({ call }) =>
      valueOf(call, rows, node.window === null ? null : (key[node.keys.length + 1] as bigint), retracting),
    ),
  ]);
}

type Spans = readonly (readonly bigint[])[];
const known = new WeakMap<object, WeakMap<HistoryRow, Spans>>();

/** The start, end and time of each window that holds the row; one empty list without windows. */
function windowsOf(node: AggregateNode, row: HistoryRow): Spans {
  if (node.window === null) return [[]];
  const spans = known.get(node.window) ?? new WeakMap<HistoryRow, Spans>();
  known.set(node.window, spans);
  const found = spans.get(row) ?? spansOf(node.window, row);
  spans.set(row, found);
  return found;
}

function spansOf({ type, parameters }: NonNullable<AggregateNode['window']>, row: HistoryRow): Spans {
  if (row.time === null) return [];
  const definition = windowOf(type);
  if (definition.by !== 'time') throw new Error(`${type} windows have a reference of their own`);
  return definition
    .reference(Number(row.time), parameters)
    .map(({ start, end }) => [BigInt(start), BigInt(end), BigInt(end) - 1n]);
}

export function valueOf(
  call: AggregateNode['columns'][number]['call'],
  rows: readonly HistoryRow[],
  windowEnd: bigint | null = null,
  retracting = false,
): Value {
  const definition = aggregateOf(call.fn);
  const names = call.args.map(arg => (arg as { name: keyof HistoryRow }).name);
  const seen = rows
    .filter(row => call.where === null || (row.price !== null && !(row.price <= 0)))
    .filter(row => !definition.ordered || row.time !== null)
    .map(row => ({ args: names.map(name => row[name]), time: row.time ?? 0n, sequence: row.seq }))
    .filter(row => row.args.every(arg => arg !== null));
  const types = names.map(name => FIELDS.find(field => field.name === name)!);
  const { options, distinct } = call;
  return definition.reference(seen, types, { options, distinct, retracting, windowEnd });
}

/** Whether two values are the same: floats within what the order of summation may change. */
export function same(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return unsigned(a) === unsigned(b);
  if (typeof a !== 'number' || typeof b !== 'number' || a === b) return a === b;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  // An infinity is as far from any number as it is large.
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** A list's text without the signs of its zeros: where rows are taken back, equal values stand for each other. */
function unsigned(list: string): string {
  return list.replace(/(^|[[,])-0(?=[\],]|$)/g, (_, before: string) => `${before}0`);
}

/** Throws where two results differ, in any order of rows; `keys` values name a row. */
export function expectSame(actual: readonly ResultRow[], expected: readonly ResultRow[], keys: number): void {
  const byKey = new Map(expected.map(row => [keyText(row.slice(0, keys)), row]));
  if (byKey.size !== expected.length) throw new Error('the reference has two rows of one key');
  const seen = new Set<string>();
  for (const row of actual) {
    const key = keyText(row.slice(0, keys));
    const wanted = byKey.get(key);
    if (seen.has(key)) throw new Error(`two rows of key ${key}`);
    seen.add(key);
    if (wanted === undefined) throw new Error(`a row that should not be: ${text(row)}`);
    const at = row.findIndex((value, k) => k >= keys && !same(value, wanted[k]));
    if (at >= 0) throw new Error(`value ${at}: ${text(row)} should be ${text(wanted)}`);
  }
  const missing = expected.find(row => !seen.has(keyText(row.slice(0, keys))));
  if (missing !== undefined) throw new Error(`a row is missing: ${text(missing)}`);
}

export function text(row: ResultRow): string {
  return `[${row.map(value => (typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value))).join(', ')}]`;
}
