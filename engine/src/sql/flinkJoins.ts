import { isOfLeft } from '../plan/join.js';
import type { JoinNode } from '../plan/nodes/join.js';
import type { SetOperationNode } from '../plan/nodes/setOperation.js';
import { FLINK } from './flinkText.js';
import { joinParts, joinWords, type JoinInput } from './joins.js';

/** A regular join for Flink. */
export function flinkJoin(
  node: JoinNode,
  inputs: readonly [JoinInput, JoinInput],
  cannot: (why: string) => void,
): string {
  const {
    columns,
    inputs: [left, right],
    condition,
  } = joinParts(node, inputs, FLINK, cannot);
  if (isOfLeft(node.how)) {
    const not = node.how === 'anti' ? 'NOT ' : '';
    return `SELECT ${columns.join(', ')} FROM ${left}\n  WHERE ${not}EXISTS (SELECT 1 FROM ${right} WHERE ${condition})`;
  }
  return `SELECT ${columns.join(', ')} FROM ${left}\n  ${joinWords(node)} ${right} ON ${condition}`;
}

/** A set operation for Flink, over queries of the same columns. */
export function flinkSetOperation({ keeps, all }: SetOperationNode, inputs: readonly string[]): string {
  return inputs.join(`\n  ${keeps.toUpperCase()}${all ? ' ALL' : ''} `);
}
