import { TICKS_PER_SECOND } from '../columns/iso.js';
import { fieldIndex } from '../columns/schema.js';
import { ticksOfTimestamp } from '../functions/scalar/duckdbTime.js';
import { asOfColumns } from '../plan/asOfJoin.js';
import type { AsOfJoinNode } from '../plan/nodes/asOfJoin.js';
import type { Relation } from '../plan/relation.js';
import { duckdbName } from './duckdbText.js';

/** One input of an as-of join. */
export interface AsOfInput {
  /** The name of its common table expression. */
  readonly from: string;
  readonly relation: Relation;
  /** The columns that put its rows in event order, quoted; the number of arrival is the last. */
  readonly order: readonly string[];
}

/** An as-of join as a query; `cannot` is told what DuckDB does not have. */
export function asOfQuery(
  node: AsOfJoinNode,
  left: AsOfInput,
  right: AsOfInput,
  cannot: (why: string) => void,
): string {
  if (node.direction === 'nearest') cannot('an as-of join to the nearest row has no counterpart in DuckDB');
  if (right.relation.mode === 'retract')
    cannot('versions that end when a row is taken away have no counterpart in DuckDB');
  const forward = node.direction === 'forward';
  const [from, to] = [timeText('l', left.relation), timeText('r', right.relation)];
  const fine = from.unit !== to.unit;
  const [a, b] = fine ? [from.nanoseconds, to.nanoseconds] : [from.column, to.column];
  const conditions = [
    ...node.keys.map(key => `l.${duckdbName(key.left)} = r.${duckdbName(key.right)}`),
    `${a} ${forward ? '<' : '>'}${node.exact ? '=' : ''} ${b}`,
  ];
  const distance = forward
    ? `${to.nanoseconds} - ${from.nanoseconds}`
    : `${from.nanoseconds} - ${to.nanoseconds}`;
  const near = node.toleranceUs === null ? null : `${distance} <= ${node.toleranceUs * 1000}`;
  const columns = asOfColumns(node, left.relation, right.relation).map(({ name, as }) => {
    const column = `r.${duckdbName(name)}`;
    return `${near === null ? column : `CASE WHEN ${near} THEN ${column} END`} AS ${duckdbName(as)}`;
  });
  const kept = left.relation.schema.fields.map(({ name }) => `l.${duckdbName(name)}`);
  const arrival = left.order.at(-1)!;
  const place = `row_number() OVER (ORDER BY ${left.order.map(name => `l.${name}`).join(', ')}) AS ${arrival}`;
  const rows = (input: AsOfInput): string => `FROM ${input.from} WHERE ${timeOf(input.relation)} IS NOT NULL`;
  return (
    `SELECT ${[...kept, ...columns, place].join(', ')} FROM (SELECT * ${rows(left)}) AS l ` +
    `ASOF ${node.how === 'left' ? 'LEFT ' : ''}JOIN (SELECT * ${rows(right)} QUALIFY ${onePlace(node, right, forward)} = 1) AS r ` +
    `ON ${conditions.join(' AND ')}${near !== null && node.how === 'inner' ? ` WHERE ${near}` : ''}`
  );
}

/** The place of a right row among those of its time and key: which of several it meets DuckDB leaves open. */
function onePlace(node: AsOfJoinNode, { relation, order }: AsOfInput, forward: boolean): string {
  const by = [timeOf(relation), ...node.keys.map(key => duckdbName(key.right))];
  const ties = order.slice(1).map(name => `${name} ${forward ? 'ASC NULLS LAST' : 'DESC NULLS FIRST'}`);
  return `row_number() OVER (PARTITION BY ${by.join(', ')} ORDER BY ${ties.join(', ')})`;
}

function timeOf({ time }: Relation): string {
  return duckdbName(time!);
}

function timeText(alias: string, { schema, time }: Relation) {
  const { type } = schema.fields[fieldIndex(schema, time!)];
  if (type.kind !== 'timestamp') throw new Error('an as-of join without event time was bound');
  const column = `${alias}.${duckdbName(time!)}`;
  const perTick = TICKS_PER_SECOND.ns / TICKS_PER_SECOND[type.unit];
  const nanoseconds = `CAST(${ticksOfTimestamp(column, type)} AS HUGEINT) * ${perTick}`;
  return { column, unit: type.unit, nanoseconds };
}
