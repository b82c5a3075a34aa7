import type { Expr } from '../../expr/ast.js';
import type { JoinKey } from '../joined.js';
import type { PlanNode } from '../plan.js';

/** Which rows an interval join puts out: pairs, with the rows of one side or both that are in none, or left rows alone. */
export type IntervalJoinHow = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/**
 * Pairs of rows of two inputs with equal keys, of which the right one's event time lies within [left + lowUs, left + highUs], both ends
 * included.
 */
export interface IntervalJoinNode {
  readonly kind: 'intervalJoin';
  readonly inputs: readonly [PlanNode, PlanNode];
  readonly keys: readonly JoinKey[];
  readonly lowUs: number;
  readonly highUs: number;
  readonly how: IntervalJoinHow;
  /** What is put behind the name of a right column that the left has as well. */
  readonly suffix: string;
  /** What a pair must meet beside, over columns called `left.…` and `right.…`; null: nothing. */
  readonly where: Expr | null;
}
