import { isOfLeft, JOIN_SIDES } from '../plan/join.js';
import type { JoinNode } from '../plan/nodes/join.js';
import type { SetOperationNode } from '../plan/nodes/setOperation.js';
import { DUCKDB, duckdbName } from './duckdbText.js';
import { joinParts, joinWords, type JoinInput } from './joins.js';

/** A join for DuckDB: left rows in order of arrival, each with the right ones in theirs; `arrival` numbers rows. */
export function joinedRows(
  node: JoinNode,
  inputs: readonly [JoinInput, JoinInput],
  arrival: string,
  cannot: (why: string) => void,
): string {
  const {
    columns,
    inputs: [left, right],
    condition,
  } = joinParts(node, inputs, DUCKDB, cannot, [arrival]);
  const [ofLeft, ofRight] = JOIN_SIDES.map(side => duckdbName(side + arrival));
  const name = duckdbName(arrival);
  if (isOfLeft(node.how)) {
    const not = node.how === 'anti' ? 'NOT ' : '';
    return `SELECT ${[...columns, `${ofLeft} AS ${name}`].join(', ')} FROM ${left} WHERE ${not}EXISTS (SELECT 1 FROM ${right} WHERE ${condition})`;
  }
  const place = `row_number() OVER (ORDER BY ${ofLeft} NULLS LAST, ${ofRight}) AS ${name}`;
  return `SELECT ${[...columns, place].join(', ')} FROM ${left} ${joinWords(node)} ${right} ON ${condition}`;
}

/** A set operation for DuckDB, over queries of the same columns. Its rows have no order. */
export function setOperationRows(
  { keeps, all }: SetOperationNode,
  columns: string,
  inputs: readonly string[],
  arrival: string,
): string {
  const words = ` ${keeps.toUpperCase()}${all ? ' ALL' : ''} `;
  return `SELECT ${columns}, row_number() OVER () AS ${duckdbName(arrival)} FROM (${inputs.join(words)})`;
}
