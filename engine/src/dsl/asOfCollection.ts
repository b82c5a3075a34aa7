import type { PlanNode } from '../plan/plan.js';
import { asOfPlan } from './asOfJoin.js';
import type { AsOfJoined, AsOfKinds, AsOfOptions, AsOfRight } from './asOfJoin.js';
import type { TemporalOptions, VersionsOf } from './asOfJoin.js';
import { Scalars } from './scalars.js';
import type { CollectionKind } from './displayable.js';
import type { JoinBy, RightSuffix } from './joinKeys.js';
import type { Kind, Kinds } from './kinds.js';
import { collectionOver } from './make.js';
import { made } from './origin.js';

/** The joins of rows with what was in force at their event time. */
export abstract class AsOfCollection<K extends Kind, Row> extends Scalars<Row> {
  /** Which of the three collections it is. */
  abstract override readonly kind: CollectionKind & K;

  /** The collection of the same kind over another plan. */
  protected abstract over<R>(plan: PlanNode): Kinds<R>[K];

  /**
   * Each row with the row of another stream or table that was in force at its event time, by key: a trade with its last quote. The right columns
   * are NULL where there is none; a right time of the same name as the left one is left out, unless `rightTime` names it.
   *
   * Rows come out in event order, when both watermarks have passed what they can still meet, or with `emit: 'change'` at once, as a table that changes.
   * Among right rows of one time the last counts, and looking forward the first. A `forward` or `nearest` join needs a `tolerance` where a key may have no
   * right row any more: rows wait for it, and those behind them too.
   *
   * @throws MillraceError `MR2154` without event time; `MR2155` for rows that change; `MR2150`, `MR2152`, `MR2156` for columns that do not fit
   * @example trades.asOfJoin(quotes, { by: 'symbol', tolerance: '2 s', rightTime: 'quoteTs' })
   */
  asOfJoin<
    R,
    const By extends JoinBy<Row, R> = never[],
    const Suffix extends string = RightSuffix,
    const Time extends string = never,
    const How extends 'left' | 'inner' = 'left',
    const Emit extends 'close' | 'change' = 'close',
  >(
    right: AsOfRight<K, R>,
    options: AsOfOptions<By, Suffix, Time, How, Emit> = {},
  ): AsOfKinds<AsOfJoined<Row, R, By, Suffix, Time, How>, Emit>[K] {
    const kind = this.kind === 'Stream' && options.emit === 'change' ? 'StreamTable' : this.kind;
    return collectionOver(kind, made(asOfPlan(this.plan, right, options, false))) as never;
  }

  /**
   * Each row with the version of its key that held at its event time: an order with the rate of its currency. The right rows are versions, each from
   * its event time until the next of its key, or until it is taken away where the right is a table with that key.
   *
   * @throws MillraceError `MR2154` without event time; `MR2155`, `MR2157` for rows that change, or a key that is not joined by; `MR2159` without `by`
   * @example orders.temporalJoin(rates, { by: 'currency' })
   */
  temporalJoin<
    R,
    const By extends JoinBy<Row, R>,
    const Suffix extends string = RightSuffix,
    const Time extends string = never,
    const How extends 'left' | 'inner' = 'left',
  >(
    right: VersionsOf<K, R>,
    options: TemporalOptions<By, Suffix, Time, How>,
  ): Kinds<AsOfJoined<Row, R, By, Suffix, Time, How>>[K] {
    return this.over(made(asOfPlan(this.plan, right, options, true)));
  }
}
