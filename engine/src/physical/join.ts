import { fieldIndex, type Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import { conditionSchema, isOfLeft, sideColumns } from '../plan/join.js';
import { rightColumns } from '../plan/joined.js';
import type { JoinHow, JoinNode } from '../plan/nodes/join.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalOperator } from './physical.js';

/** How a side of a join keeps its rows. Columns are positions in its input. */
export interface PhysicalJoinSide {
  readonly schema: Schema;
  /** The columns that have to be equal to those of the other side, in turn. */
  readonly keys: readonly number[];
  /** The columns that are kept: those of the output, and those of the condition. */
  readonly stored: readonly number[];
  /** Whether rows are taken back, and the columns that name them: null, by value. */
  readonly retracting: boolean;
  readonly identity: readonly number[] | null;
  /** Whether its rows come out alone where they meet none. */
  readonly preserved: boolean;
}

/** Where a column of a join comes from: kept columns of both sides, by position; the left one's value comes first. -1: not from there. */
export interface PhysicalJoinColumn {
  readonly left: number;
  readonly right: number;
}

/** Joins the rows of two ports as they come and go. */
export interface PhysicalJoin {
  /** `final`: at the end of both inputs; `append`: rows only come. */
  readonly form: 'append' | 'retract' | 'final';
  readonly how: JoinHow;
  readonly sides: readonly [PhysicalJoinSide, PhysicalJoinSide];
  readonly columns: readonly PhysicalJoinColumn[];
  /** The condition, over these kept columns of the left side and then of the right one. */
  readonly condition: {
    readonly expr: BoundExpr;
    readonly schema: Schema;
    readonly columns: readonly PhysicalJoinColumn[];
  } | null;
}

/** The operator of a join node; `closing`: only what there is in the end is looked at. */
export function planJoin(
  node: JoinNode,
  left: Relation,
  right: Relation,
  output: Relation,
  closing: boolean,
): PhysicalOperator {
  const { how, keys } = node;
  const at = ({ schema }: Relation, names: readonly string[]): number[] =>
    names.map(name => fieldIndex(schema, name));
  const ofLeft = isOfLeft(how);
  const alone = how === 'right' || how === 'full';
  const made = ofLeft ? [] : rightColumns(node, left.schema, right.schema);
  const conditions = ([0, 1] as const).map(side => sideColumns(node.where, side));
  const keyNames = keys.map(key => key.right);
  const shown = ofLeft ? [] : [...made.map(({ name }) => name), ...(alone ? keyNames : [])];
  const stored = [
    left.schema.fields.map(({ name }) => name),
    [...new Set([...shown, ...conditions[1]])],
  ] as const;
  const side = (relation: Relation, which: 0 | 1): PhysicalJoinSide => ({
    schema: relation.schema,
    keys: at(
      relation,
      keys.map(key => (which === 0 ? key.left : key.right)),
    ),
    stored: at(relation, stored[which]),
    retracting: relation.mode === 'retract',
    identity: relation.key === null ? null : at(relation, relation.key),
    preserved: how === 'full' || how === (which === 0 ? 'left' : 'right'),
  });
  const columns: PhysicalJoinColumn[] = [
    ...left.schema.fields.map(({ name }, index) => {
      const key = alone ? keys.find(each => each.left === name) : undefined;
      return { left: index, right: key === undefined ? -1 : stored[1].indexOf(key.right) };
    }),
    ...made.map(({ name }) => ({ left: -1, right: stored[1].indexOf(name) })),
  ];
  return {
    op: 'join',
    input: left.schema,
    output: output.schema,
    form: node.bounded || (closing && output.mode === 'retract') ? 'final' : output.mode,
    how,
    sides: [side(left, 0), side(right, 1)],
    columns,
    condition: node.where === null ? null : planCondition(node, left, right, stored, conditions),
  };
}

function planCondition(
  node: JoinNode,
  left: Relation,
  right: Relation,
  stored: readonly [readonly string[], readonly string[]],
  names: readonly (readonly string[])[],
): PhysicalJoin['condition'] {
  const whole = conditionSchema(left.schema, right.schema);
  const field = (at: number) => whole.fields[at];
  const schema = {
    fields: [
      ...names[0].map(name => field(fieldIndex(left.schema, name))),
      ...names[1].map(name => field(left.schema.fields.length + fieldIndex(right.schema, name))),
    ],
  };
  return {
    expr: bind(node.where!, schema),
    schema,
    columns: [
      ...names[0].map(name => ({ left: stored[0].indexOf(name), right: -1 })),
      ...names[1].map(name => ({ left: -1, right: stored[1].indexOf(name) })),
    ],
  };
}
