import type { Expr } from '../expr/ast.js';
import { bind } from '../functions/bind.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { DistinctNode } from '../plan/nodes/distinct.js';
import type { SortNode } from '../plan/nodes/sort.js';
import type { UnpivotNode } from '../plan/nodes/unpivot.js';
import type { Relation } from '../plan/relation.js';
import { unpivotValues } from '../plan/tables.js';
import { planAggregate } from './aggregate.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** The operator of a distinct node: rows that may be taken back are groups. */
export function planDistinct(
  node: DistinctNode,
  input: Relation,
  output: Relation,
  at: PhysicalInput,
  add: Add,
): PhysicalInput {
  if (input.mode === 'append') return add({ op: 'distinct', input: input.schema, output: output.schema }, at);
  const groups: AggregateNode = {
    kind: 'aggregate',
    input: node.input,
    keys: output.schema.fields.map(({ name }) => name),
    window: null,
    allowedLatenessUs: 0,
    columns: [],
  };
  return add(planAggregate(groups, input, output, null, 'retract'), at);
}

/** The operators of a sort node: what it sorts by is made into columns that go again. */
export function planSort(node: SortNode, input: Relation, at: PhysicalInput, add: Add): PhysicalInput {
  const { offset, limit } = node;
  const { schema } = input;
  const retracting = input.mode === 'retract';
  const rows = schema.fields.map(({ name }) => ({
    name,
    expr: bind({ kind: 'column', name } satisfies Expr, schema),
  }));
  const made = node.by.flatMap(({ expr }, k) =>
    expr.kind === 'column' ? [] : [{ name: `__sort${k}`, expr: bind(expr, schema) }],
  );
  const by = node.by.map(({ expr, descending }, k) => ({
    column: expr.kind === 'column' ? expr.name : `__sort${k}`,
    descending,
  }));
  if (made.length === 0)
    return add({ op: 'sort', input: schema, output: schema, by, offset, limit, retracting }, at);
  const columns = [...rows, ...made];
  const wider = { fields: columns.map(({ name, expr: { type, nullable } }) => ({ name, type, nullable })) };
  const projected = add({ op: 'project', input: schema, output: wider, columns }, at);
  const sorted = add({ op: 'sort', input: wider, output: wider, by, offset, limit, retracting }, projected);
  const back = schema.fields.map(({ name }) => ({
    name,
    expr: bind({ kind: 'column', name } satisfies Expr, wider),
  }));
  return add({ op: 'project', input: wider, output: schema, columns: back }, sorted);
}

/** The operators of an unpivot node: the values of one type, after the columns that stay. */
export function planUnpivot(
  node: UnpivotNode,
  input: Relation,
  output: Relation,
  at: PhysicalInput,
  add: Add,
): PhysicalInput {
  const { schema } = input;
  const { fields } = output.schema;
  const kept = fields
    .slice(0, -2)
    .map(({ name }) => ({ name, expr: bind({ kind: 'column', name } satisfies Expr, schema) }));
  const values = unpivotValues(node).map((expr, k) => ({ name: `__value${k}`, expr: bind(expr, schema) }));
  const columns = [...kept, ...values];
  const made = { fields: columns.map(({ name, expr: { type, nullable } }) => ({ name, type, nullable })) };
  const projected = add({ op: 'project', input: schema, output: made, columns }, at);
  return add({ op: 'unpivot', input: made, output: output.schema, columns: node.columns }, projected);
}
