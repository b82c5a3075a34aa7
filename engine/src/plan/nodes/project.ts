import type { Expr } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/**
 * Makes columns out of columns. With `keep: 'all'` the new columns come after the input's, and one of the same name
 * takes the old one's place (`derive`); with a list of names only those stay (`select`, `drop`, `rename` write it so).
 */
export interface ProjectNode {
  readonly kind: 'project';
  readonly input: PlanNode;
  readonly keep: 'all' | { readonly without: readonly string[] } | 'none';
  readonly columns: readonly { readonly name: string; readonly expr: Expr }[];
}
