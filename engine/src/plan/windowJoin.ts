import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { callText } from '../expr/text.js';
import { resolveAggregate } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { joinKeysText } from './joined.js';
import type { WindowJoinNode } from './nodes/windowJoin.js';
import type { Relation } from './relation.js';
import { boundsText, requireTimed } from './timedJoin.js';

/** What a window join puts out: the left columns, and the aggregates of the right rows, which a window may have none of. */
export function bindWindowJoin(
  node: WindowJoinNode,
  inputs: readonly [Relation, Relation],
  requireBoolean: (expr: BoundExpr) => void,
): Relation {
  requireTimed('windowJoin', node, inputs);
  const [left, { schema }] = inputs;
  const columns = node.columns.map(({ name, call }): Field => {
    if (call.where !== null) requireBoolean(bind(call.where, schema));
    const args = call.args.map(arg => ({ ...bind(arg, schema), nullable: true }));
    return { name, ...resolveAggregate(call, args) };
  });
  const fields = [...left.schema.fields, ...columns];
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new MillraceError(
      'MR2163',
      `windowJoin() cannot add a column '${twice}': the row has one already.`,
      'Give the aggregate another name.',
    );
  }
  return { schema: { fields }, time: left.time, mode: 'append', key: null };
}

/** A window join in one line. */
export function windowJoinText(node: WindowJoinNode): string {
  const by = node.keys.length === 0 ? '' : ` by ${joinKeysText(node.keys)}`;
  const columns = node.columns.map(({ name, call }) => `${name} = ${callText(call)}`).join(', ');
  return `window join${by}, ${boundsText(node)}${node.prevailing ? ' and what prevails before' : ''}: ${columns}`;
}
