import type { Expr } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/**
 * Reads a stream as the changes of a table: of each key, the row that came last. Flink calls it ChangelogNormalize. Without a key rows are what the
 * column says, by value.
 */
export interface UpsertNode {
  readonly kind: 'upsert';
  readonly input: PlanNode;
  readonly key: readonly string[] | null;
  /** The column that says what a row does, which the table does not have; null: every row takes the place of its key's. */
  readonly column: string | null;
  /** The rows for which it is true take away their key's row; null: none. */
  readonly deleted: Expr | null;
}
