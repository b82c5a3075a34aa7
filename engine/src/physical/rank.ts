import type { Schema } from '../columns/schema.js';
import { bind } from '../functions/bind.js';
import type { RankKind, RankNode } from '../plan/nodes/rank.js';
import type { Relation } from '../plan/relation.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

/** Ranks rows of a bounded input. */
export interface PhysicalRank {
  readonly by: readonly { readonly column: string; readonly descending: boolean }[];
  readonly within: readonly string[];
  /** The columns that settle ties of row numbers. */
  readonly ties: readonly string[];
  readonly columns: readonly { readonly name: string; readonly rank: RankKind }[];
  /** Whether the input takes rows back. */
  readonly retracting: boolean;
}

type Add = (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput;

/** The operators of a rank node: what it ranks by is made into columns that go again. */
export function planRank(
  node: RankNode,
  input: Relation,
  output: Relation,
  at: PhysicalInput,
  add: Add,
): PhysicalInput {
  const { schema } = input;
  const { within, columns } = node;
  const ties = schema.fields.map(({ name }) => name);
  const by = node.order.map(({ expr, descending }, k) => ({
    column: expr.kind === 'column' ? expr.name : `__rank${k}`,
    descending,
  }));
  const rank = { op: 'rank', by, within, ties, columns, retracting: input.mode === 'retract' } as const;
  const made = node.order.flatMap(({ expr }, k) =>
    expr.kind === 'column' ? [] : [{ name: `__rank${k}`, expr: bind(expr, schema) }],
  );
  if (made.length === 0) return add({ ...rank, input: schema, output: output.schema }, at);
  const wider = [...passed(schema, ties), ...made];
  const fields = wider.map(({ name, expr: { type, nullable } }) => ({ name, type, nullable }));
  const projected = add({ op: 'project', input: schema, output: { fields }, columns: wider }, at);
  const ranks = output.schema.fields.slice(schema.fields.length);
  const ranked = { fields: [...fields, ...ranks] };
  const found = add({ ...rank, input: { fields }, output: ranked }, projected);
  const back = passed(
    ranked,
    output.schema.fields.map(({ name }) => name),
  );
  return add({ op: 'project', input: ranked, output: output.schema, columns: back }, found);
}

/** Columns that go on as they are. */
function passed(schema: Schema, names: readonly string[]) {
  return names.map(name => ({ name, expr: bind({ kind: 'column', name }, schema) }));
}
