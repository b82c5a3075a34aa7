import type { Schema } from '../columns/schema.js';
import { bind } from '../functions/bind.js';
import type { SetOperationNode } from '../plan/nodes/setOperation.js';
import type { Relation } from '../plan/relation.js';
import { unionColumns } from '../plan/unionAll.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** Keeps rows of the first port by what the second one has. */
export interface PhysicalSetOperation {
  /** `final`: at the end of both inputs; `append`: rows only come. */
  readonly form: 'append' | 'retract' | 'final';
  readonly keeps: 'intersect' | 'except';
  readonly all: boolean;
}

/** The operator of a set operation; `closing`: only what there is in the end is looked at. */
export function planSetOperation(
  node: SetOperationNode,
  output: Relation,
  closing: boolean,
): PhysicalOperator {
  const { keeps, all, bounded } = node;
  const { schema, mode } = output;
  const form = bounded || (closing && mode === 'retract') ? 'final' : mode;
  return { op: 'setOperation', input: schema, output: schema, form, keeps, all };
}

/** An input with the columns of the whole, in their order and types. */
export function broughtTogether(input: Schema, schema: Schema, at: PhysicalInput, add: Add): PhysicalInput {
  const columns = unionColumns(input, schema);
  if (columns === null) return at;
  const made = columns.map(({ name, expr }) => ({ name, expr: bind(expr, input) }));
  return add({ op: 'project', input, output: schema, columns: made }, at);
}
