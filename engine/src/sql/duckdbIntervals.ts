import { fieldIndex } from '../columns/schema.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { microsecondsOf } from '../functions/scalar/duckdbTime.js';
import { conditionSchema } from '../plan/intervalJoin.js';
import { rightColumns } from '../plan/joined.js';
import type { IntervalJoinNode } from '../plan/nodes/intervalJoin.js';
import type { WindowJoinNode } from '../plan/nodes/windowJoin.js';
import type { Relation } from '../plan/relation.js';
import { distinctArguments, guardedArguments } from './aggregateCall.js';
import { DUCKDB, duckdbName } from './duckdbText.js';
import { scalarText } from './scalar.js';

/** One side of a join: its rows, and the columns that put them in event order, the number of arrival among them. */
interface JoinedRows {
  readonly from: string;
  readonly relation: Relation;
  readonly order: readonly string[];
}

type Told = (why: string) => void;

/** The joined rows of an interval join, numbered in their order as `arrival`. */
export function joinedPairs(
  node: IntervalJoinNode,
  [left, right]: readonly [JoinedRows, JoinedRows],
  arrival: string,
  cannot: Told,
): string {
  const { how } = node;
  const schema = conditionSchema(left.relation.schema, right.relation.schema);
  const between = `${timeOf(right, 'right.')} BETWEEN ${timeOf(left, 'left.')} + ${node.lowUs} AND ${timeOf(left, 'left.')} + ${node.highUs}`;
  const conditions = [
    ...node.keys.map(key => `${duckdbName(`left.${key.left}`)} = ${duckdbName(`right.${key.right}`)}`),
    between,
    ...(node.where === null ? [] : [scalarText(bind(node.where, schema), DUCKDB, cannot)]),
  ].join(' AND ');
  const [lefts, rights] = [named(left, 'left.'), named(right, 'right.')];
  const leftOrder = left.order.map(name => prefixed(name, 'left.'));
  const rightOrder = right.order.map(name => prefixed(name, 'right.'));
  const number = (order: readonly string[]): string =>
    `row_number() OVER (ORDER BY ${order.join(', ')}) AS ${arrival}`;
  const ofLeft = left.relation.schema.fields.map(({ name }) => name);
  if (how === 'semi' || how === 'anti') {
    const list = ofLeft.map(name => `${duckdbName(`left.${name}`)} AS ${duckdbName(name)}`);
    const not = how === 'anti' ? 'NOT ' : '';
    return `SELECT ${[...list, number(leftOrder)].join(', ')} FROM ${lefts} WHERE ${not}EXISTS (SELECT 1 FROM ${rights} WHERE ${conditions})`;
  }
  const keys = new Map(node.keys.map(key => [key.left, key.right]));
  const list = ofLeft.map(name => {
    const own = duckdbName(`left.${name}`);
    const other = how === 'right' || how === 'full' ? keys.get(name) : undefined;
    const value = other === undefined ? own : `coalesce(${own}, ${duckdbName(`right.${other}`)})`;
    return `${value} AS ${duckdbName(name)}`;
  });
  const others = rightColumns(node, left.relation.schema, right.relation.schema).map(
    ({ name, as }) => `${duckdbName(`right.${name}`)} AS ${duckdbName(as)}`,
  );
  const order = how === 'right' ? [...rightOrder, ...leftOrder] : [...leftOrder, ...rightOrder];
  return `SELECT ${[...list, ...others, number(order)].join(', ')} FROM ${lefts} ${how.toUpperCase()} JOIN ${rights} ON ${conditions}`;
}

/** Rows that have an event time, their columns called after their side. */
function named({ from, relation, order }: JoinedRows, prefix: string): string {
  const names = relation.schema.fields.map(({ name }) => duckdbName(name));
  const list = [...new Set([...names, ...order])].map(name => `${name} AS ${prefixed(name, prefix)}`);
  return `(SELECT ${list.join(', ')} FROM ${from} WHERE ${duckdbName(relation.time!)} IS NOT NULL)`;
}

/** A quoted name with something in front of it. */
function prefixed(name: string, prefix: string): string {
  return `"${prefix}${name.slice(1)}`;
}

function timeOf({ relation }: JoinedRows, prefix: string): string {
  const time = relation.time!;
  return microsecondsOf(
    duckdbName(`${prefix}${time}`),
    relation.schema.fields[fieldIndex(relation.schema, time)].type,
  );
}

/** Left rows with an aggregate of the right ones around them a column: a query each. */
export function joinedWindows(
  node: WindowJoinNode,
  [left, right]: readonly [JoinedRows, JoinedRows],
  arrival: string,
  cannot: Told,
): string {
  if (node.prevailing) cannot('the row that prevails where a window begins has no counterpart in DuckDB');
  const begin = `${timeOf(left, 'left.')} + ${node.lowUs}`;
  const end = `${timeOf(left, 'left.')} + ${node.highUs}`;
  const conditions = [
    ...node.keys.map(key => `${duckdbName(`left.${key.left}`)} = ${duckdbName(key.right)}`),
    `${timeOf(right, '')} BETWEEN ${begin} AND ${end}`,
  ].join(' AND ');
  const columns = left.relation.schema.fields.map(
    ({ name }) => `${duckdbName(`left.${name}`)} AS ${duckdbName(name)}`,
  );
  const made = node.columns.map(
    ({ name, call }) =>
      `(SELECT ${callText(call, right, cannot)} FROM ${right.from} WHERE ${conditions}) AS ${duckdbName(name)}`,
  );
  const order = left.order.map(name => prefixed(name, 'left.'));
  const number = `row_number() OVER (ORDER BY ${order.join(', ')}) AS ${arrival}`;
  return `SELECT ${[...columns, ...made, number].join(', ')} FROM ${named(left, 'left.')}`;
}

function callText(
  call: WindowJoinNode['columns'][number]['call'],
  { relation, order }: JoinedRows,
  cannot: Told,
): string {
  const { schema } = relation;
  const bound = call.args.map(arg => bind(arg, schema));
  const args = bound.map(arg => scalarText(arg, DUCKDB, cannot));
  const conditions = call.where === null ? [] : [scalarText(bind(call.where, schema), DUCKDB, cannot)];
  const text = aggregateOf(call.fn).duckdb?.(distinctArguments(call, guardedArguments(args, conditions)), {
    args: bound.map(arg => ({ ...arg, nullable: true })),
    options: call.options,
    order: order.join(', '),
    reversed: order.map(name => `${name} DESC`).join(', '),
  });
  if (text !== undefined && text !== null) return text;
  cannot(`${call.fn}() has no counterpart in DuckDB`);
  return 'NULL';
}
