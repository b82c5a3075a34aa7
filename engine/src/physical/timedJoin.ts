import type { TimeUnit } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { bind } from '../functions/bind.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import { timeOf } from '../plan/timedJoin.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

/** Where the rows of one side of a join come from. */
export interface JoinSide {
  readonly at: PhysicalInput;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
}

type Time = { readonly column: string; readonly unit: TimeUnit };

/** Adds an operator over its inputs, one a port. */
export type AddOperator = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** One side of a join with the columns that it reads, and those that put its rows in order: others neither wait nor are read. */
export function narrowed(
  relation: Relation,
  side: JoinSide,
  reads: ReadonlySet<string>,
  add: AddOperator,
): { readonly relation: Relation; readonly side: JoinSide } {
  const { schema, time } = relation;
  const fields = schema.fields.filter(
    ({ name }) => reads.has(name) || name === time || name === side.sequence,
  );
  if (fields.length === schema.fields.length) return { relation, side };
  const columns = fields.map(({ name }) => ({ name, expr: bind({ kind: 'column', name } as const, schema) }));
  const at = add({ op: 'project', input: schema, output: { fields }, columns }, side.at);
  return { relation: { ...relation, schema: { fields } }, side: { ...side, at } };
}

/** The columns that expressions read. */
export function columnsIn(exprs: readonly Expr[]): string[] {
  return exprs.flatMap(expr =>
    expr.kind === 'column' ? [expr.name] : expr.kind === 'call' ? columnsIn(expr.args) : [],
  );
}

/** Both sides of a join, put in event order where they do not come so, and their times. */
export function inEventOrder(
  nodes: readonly PlanNode[],
  relations: readonly Relation[],
  sides: readonly JoinSide[],
  add: AddOperator,
): { readonly inputs: readonly PhysicalInput[]; readonly times: readonly Time[] } {
  const times = relations.map(relation => timeOf(relation)!);
  const inputs = sides.map(({ at, sequence }, side) => {
    if (comesInOrder(nodes[side])) return at;
    const { schema } = relations[side];
    return add({ op: 'reorder', input: schema, output: schema, time: times[side], sequence }, at);
  });
  return { inputs, times };
}
