import type { Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import { conditionSchema } from '../plan/intervalJoin.js';
import { rightColumns, type JoinKey } from '../plan/joined.js';
import type { IntervalJoinHow, IntervalJoinNode } from '../plan/nodes/intervalJoin.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalInput } from './physical.js';
import { columnsIn, inEventOrder, narrowed, type AddOperator, type JoinSide } from './timedJoin.js';

/** Pairs the rows of its two ports, which come in event order. */
export interface PhysicalIntervalJoin {
  /** The rows of the second port. */
  readonly right: Schema;
  readonly keys: readonly JoinKey[];
  readonly lowUs: number;
  readonly highUs: number;
  readonly how: IntervalJoinHow;
  /** What pairs must meet beside, over all left columns and then all right ones; null: nothing. */
  readonly where: { readonly predicate: BoundExpr; readonly schema: Schema } | null;
  /** The right columns of the output, in their order. */
  readonly columns: readonly string[];
  readonly times: readonly { readonly column: string; readonly unit: TimeUnit }[];
}

/** The operators of an interval join node; gives where its rows come from. */
export function planIntervalJoin(
  node: IntervalJoinNode,
  relations: readonly [Relation, Relation],
  output: Schema,
  sides: readonly JoinSide[],
  add: AddOperator,
): PhysicalInput {
  const [left] = relations;
  const { keys, lowUs, highUs, how } = node;
  const alone = how === 'semi' || how === 'anti';
  const names = alone ? [] : rightColumns(node, left.schema, relations[1].schema).map(({ name }) => name);
  const reads = new Set([...keys.map(key => key.right), ...names, ...conditionReads(node)]);
  const { relation: right, side } = narrowed(relations[1], sides[1], reads, add);
  const ordered = inEventOrder(node.inputs, [left, right], [sides[0], side], add);
  const schema = conditionSchema(left.schema, right.schema);
  return add(
    {
      op: 'intervalJoin',
      input: left.schema,
      right: right.schema,
      output,
      keys,
      lowUs,
      highUs,
      how,
      where: node.where === null ? null : { predicate: bind(node.where, schema), schema },
      columns: names,
      times: ordered.times,
    },
    ...ordered.inputs,
  );
}

/** The right columns that a join's condition reads. */
function conditionReads({ where }: IntervalJoinNode): string[] {
  const prefix = 'right.';
  return where === null
    ? []
    : columnsIn([where])
        .filter(name => name.startsWith(prefix))
        .map(name => name.slice(prefix.length));
}
