import type { Expr } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/** Keeps the rows for which the predicate is true (not false, not NULL). */
export interface FilterNode {
  readonly kind: 'filter';
  readonly input: PlanNode;
  readonly predicate: Expr;
}
