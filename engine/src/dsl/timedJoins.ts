import type { IntervalJoinHow } from '../plan/nodes/intervalJoin.js';
import { AsOfCollection } from './asOfCollection.js';
import type { Collection } from './collection.js';
import { intervalJoinPlan } from './intervalJoin.js';
import type { IntervalJoined, IntervalJoinOptions } from './intervalJoin.js';
import type { JoinBy, RightSuffix } from './joinKeys.js';
import type { Aggregates, Kind, Kinds } from './kinds.js';
import { collectionOver } from './make.js';
import { windowJoinPlan } from './windowJoin.js';
import type { WindowJoined, WindowJoinOptions } from './windowJoin.js';

/** What joining two collections in event time gives: a table where both are, else a stream. */
export type TimedJoin<Row> = {
  [Left in Kind]: {
    [Right in Kind]: Kinds<Row>[Left extends 'Table'
      ? Right extends 'Table'
        ? 'Table'
        : 'Stream'
      : 'Stream'];
  };
};

/** The joins of rows that lie near each other in event time, which every collection has. */
export abstract class TimedJoins<K extends Kind, Row> extends AsOfCollection<K, Row> {
  /**
   * Each row with aggregates of the other collection's rows around it: those of its key whose event time lies within `around` of its own, both ends
   * included. Rows come out in event order, each once no other row of its window can come any more.
   *
   * @example
   * trades.windowJoin(quotes, { by: 'symbol', around: ['-2 s', '+1 s'], aggregate: q => ({ high: max(q.ask), n: count() }) })
   * @throws MillraceError `MR2160` for rows that change, `MR2161` for rows without event time
   */
  windowJoin<
    R extends Kind,
    Right,
    A extends Aggregates,
    const By extends JoinBy<Row, Right> | undefined = undefined,
  >(
    right: Collection<R, Right>,
    options: WindowJoinOptions<Row, Right, By, A>,
  ): TimedJoin<WindowJoined<Row, A>>[K][R] {
    const plan = windowJoinPlan(this.plan, right.plan, options);
    return collectionOver(timedJoinKind(this.kind, right.kind), plan) as never;
  }

  /**
   * Pairs of rows of equal keys, of which the other collection's event time lies within `between` of this one's, both ends included. Rows come in
   * order of this one's event times, each with all its pairs, once no more can come; `how` says what becomes of rows without a pair.
   *
   * @example
   * orders.intervalJoin(shipments, { by: 'id', between: ['0 s', '+4 h'], how: 'left' })
   * @throws MillraceError `MR2160` for rows that change, `MR2161` for rows without event time
   */
  intervalJoin<
    R extends Kind,
    Right,
    const By extends JoinBy<Row, Right> | undefined = undefined,
    const How extends IntervalJoinHow = 'inner',
    const Suffix extends string = RightSuffix,
  >(
    right: Collection<R, Right>,
    options: IntervalJoinOptions<Row, Right, By, How, Suffix>,
  ): TimedJoin<IntervalJoined<Row, Right, By, How, Suffix>>[K][R] {
    const plan = intervalJoinPlan(this.plan, right.plan, options);
    return collectionOver(timedJoinKind(this.kind, right.kind), plan) as never;
  }
}

function timedJoinKind(left: Kind, right: Kind): 'Table' | 'Stream' {
  return left === 'Table' && right === 'Table' ? 'Table' : 'Stream';
}
