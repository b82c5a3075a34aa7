import type { Expr } from '../../expr/ast.js';
import type { JoinColumns } from '../joined.js';
import type { PlanNode } from '../plan.js';

/** Which rows a join has beside those that meet: those of one side, of both, none; or left rows alone, that meet any or none. */
export type JoinHow = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/** The rows of two inputs that meet: whose keys are equal, NULL being equal to nothing, and for which the condition is true. */
export interface JoinNode extends JoinColumns {
  readonly kind: 'join';
  readonly inputs: readonly [PlanNode, PlanNode];
  readonly how: JoinHow;
  /** A condition on pairs of rows, whose columns are called `left.…` and `right.…`; null: none. */
  readonly where: Expr | null;
  /** Whether both inputs come to an end, so that rows come once, then, in the order of the left ones. */
  readonly bounded: boolean;
}
