import { MillraceError } from '../columns/error.js';
import type { Schema } from '../columns/schema.js';
import { BOOLEAN, STRING, type Field } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import type { DistinctNode } from './nodes/distinct.js';
import type { SortNode } from './nodes/sort.js';
import type { UnpivotNode } from './nodes/unpivot.js';
import type { Relation } from './relation.js';

type Require = (name: string, schema: Schema) => Field;

/** What a distinct node puts out: rows that only come are passed on as they first come, with their event time. */
export function bindDistinct(node: DistinctNode, input: Relation, require: Require): Relation {
  const fields =
    node.columns === null ? input.schema.fields : node.columns.map(name => require(name, input.schema));
  const names = fields.map(({ name }) => name);
  const passes = input.mode === 'append' && input.time !== null && names.includes(input.time);
  return {
    schema: { fields },
    time: passes ? input.time : null,
    mode: input.mode,
    key: input.mode === 'append' ? null : names,
  };
}

/** What a sort node puts out: rows that only come, once all of the input has. */
export function bindSort(node: SortNode, input: Relation): Relation {
  for (const { expr } of node.by) bind(expr, input.schema);
  if (node.live === true) return input;
  return { schema: input.schema, time: null, mode: 'append', key: null };
}

/** A sort node in one line. */
export function sortText({ by, offset, limit }: SortNode): string {
  const order = by.map(({ expr, descending }) => `${exprText(expr)}${descending ? ' descending' : ''}`);
  const parts = [
    ...(order.length === 0 ? [] : [`sort by ${order.join(', ')}`]),
    ...(offset === 0 ? [] : [`skip ${offset}`]),
    ...(limit === null ? [] : [`limit ${limit}`]),
  ];
  return parts.join(', ');
}

/** What an unpivot node puts out. */
export function bindUnpivot(node: UnpivotNode, input: Relation, require: Require): Relation {
  for (const name of node.columns) require(name, input.schema);
  const kept = input.schema.fields.filter(({ name }) => !node.columns.includes(name));
  const twice = [node.name, node.value].find(
    (name, at) => kept.some(field => field.name === name) || (at === 1 && name === node.name),
  );
  if (twice !== undefined) {
    throw new MillraceError(
      'MR2141',
      `unpivot() would make a second column '${twice}'.`,
      `Call them otherwise: unpivot({ …, name: 'column', value: 'reading' }).`,
    );
  }
  const bound = unpivotValues(node).map(expr => bind(expr, input.schema));
  const value: Field = {
    name: node.value,
    type: bound[0].type,
    nullable: bound.some(({ nullable }) => nullable),
  };
  const keeps = (name: string) => kept.some(field => field.name === name);
  return {
    schema: { fields: [...kept, { name: node.name, type: STRING, nullable: false }, value] },
    time: input.time !== null && keeps(input.time) ? input.time : null,
    mode: input.mode,
    key: input.key?.every(keeps) === true ? [...input.key, node.name] : null,
  };
}

/** The values of the columns, each brought to the type of all. */
export function unpivotValues({ columns }: UnpivotNode): Expr[] {
  const all = columns.map((name): Expr => ({ kind: 'column', name }));
  const choose = (which: boolean, expr: Expr, other: Expr): Expr => ({
    kind: 'call',
    fn: 'ifElse',
    args: [{ kind: 'literal', type: BOOLEAN, value: which }, expr, other],
  });
  // A choice has the type that both sides can be brought to, and never takes the other one.
  const common = all.reduceRight((rest, expr) => choose(false, expr, rest));
  return all.length === 1 ? all : all.map(expr => choose(true, expr, common));
}
