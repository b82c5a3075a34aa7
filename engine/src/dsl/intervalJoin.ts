import type { DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import type { Expr } from '../expr/ast.js';
import { intervalJoinNode } from '../plan/build.js';
import type { IntervalJoinHow } from '../plan/nodes/intervalJoin.js';
import type { PlanNode } from '../plan/plan.js';
import { columnsProxy } from './exprMethods.js';
import type { BoolExpr, ColumnsOf } from './expressions.js';
import { joinKeys, RIGHT_SUFFIX } from './joinKeys.js';
import type { InnerJoined, JoinBy, LeftJoined, LeftKeys, Optional, RightPart } from './joinKeys.js';
import type { Flat } from './kinds.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import { parseOffsets } from './offsets.js';
import { liftFunctions } from './udf.js';
import { usingAll } from './usage.js';

/** What `intervalJoin` takes beside the other rows. */
export interface IntervalJoinOptions<
  Left,
  Right,
  By extends JoinBy<Left, Right> | undefined,
  How extends IntervalJoinHow,
  Suffix extends string,
> {
  /** The columns that have to be equal: one name, several, or `{ left: 'right' }`. Not given: every row meets every other. NULL meets nothing. */
  readonly by?: By;
  /** Where the right row's event time lies, counted from the left one's, both ends included: `['-1 h', '+4 h']`. */
  readonly between: readonly [DurationText, DurationText];
  /**
   * Which rows come out: pairs alone (`inner`, unless said otherwise), with the left rows that are in none (`left`), the right ones (`right`) or
   * both (`full`); or left rows that are in some pair (`semi`) or in none (`anti`), each once.
   */
  readonly how?: How;
  /** What is put behind a right column's name that the left has as well (`_right`). */
  readonly suffix?: Suffix;
  /** What the rows of a pair must meet beside. */
  readonly where?: (left: ColumnsOf<Left>, right: ColumnsOf<Right>) => BoolExpr<boolean | null>;
}

/** Left columns of a row that the left may not have: but for the keys they may be NULL. */
type OptionalLeft<Left, By> = { [C in keyof Left]: C extends LeftKeys<By> ? Left[C] : Left[C] | null };

/** A row of an interval join. */
export type IntervalJoined<Left, Right, By, How, Suffix extends string> = How extends 'semi' | 'anti'
  ? Left
  : How extends 'left'
    ? LeftJoined<Left, Right, By, Suffix>
    : How extends 'right'
      ? Flat<OptionalLeft<Left, By> & RightPart<Left, Right, By, Suffix>>
      : How extends 'full'
        ? Flat<OptionalLeft<Left, By> & Optional<RightPart<Left, Right, By, Suffix>>>
        : InnerJoined<Left, Right, By, Suffix>;

/** The plan of an interval join. */
export function intervalJoinPlan<
  Left,
  Right,
  By extends JoinBy<Left, Right> | undefined,
  How extends IntervalJoinHow,
  Suffix extends string,
>(left: PlanNode, right: PlanNode, options: IntervalJoinOptions<Left, Right, By, How, Suffix>): PlanNode {
  const { lowUs, highUs } = parseOffsets(options.between);
  return made(
    intervalJoinNode({
      inputs: [left, right],
      keys: joinKeys(options.by),
      lowUs,
      highUs,
      how: options.how ?? 'inner',
      suffix: options.suffix ?? RIGHT_SUFFIX,
      where: options.where === undefined ? null : conditionOf(left, options.where),
    }),
  );
}

function conditionOf(plan: PlanNode, where: (left: never, right: never) => unknown): Expr {
  const condition = usingAll(
    'intervalJoin',
    () => toExpr(where(columnsProxy('left.'), columnsProxy('right.'))),
    root => [root],
  );
  if (liftFunctions(plan, [condition]).temporary.length === 0) return condition;
  throw new MillraceError(
    'MR2164',
    'the condition of intervalJoin() calls a function of yours, which does not see pairs of rows.',
    'Filter the pairs with it: .intervalJoin(…).where(t => …); or compute its columns before, with derive().',
  );
}
