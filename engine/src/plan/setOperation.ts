import type { SetOperationNode } from './nodes/setOperation.js';
import type { Relation } from './relation.js';
import { bindUnionAll } from './unionAll.js';

/** What a set operation puts out: the first input's columns in its order, each in the type that holds both inputs' values. */
export function bindSetOperation(node: SetOperationNode, first: Relation, second: Relation): Relation {
  const { schema, mode } = bindUnionAll([first, second], node.keeps);
  if (node.bounded) return { schema, time: first.time, mode: 'append', key: null };
  // What both have had stays so while rows only come.
  const grows = mode === 'append' && node.keeps === 'intersect';
  return {
    schema,
    time: null,
    mode: grows ? 'append' : 'retract',
    key: grows || node.all ? null : schema.fields.map(({ name }) => name),
  };
}

/** A set operation in one line. */
export function setOperationText({ keeps, all }: SetOperationNode): string {
  return `${keeps}${all ? ' all' : ''}`;
}
