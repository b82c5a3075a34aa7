import type { PlanNode } from '../plan/plan.js';
import { Charts } from './charts.js';
import type { CollectionKind } from './displayable.js';
import { joinPlan } from './join.js';
import type { Joined, JoinedKinds, JoinHow, JoinOptions } from './join.js';
import type { JoinBy, RightSuffix } from './joinKeys.js';
import type { Kind, Kinds } from './kinds.js';
import { collectionOver } from './make.js';

/** What collections have that brings several of them together by their values. */
export abstract class Combined<K extends Kind, Row> extends Charts<Row> {
  /** Which of the three it is. */
  abstract readonly kind: CollectionKind & K;

  /** The collection of the same kind over another plan. */
  protected abstract over<R>(plan: PlanNode): Kinds<R>[K];

  /**
   * The rows of this and of another collection that meet: all pairs of rows whose `by` columns are equal (NULL is equal to nothing) and for
   * which `where` is true. Key columns come once, under this one's names. Of two tables the result is a table in this one's order;
   * anything else keeps changing, as rows come, change and go on either side, and both sides are kept.
   *
   * @example
   * orders.join(customers, { by: { customer: 'id' }, how: 'left', where: (o, c) => o.amount.gt(c.limit) })
   * @throws MillraceError `MR2150` for key columns of different types, `MR2152` for two columns of one name
   */
  join<
    OtherKind extends Kind,
    Right,
    const By extends JoinBy<Row, Right> = readonly [],
    How extends JoinHow = 'inner',
    Suffix extends string = RightSuffix,
  >(
    right: Combined<OtherKind, Right>,
    options: JoinOptions<Row, Right, By, How, Suffix> = {},
  ): JoinedKinds<K, OtherKind, Joined<Row, Right, By, How, Suffix>> {
    const bounded = this.kind === 'Table' && right.kind === 'Table';
    const plan = joinPlan(this.plan, right.plan, options, bounded);
    return collectionOver(bounded ? 'Table' : 'StreamTable', plan) as never;
  }
}
