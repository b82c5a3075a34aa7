import type { Schema } from '../columns/schema.js';
import type { RankNode } from '../plan/nodes/rank.js';
import type { SortNode } from '../plan/nodes/sort.js';
import type { SortKey, TopNNode } from '../plan/nodes/topN.js';
import { duckdbName } from './duckdbText.js';

/** Rows that are put in an order. */
interface Ordered {
  readonly from: string;
  readonly relation: { readonly schema: Schema };
  /** The column of their places in order of arrival. */
  readonly arrival: string;
  /** Sort keys as text. */
  readonly by: (keys: readonly SortKey[]) => readonly string[];
}

export function sortedRows({ by: keys, limit, offset }: SortNode, { from, arrival, by }: Ordered): string {
  const order = [...by(keys), arrival].join(', ');
  return (
    `SELECT * REPLACE (row_number() OVER (ORDER BY ${order}) AS ${arrival}) FROM ${from} ` +
    `ORDER BY ${arrival}${limit === null ? '' : ` LIMIT ${limit}`} OFFSET ${offset}`
  );
}

/** Rows alike in the order go by their columns from left to right. */
export function topRows(node: TopNNode, { from, relation, by }: Ordered): string {
  const columns = relation.schema.fields.map(({ name }) => `${duckdbName(name)} NULLS LAST`);
  const order = [...by(node.order), ...columns].join(', ');
  const place = `row_number() OVER (${within(node.within)}ORDER BY ${order})`;
  const shown = node.rowNumber === null ? '' : `, "#place" AS ${duckdbName(node.rowNumber)}`;
  return (
    `SELECT * EXCLUDE ("#place")${shown} FROM (SELECT *, ${place} AS "#place" FROM ${from}) ` +
    `WHERE "#place" <= ${node.rows}`
  );
}

export function rankedRows(node: RankNode, { from, relation, by }: Ordered): string {
  const keys = by(node.order);
  const ties = relation.schema.fields.map(({ name }) => `${duckdbName(name)} ASC NULLS LAST`);
  const functions = { rank: 'rank', denseRank: 'dense_rank', rowNumber: 'row_number' };
  const ranks = node.columns.map(({ name, rank }) => {
    const order = rank === 'rowNumber' ? [...keys, ...ties] : keys;
    return `${functions[rank]}() OVER (${within(node.within)}ORDER BY ${order.join(', ')}) AS ${duckdbName(name)}`;
  });
  return `SELECT *, ${ranks.join(', ')} FROM ${from}`;
}

function within(columns: readonly string[]): string {
  return columns.length === 0 ? '' : `PARTITION BY ${columns.map(duckdbName).join(', ')} `;
}
