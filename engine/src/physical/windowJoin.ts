import { fieldIndex, type Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import { canonicalJson } from '../plan/hash.js';
import type { JoinKey } from '../plan/joined.js';
import type { WindowJoinNode } from '../plan/nodes/windowJoin.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalInput } from './physical.js';
import type { PhysicalRollingColumn } from './rolling.js';
import { columnsIn, inEventOrder, narrowed, type AddOperator, type JoinSide } from './timedJoin.js';

/** Adds aggregates of the rows of its second port to those of its first; both come in event order. */
export interface PhysicalWindowJoin {
  /** The rows of the second port. */
  readonly right: Schema;
  readonly keys: readonly JoinKey[];
  readonly lowUs: number;
  readonly highUs: number;
  readonly prevailing: boolean;
  /** Arguments and conditions, over the right rows. */
  readonly args: readonly BoundExpr[];
  readonly columns: readonly PhysicalRollingColumn[];
  readonly times: readonly { readonly column: string; readonly unit: TimeUnit }[];
}

/** The operators of a window join node; gives where its rows come from. */
export function planWindowJoin(
  node: WindowJoinNode,
  relations: readonly [Relation, Relation],
  output: Schema,
  sides: readonly JoinSide[],
  add: AddOperator,
): PhysicalInput {
  const [left] = relations;
  const exprs = node.columns.flatMap(({ call }) =>
    call.where === null ? call.args : [...call.args, call.where],
  );
  const reads = new Set([...node.keys.map(key => key.right), ...columnsIn(exprs)]);
  const { relation: right, side } = narrowed(relations[1], sides[1], reads, add);
  const ordered = inEventOrder(node.inputs, [left, right], [sides[0], side], add);
  const args: BoundExpr[] = [];
  const positions = new Map<string, number>();
  const argument = (expr: Expr): number => {
    const bound = bind(expr, right.schema);
    const key = canonicalJson(bound);
    const known = positions.get(key) ?? args.push(bound) - 1;
    positions.set(key, known);
    return known;
  };
  const columns = node.columns.map(({ name, call }): PhysicalRollingColumn => {
    const { type, nullable } = output.fields[fieldIndex(output, name)];
    const { fn, distinct, options } = call;
    const where = call.where === null ? null : argument(call.where);
    return {
      name,
      over: 'frame',
      fn,
      args: call.args.map(argument),
      where,
      distinct,
      options,
      type,
      nullable,
    };
  });
  const { keys, lowUs, highUs, prevailing } = node;
  return add(
    {
      op: 'windowJoin',
      input: left.schema,
      right: right.schema,
      output,
      keys,
      lowUs,
      highUs,
      prevailing,
      args,
      columns,
      times: ordered.times,
    },
    ...ordered.inputs,
  );
}
