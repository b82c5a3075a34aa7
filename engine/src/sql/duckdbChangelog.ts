import type { Field } from '../columns/types.js';
import type { DeduplicateNode } from '../plan/nodes/deduplicate.js';
import type { SortKey } from '../plan/nodes/topN.js';
import type { UpsertNode } from '../plan/nodes/upsert.js';
import type { Relation } from '../plan/relation.js';
import { duckdbName } from './duckdbText.js';

/** What nodes that keep one row of each key are printed over. */
interface KeyedInput {
  readonly from: string;
  readonly relation: Relation;
  /** The column that numbers rows in order of arrival, quoted. */
  readonly arrival: string;
  /** The columns that put rows in event order, arrival last, quoted. */
  readonly order: readonly string[];
  /** Prints keys, NULL last either way. */
  readonly by: (keys: readonly SortKey[]) => readonly string[];
}

/** One row of each key in an order. */
export function deduplicated(
  node: DeduplicateNode,
  { from, relation, arrival, order, by }: KeyedInput,
): string {
  const { keep } = node;
  const inOrder = (names: readonly string[]): string[] =>
    names.map(name => `${name} ${keep === 'first' ? 'ASC' : 'DESC'}`);
  if (node.order === null) {
    const time = relation.schema.fields.find(({ name }) => name === relation.time);
    return firstOf(timed(from, time), node.by, inOrder(order));
  }
  const keys = node.order.map(key => (keep === 'first' ? key : { ...key, descending: !key.descending }));
  // Rows that may be taken back have no order of arrival: those that are alike go by their columns.
  const ties =
    relation.mode === 'append'
      ? inOrder([arrival])
      : relation.schema.fields.map(({ name }) => `${duckdbName(name)} NULLS LAST`);
  return firstOf(from, node.by, [...by(keys), ...ties]);
}

/** Rows without event time have no place in its order. */
function timed(from: string, time: Field | undefined): string {
  return time?.nullable === true
    ? `(SELECT * FROM ${from} WHERE ${duckdbName(time.name)} IS NOT NULL)`
    : from;
}

function firstOf(from: string, by: readonly string[], order: readonly string[]): string {
  const place = `row_number() OVER (PARTITION BY ${by.map(duckdbName).join(', ')} ORDER BY ${order.join(', ')})`;
  return `SELECT * EXCLUDE ("#place") FROM (SELECT *, ${place} AS "#place" FROM ${from}) WHERE "#place" = 1`;
}

/** The last row of each key that has not been taken away; `deleted` is the condition that says so, null: none does. */
export function upserted(
  key: readonly string[],
  { column }: UpsertNode,
  deleted: string | null,
  { from, arrival }: Pick<KeyedInput, 'from' | 'arrival'>,
): string {
  const last = firstOf(from, key, [`${arrival} DESC`]);
  const gone = [
    ...(column === null
      ? []
      : [`lower(${duckdbName(column)}) IN ('-d', 'delete', 'd', '-u', 'update_before')`]),
    ...(deleted === null ? [] : [`coalesce(${deleted}, false)`]),
  ];
  const kept = column === null ? '*' : `* EXCLUDE (${duckdbName(column)})`;
  return `SELECT ${kept} FROM (${last})${gone.length === 0 ? '' : ` WHERE NOT (${gone.join(' OR ')})`}`;
}
