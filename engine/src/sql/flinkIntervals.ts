import { fieldIndex } from '../columns/schema.js';
import { bind } from '../functions/bind.js';
import { flinkType } from '../functions/scalar/sql.js';
import { conditionSchema } from '../plan/intervalJoin.js';
import { rightColumns } from '../plan/joined.js';
import type { IntervalJoinNode } from '../plan/nodes/intervalJoin.js';
import type { Relation } from '../plan/relation.js';
import { sqlInterval } from '../windows/define.js';
import { isRowtime, ROWTIME, wholeMilliseconds } from './flinkTables.js';
import { FLINK, flinkName } from './flinkText.js';
import { scalarText } from './scalar.js';

/** One side of a join. */
interface JoinedRows {
  readonly from: string;
  readonly relation: Relation;
}

type Told = (why: string) => void;

/** An interval join in Flink's SQL: a join of equal keys and of times within bounds of each other. */
export function flinkPairs(
  node: IntervalJoinNode,
  [left, right]: readonly [JoinedRows, JoinedRows],
  { cannot, differs }: { readonly cannot: Told; readonly differs: Told },
): string {
  const { how, lowUs, highUs } = node;
  for (const us of [lowUs, highUs]) {
    const why = wholeMilliseconds(us);
    if (why !== null) cannot(why);
  }
  if (!isRowtime(timeField(left)) || !isRowtime(timeField(right)))
    differs('times go by whole milliseconds in Flink');
  if (how === 'semi' || how === 'anti') cannot(`Flink has no ${how} interval join`);
  if (node.keys.length === 0) cannot('Flink joins intervals of rows of equal keys alone');
  const conditions = [
    ...node.keys.map(key => `${flinkName(`left.${key.left}`)} = ${flinkName(`right.${key.right}`)}`),
    `${rowtime(right, 'right.')} BETWEEN ${moved(rowtime(left, 'left.'), lowUs)} AND ${moved(rowtime(left, 'left.'), highUs)}`,
  ];
  if (node.where !== null) {
    const schema = conditionSchema(left.relation.schema, right.relation.schema);
    conditions.push(scalarText(bind(node.where, schema), FLINK, cannot));
  }
  const keys = new Map(node.keys.map(key => [key.left, key.right]));
  const list = left.relation.schema.fields.map(({ name }) => {
    const own = flinkName(`left.${name}`);
    const other = how === 'right' || how === 'full' ? keys.get(name) : undefined;
    const plain = plainTime(left, name, own, how !== 'right' && how !== 'full');
    const value = other === undefined ? plain : `COALESCE(${own}, ${flinkName(`right.${other}`)})`;
    return `${value} AS ${flinkName(name)}`;
  });
  const others = rightColumns(node, left.relation.schema, right.relation.schema).map(
    ({ name, as }) =>
      `${plainTime(right, name, flinkName(`right.${name}`), how === 'right')} AS ${flinkName(as)}`,
  );
  const hidden =
    how === 'full' ? [] : hiddenTime(how === 'right' ? right : left, how === 'right' ? 'right.' : 'left.');
  const join = how === 'inner' ? 'JOIN' : `${how.toUpperCase()} JOIN`;
  return (
    `SELECT ${[...list, ...others, ...hidden].join(', ')} FROM ${named(left, 'left.')} ` +
    `${join} ${named(right, 'right.')} ON ${conditions.join(' AND ')}`
  );
}

/** A column; the event time of a side whose time is not the result's is a plain time from here on, since a result has one event time there. */
function plainTime(side: JoinedRows, name: string, text: string, goesOn: boolean): string {
  const time = timeField(side);
  return goesOn || name !== time.name || !isRowtime(time) ? text : `CAST(${text} AS ${flinkType(time.type)})`;
}

function timeField({ relation: { schema, time } }: JoinedRows) {
  return schema.fields[fieldIndex(schema, time!)];
}

/** The event time of a side's rows, where their own column cannot be it, as the joined rows' hidden one. */
function hiddenTime(side: JoinedRows, prefix: string): string[] {
  return isRowtime(timeField(side)) ? [] : [`${flinkName(`${prefix}${ROWTIME}`)} AS ${flinkName(ROWTIME)}`];
}

function rowtime(side: JoinedRows, prefix: string): string {
  const time = timeField(side);
  return flinkName(`${prefix}${isRowtime(time) ? time.name : ROWTIME}`);
}

function moved(time: string, us: number): string {
  if (us === 0) return time;
  return `${time} ${us < 0 ? '-' : '+'} ${sqlInterval(Math.abs(us))}`;
}

/** A side's rows, their columns called after it. */
function named(side: JoinedRows, prefix: string): string {
  const names = side.relation.schema.fields.map(({ name }) => name);
  if (!isRowtime(timeField(side))) names.push(ROWTIME);
  const list = names.map(name => `${flinkName(name)} AS ${flinkName(`${prefix}${name}`)}`);
  return `(SELECT ${list.join(', ')} FROM ${side.from})`;
}
