import type { DurationText } from '../columns/duration.js';
import { windowJoinNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { columnsProxy } from './exprMethods.js';
import type { ColumnsOf, ResultOf } from './expressions.js';
import { callOf, liftCalls } from './grouped.js';
import { joinKeys } from './joinKeys.js';
import type { JoinBy, Optional } from './joinKeys.js';
import type { Aggregates, Flat } from './kinds.js';
import { made } from './origin.js';
import { parseOffsets } from './offsets.js';
import { usingAll } from './usage.js';

/** What `windowJoin` takes beside the rows that it aggregates. */
export interface WindowJoinOptions<Left, Right, By extends JoinBy<Left, Right> | undefined, A> {
  /** The columns that have to be equal: one name, several, or `{ left: 'right' }`. Not given: every row meets every other. NULL meets nothing. */
  readonly by?: By;
  /** Where the window of a left row begins and ends, counted from its event time, both ends included: `['-2 s', '+1 s']`. */
  readonly around: readonly [DurationText, DurationText];
  /**
   * Whether the row that prevails where the window begins is of it: the last one before, where none lies at the very beginning. kdb+'s
   * `wj`; without (false, unless said otherwise) its `wj1`.
   */
  readonly prevailing?: boolean;
  /** Aggregates of the right rows in the window. It may have none, so each column may be NULL. */
  readonly aggregate: (columns: ColumnsOf<Optional<Right>>) => A;
}

/** A left row with aggregates of the right rows around it. */
export type WindowJoined<Left, A> = Flat<Left & { [C in keyof A]: ResultOf<A[C]> }>;

/** The plan of a window join. */
export function windowJoinPlan<Left, Right, By extends JoinBy<Left, Right> | undefined, A extends Aggregates>(
  left: PlanNode,
  right: PlanNode,
  options: WindowJoinOptions<Left, Right, By, A>,
): PlanNode {
  const columns = usingAll(
    'windowJoin',
    () =>
      Object.entries(options.aggregate(columnsProxy())).map(([name, value]) => ({
        name,
        call: callOf(name, value, 'windowJoin'),
      })),
    list => list.flatMap(({ call }) => (call.where === null ? call.args : [...call.args, call.where])),
  );
  const lifted = liftCalls(right, columns);
  const { lowUs, highUs } = parseOffsets(options.around);
  return made(
    windowJoinNode({
      inputs: [left, lifted.plan],
      keys: joinKeys(options.by),
      lowUs,
      highUs,
      prevailing: options.prevailing ?? false,
      columns: lifted.columns,
    }),
  );
}
