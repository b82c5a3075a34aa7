import { buildGrouped } from './buildGrouped.js';
import type { PhysicalOperator } from '../physical/physical.js';
import { AsOfChangesOperator } from './asOfChanges.js';
import { AsOfJoinOperator } from './asOfJoin.js';
import { VersionsOperator } from './versions.js';
import { isFew } from '../physical/topN.js';
import { ApplyOperator, NO_EXCHANGE, type ExchangeContext } from './apply.js';
import { ChangeRowsOperator } from './changeRows.js';
import { DistinctOperator } from './distinct.js';
import { FewTopOperator } from './fewTop.js';
import { FilterOperator } from './filter.js';
import { FollowedByOperator } from './followedBy.js';
import { IntervalJoinOperator } from './intervalJoin.js';
import { WindowJoinOperator } from './windowJoin.js';
import { JoinOperator } from './join.js';
import { LookupJoinOperator } from './lookupJoin.js';
import { LateRowsOperator } from './lateRows.js';
import { LeadOperator } from './lead.js';
import type { Operator } from './operator.js';
import { ProjectOperator } from './project.js';
import { ReorderOperator } from './reorder.js';
import { RankOperator } from './rank.js';
import { MapReduceOperator } from './mapReduce.js';
import { TopNOperator } from './topN.js';
import { OrderBookOperator } from './orderBook.js';
import { buildRolling } from './buildRolling.js';
import { ScanChangesOperator } from './scanChanges.js';
import { SetOperationOperator } from './setOperation.js';
import { MatchPatternOperator } from './matchPattern.js';
import { SortOperator } from './sort.js';
import { RowKindsOperator } from './rowKinds.js';
import { UnionAllOperator } from './unionAll.js';
import { UnpivotOperator } from './unpivot.js';
import { UpsertOperator } from './upsert.js';

/** Makes a running operator of a physical one. */
export function buildOperator(physical: PhysicalOperator, exchange: ExchangeContext = NO_EXCHANGE): Operator {
  switch (physical.op) {
    case 'asOfJoin':
      return physical.form === 'final' ? new AsOfJoinOperator(physical) : new AsOfChangesOperator(physical);
    case 'versions':
      return new VersionsOperator(physical);
    case 'distinct':
      return new DistinctOperator(physical.input, physical.output, physical.by);
    case 'changes':
      return new ChangeRowsOperator(physical.output);
    case 'rowKinds':
      return new RowKindsOperator(physical);
    case 'upsert':
      return new UpsertOperator(physical);
    case 'sort':
      return new SortOperator(physical);
    case 'rank':
      return new RankOperator(physical);
    case 'mapReduce':
      return new MapReduceOperator(physical, exchange);
    case 'unpivot':
      return new UnpivotOperator(physical.input, physical.output, physical.columns);
    case 'apply': {
      const { call: form, fn, input, output, reads, changing, by } = physical;
      if (changing !== undefined)
        return new ScanChangesOperator({ ...changing, fn, input, output, reads, keys: by }, exchange);
      return new ApplyOperator({ form, fn, input, output, reads }, exchange);
    }
    case 'filter':
      return new FilterOperator(physical.predicate, physical.input, physical.carried);
    case 'windowJoin':
      return new WindowJoinOperator(physical);
    case 'intervalJoin':
      return new IntervalJoinOperator(physical);
    case 'project':
      return new ProjectOperator(physical.columns, physical.input);
    case 'join':
      return new JoinOperator(physical);
    case 'lookupJoin':
      return new LookupJoinOperator(physical);
    case 'setOperation':
      return new SetOperationOperator(physical);
    case 'unionAll':
      return new UnionAllOperator(physical.ports, physical.output);
    case 'followedBy':
      return new FollowedByOperator(physical);
    case 'reorder':
      return new ReorderOperator(physical);
    case 'rolling':
      return buildRolling(physical);
    case 'matchPattern':
      return new MatchPatternOperator(physical);
    case 'topN':
      return physical.form !== 'final' &&
        physical.changesForUs === null &&
        isFew(physical.rows, !physical.retracting)
        ? new FewTopOperator(physical)
        : new TopNOperator(physical);
    case 'orderBook':
      return new OrderBookOperator(physical);
    case 'lead':
      return new LeadOperator(physical);
    case 'groupBy':
    case 'windowedAggregate':
    case 'sessionAggregate':
    case 'barAggregate':
      return buildGrouped(physical);
    case 'lateRows':
      return new LateRowsOperator(physical);
  }
}
