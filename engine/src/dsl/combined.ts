import type { PlanNode } from '../plan/plan.js';
import type { CollectionKind } from './displayable.js';
import { unionAllNode } from '../plan/build.js';
import { TimedJoins } from './timedJoins.js';
import { joinPlan } from './join.js';
import type { Joined, JoinedKinds, JoinHow, JoinOptions } from './join.js';
import type { JoinBy, RightSuffix } from './joinKeys.js';
import type { Kind, Kinds } from './kinds.js';
import { isLookup, lookupPlan, type CacheOptions, type Lookup } from './lookup.js';
import { lookupJoinPlan, type LookupOptions } from './lookupJoin.js';
import { collectionOver } from './make.js';
import { made } from './origin.js';
import { distinctPlan } from './reshape.js';
import { setOperation, type SetOptions } from './setOperations.js';

/** What collections have that brings several of them together by their values. */
export abstract class Combined<K extends Kind, Row> extends TimedJoins<K, Row> {
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

  /**
   * Each row with the row of another collection that has its key when it comes, which is never revised: the rows stay a stream, with their event time.
   * A row of several matches comes several times; one of none comes with NULLs, or not at all (`how: 'inner'`). Rows wait until a table has
   * been read whole; what a stream or a table that changes has then hangs on what came before the row.
   *
   * @example trades.lookupJoin(read('companies.csv'), { by: 'symbol' })
   * @throws MillraceError `MR2172` for a table whose rows change; `MR2150`, `MR2152` as `join`
   */
  lookupJoin<
    Key,
    Found,
    const By extends JoinBy<Row, Key & Found>,
    How extends 'left' | 'inner' = 'left',
    Suffix extends string = RightSuffix,
  >(
    right: Lookup<Key, Found>,
    options: LookupOptions<By, How, Suffix> & { readonly cache?: CacheOptions },
  ): Kinds<Joined<Row, Key & Found, By, How, Suffix>>[K];
  lookupJoin<
    OtherKind extends Kind,
    Right,
    const By extends JoinBy<Row, Right>,
    How extends 'left' | 'inner' = 'left',
    Suffix extends string = RightSuffix,
  >(
    right: Combined<OtherKind, Right>,
    options: LookupOptions<By, How, Suffix>,
  ): Kinds<Joined<Row, Right, By, How, Suffix>>[K];
  lookupJoin(
    right: object,
    options: LookupOptions<unknown, 'left' | 'inner', string> & { readonly cache?: CacheOptions },
  ): unknown {
    if (isLookup(right)) return this.over(lookupPlan(this.plan, right, options));
    const other = right as { readonly plan: PlanNode; readonly kind: CollectionKind };
    return this.over(lookupJoinPlan(this.plan, other, options));
  }

  /**
   * The different rows of this and of others, each once: `unionAll` with equal rows left out. Columns are brought together as there, NULL is equal
   * to NULL, and what has come is never forgotten.
   *
   * @example nyse.select('symbol').union(nasdaq.select('symbol'))
   * @throws MillraceError `MR2115` for different columns, `MR2116` for types that cannot be brought together
   */
  union(...others: readonly Combined<K, Row>[]): Kinds<Row>[K] {
    const inputs = [this.plan, ...others.map(({ plan }) => plan)];
    return this.over(distinctPlan(inputs.length === 1 ? this.plan : made(unionAllNode({ inputs })), []));
  }

  /**
   * The rows that another collection has as well, by the values of all columns, which are brought together as by `unionAll`; NULL is equal to NULL.
   * Each comes once; with `all` as often as the side has it that has it less often. Of two tables a table; anything else keeps changing.
   *
   * @example today.select('symbol').intersect(yesterday.select('symbol'))
   * @throws MillraceError `MR2115` for different columns, `MR2116` for types that cannot be brought together
   */
  intersect<OtherKind extends Kind>(
    other: Combined<OtherKind, Row>,
    options: SetOptions = {},
  ): JoinedKinds<K, OtherKind, Row> {
    return setOperation(this, other, 'intersect', options) as never;
  }

  /**
   * The rows that another collection does not have, by the values of all columns, which are brought together as by `unionAll`; NULL is equal to NULL.
   * Each comes once; with `all` as often as this side has it more often. Of two tables a table; anything else keeps changing.
   *
   * @example ordered.select('id').except(shipped.select('id'))
   * @throws MillraceError `MR2115` for different columns, `MR2116` for types that cannot be brought together
   */
  except<OtherKind extends Kind>(
    other: Combined<OtherKind, Row>,
    options: SetOptions = {},
  ): JoinedKinds<K, OtherKind, Row> {
    return setOperation(this, other, 'except', options) as never;
  }
}
