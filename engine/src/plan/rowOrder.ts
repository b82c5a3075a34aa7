import type { Schema } from '../columns/schema.js';
import type { Expr } from '../expr/ast.js';
import { projectColumns } from './bind.js';
import type { SortKey } from './nodes/topN.js';
import type { PlanNode } from './plan.js';

/** In which order the table of a plan shows its rows: that of a live sort, filtered or projected; null: that in which they came. */
export function rowOrderOf(root: PlanNode, schemaOf: (node: PlanNode) => Schema): readonly SortKey[] | null {
  if (root.kind === 'sort') return root.live === true ? root.by : null;
  if (root.kind === 'filter' || root.kind === 'keep') return rowOrderOf(root.input, schemaOf);
  if (root.kind !== 'project') return null;
  const order = rowOrderOf(root.input, schemaOf);
  if (order === null) return null;
  const columns = projectColumns(root, schemaOf(root.input));
  const renamed: SortKey[] = [];
  for (const { expr, descending } of order) {
    const over = renamedIn(expr, columns);
    // What later keys say hangs on this one.
    if (over === null) break;
    renamed.push({ expr: over, descending });
  }
  return renamed.length === 0 ? null : renamed;
}

/** An expression by the names that a projection gives its columns; null where it leaves one out. */
function renamedIn(
  expr: Expr,
  columns: readonly { readonly name: string; readonly expr: Expr }[],
): Expr | null {
  if (expr.kind === 'column') {
    const passed = columns.filter(each => each.expr.kind === 'column' && each.expr.name === expr.name);
    const name = (passed.find(each => each.name === expr.name) ?? passed.at(0))?.name;
    return name === undefined ? null : { kind: 'column', name };
  }
  if (expr.kind !== 'call') return expr;
  const args = expr.args.map(arg => renamedIn(arg, columns));
  return args.includes(null) ? null : { ...expr, args: args as Expr[] };
}
