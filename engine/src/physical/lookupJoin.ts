import { fieldIndex, type Schema } from '../columns/schema.js';
import { rightColumns } from '../plan/joined.js';
import type { LookupJoinNode } from '../plan/nodes/lookupJoin.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalJoinSide } from './join.js';
import type { PhysicalOperator } from './physical.js';

/** Joins each row of the first port with what the second one has when it comes; the output's columns are the left ones, then the kept ones. */
export interface PhysicalLookupJoin {
  readonly how: 'left' | 'inner';
  /** The key columns of the left rows, by position. */
  readonly keys: readonly number[];
  readonly right: PhysicalJoinSide;
  /** Whether left rows wait for the end of the right ones. */
  readonly waits: boolean;
}

/** The operator of a lookup join. */
export function planLookupJoin(
  node: LookupJoinNode,
  left: Relation,
  right: Relation,
  output: Schema,
): PhysicalOperator {
  const at = ({ schema }: Relation, names: readonly string[]): number[] =>
    names.map(name => fieldIndex(schema, name));
  const { how, keys, waits } = node;
  return {
    op: 'lookupJoin',
    input: left.schema,
    output,
    how,
    keys: at(
      left,
      keys.map(key => key.left),
    ),
    right: {
      schema: right.schema,
      keys: at(
        right,
        keys.map(key => key.right),
      ),
      stored: at(
        right,
        rightColumns(node, left.schema, right.schema).map(({ name }) => name),
      ),
      retracting: right.mode === 'retract',
      identity: right.key === null ? null : at(right, right.key),
      preserved: false,
    },
    waits,
  };
}
