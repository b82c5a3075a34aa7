import { fieldIndex, type Schema } from '../columns/schema.js';
import { joinedFields, requireJoinKeys } from './joined.js';
import { requireGrowing } from './lookupJoin.js';
import type { ApplyNode } from './nodes/apply.js';
import type { Relation } from './relation.js';

/** What a function of the user's is called in messages. */
export function applyText({ form, name, by }: ApplyNode): string {
  const keys = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return form === 'udf' ? `udf ${name}` : `${form} ${name}${keys}`;
}

/** What an apply node puts out. Rows that `map` and `scan` give keep the event time where they have its column. */
export function bindApply(
  node: ApplyNode,
  input: Relation,
  requireColumn: (name: string, schema: Schema) => unknown,
): Relation {
  for (const name of [...(node.args ?? []), ...node.by]) requireColumn(name, input.schema);
  if (node.form === 'lookup') return bindLookup(node, input);
  if (node.form === 'udf') return { ...input, schema: { fields: [...input.schema.fields, ...node.returns] } };
  const schema = { fields: node.returns };
  const { time } = input;
  const timed = time !== null && schema.fields[fieldIndex(schema, time)]?.type.kind === 'timestamp';
  return { schema, time: timed ? time : null, mode: input.mode, key: null };
}

/** Rows with what a function of the user's has of their keys. */
function bindLookup({ args, takes = [], returns, suffix = '' }: ApplyNode, input: Relation): Relation {
  requireGrowing(input);
  const keys = (args ?? []).map((left, k) => ({ left, right: takes[k].name }));
  requireJoinKeys('lookupJoin', keys, input.schema, { fields: takes });
  const right = { fields: [...takes, ...returns] };
  const columns = { keys, suffix };
  const schema = { fields: joinedFields(columns, input.schema, right, { left: false, right: false }) };
  return { ...input, schema };
}
