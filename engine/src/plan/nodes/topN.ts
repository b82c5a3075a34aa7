import type { Expr } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/** What rows are sorted by. NULL comes last either way, NaN is the greatest number. */
export interface SortKey {
  readonly expr: Expr;
  readonly descending: boolean;
}

/**
 * The first rows of each group in an order; rows alike in it go by their columns from left to right. Where the input's rows only come and a
 * group is a window, its rows come once, when the window is complete; elsewhere rows change as the ranking does.
 */
export interface TopNNode {
  readonly kind: 'topN';
  readonly input: PlanNode;
  readonly rows: number;
  readonly order: readonly SortKey[];
  /** The columns that make a group; none: all rows are one. */
  readonly within: readonly string[];
  /** The name of a column for the place of the row, from 1; null: none. */
  readonly rowNumber: string | null;
}
