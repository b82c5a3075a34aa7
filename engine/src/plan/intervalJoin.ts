import { fieldIndex, type Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import { joinedFields, joinKeysText, rightColumns } from './joined.js';
import type { IntervalJoinNode } from './nodes/intervalJoin.js';
import type { Relation } from './relation.js';
import { boundsText, requireTimed } from './timedJoin.js';

/**
 * What an interval join puts out. Its event time is the left row's; the right row's where every right row comes out (`right`), and none where rows
 * of either side come alone (`full`).
 */
export function bindIntervalJoin(
  node: IntervalJoinNode,
  inputs: readonly [Relation, Relation],
  requireBoolean: (expr: BoundExpr) => void,
): Relation {
  requireTimed('intervalJoin', node, inputs);
  const [left, right] = inputs;
  const { how, where } = node;
  if (where !== null) requireBoolean(bind(where, conditionSchema(left.schema, right.schema)));
  if (how === 'semi' || how === 'anti') return { ...left, mode: 'append', key: null };
  const nullable = { left: how === 'right' || how === 'full', right: how === 'left' || how === 'full' };
  const fields = joinedFields(node, left.schema, right.schema, nullable).map(field =>
    nullable.left
      ? { ...field, nullable: field.nullable || isNullableKey(field, node, right.schema) }
      : field,
  );
  return { schema: { fields }, time: timeAfter(node, left, right), mode: 'append', key: null };
}

/** Whether a column is a key that a right row may not have: a right row without a partner says its key itself. */
function isNullableKey({ name }: Field, { keys }: IntervalJoinNode, right: Schema): boolean {
  return keys.some(key => key.left === name && right.fields[fieldIndex(right, key.right)].nullable);
}

/** The columns that the condition of a join sees: all of both rows, as `left.price` and `right.price`. */
export function conditionSchema(left: Schema, right: Schema): Schema {
  const named = (side: string, { fields }: Schema): Field[] =>
    fields.map(field => ({ ...field, name: `${side}.${field.name}` }));
  return { fields: [...named('left', left), ...named('right', right)] };
}

function timeAfter(node: IntervalJoinNode, left: Relation, right: Relation): string | null {
  if (node.how === 'full') return null;
  if (node.how !== 'right') return left.time;
  const column = rightColumns(node, left.schema, right.schema).find(({ name }) => name === right.time);
  return column?.as ?? null;
}

/** An interval join in one line. */
export function intervalJoinText(node: IntervalJoinNode): string {
  const by = node.keys.length === 0 ? '' : ` by ${joinKeysText(node.keys)}`;
  const where = node.where === null ? '' : `, where ${exprText(node.where)}`;
  return `${node.how} interval join${by}, ${boundsText(node)}${where}`;
}
