import type { AggregateNode } from './nodes/aggregate.js';
import type { ApplyNode } from './nodes/apply.js';
import type { ChangesNode } from './nodes/changes.js';
import type { DeduplicateNode } from './nodes/deduplicate.js';
import type { DistinctNode } from './nodes/distinct.js';
import type { FilterNode } from './nodes/filter.js';
import type { IntervalJoinNode } from './nodes/intervalJoin.js';
import type { WindowJoinNode } from './nodes/windowJoin.js';
import type { FinalNode } from './nodes/final.js';
import type { KeepNode } from './nodes/keep.js';
import type { LateNode } from './nodes/late.js';
import type { ProjectNode } from './nodes/project.js';
import type { JoinNode } from './nodes/join.js';
import type { LookupJoinNode } from './nodes/lookupJoin.js';
import type { SetOperationNode } from './nodes/setOperation.js';
import type { RankNode } from './nodes/rank.js';
import type { CacheNode } from './nodes/cache.js';
import type { MapReduceNode } from './nodes/mapReduce.js';
import type { RollingNode } from './nodes/rolling.js';
import type { MatchPatternNode } from './nodes/matchPattern.js';
import type { SortNode } from './nodes/sort.js';
import type { SourceNode } from './nodes/source.js';
import type { AsOfJoinNode } from './nodes/asOfJoin.js';
import type { TopNNode } from './nodes/topN.js';
import type { OrderBookNode } from './nodes/orderBook.js';
import type { UnionAllNode } from './nodes/unionAll.js';
import type { FollowedByNode } from './nodes/followedBy.js';
import type { UnpivotNode } from './nodes/unpivot.js';
import type { UpsertNode } from './nodes/upsert.js';
import type { PlanNode } from './plan.js';

type Parts<Node extends PlanNode> = Omit<Node, 'kind'>;

/** Rows from outside. */
export const sourceNode = (parts: Parts<SourceNode>): SourceNode => freeze({ kind: 'source', ...parts });
/** Rows with those of another input that were in force at their time. */
export const asOfJoinNode = (parts: Parts<AsOfJoinNode>): AsOfJoinNode =>
  freeze({ kind: 'asOfJoin', ...parts });
/** The rows for which a predicate is true. */
export const filterNode = (parts: Parts<FilterNode>): FilterNode => freeze({ kind: 'filter', ...parts });
/** Rows with aggregates of the rows of another input around them. */
export const windowJoinNode = (parts: Parts<WindowJoinNode>): WindowJoinNode =>
  freeze({ kind: 'windowJoin', ...parts });
/** Pairs of rows that lie near each other in event time. */
export const intervalJoinNode = (parts: Parts<IntervalJoinNode>): IntervalJoinNode =>
  freeze({ kind: 'intervalJoin', ...parts });
/** Columns made of columns. */
export const projectNode = (parts: Parts<ProjectNode>): ProjectNode => freeze({ kind: 'project', ...parts });
/** The rows of two inputs that meet. */
export const joinNode = (parts: Parts<JoinNode>): JoinNode => freeze({ kind: 'join', ...parts });
/** Rows with what another input has of their keys when they come. */
export const lookupJoinNode = (parts: Parts<LookupJoinNode>): LookupJoinNode =>
  freeze({ kind: 'lookupJoin', ...parts });
/** Rows of one input that another one has, or has not. */
export const setOperationNode = (parts: Parts<SetOperationNode>): SetOperationNode =>
  freeze({ kind: 'setOperation', ...parts });
/** One row a group. */
export const aggregateNode = (parts: Parts<AggregateNode>): AggregateNode =>
  freeze({ kind: 'aggregate', ...parts });
/** Every change of a table. */
export const changesNode = (parts: Parts<ChangesNode>): ChangesNode => freeze({ kind: 'changes', ...parts });
/** A stream as the changes of a table. */
export const upsertNode = (parts: Parts<UpsertNode>): UpsertNode => freeze({ kind: 'upsert', ...parts });
/** One row of each key. */
export const deduplicateNode = (parts: Parts<DeduplicateNode>): DeduplicateNode =>
  freeze({ kind: 'deduplicate', ...parts });
/** Windows that can no longer change. */
export const finalNode = (parts: Parts<FinalNode>): FinalNode => freeze({ kind: 'final', ...parts });
/** Rows through a function of the user's. */
export const applyNode = (parts: Parts<ApplyNode>): ApplyNode => freeze({ kind: 'apply', ...parts });
/** Each combination of values once. */
export const distinctNode = (parts: Parts<DistinctNode>): DistinctNode =>
  freeze({ kind: 'distinct', ...parts });
/** Rows in an order, or some of them. */
export const sortNode = (parts: Parts<SortNode>): SortNode => freeze({ kind: 'sort', ...parts });
/** Columns as rows. */
export const unpivotNode = (parts: Parts<UnpivotNode>): UnpivotNode => freeze({ kind: 'unpivot', ...parts });
/** The rows that came too late. */
export const lateNode = (parts: Parts<LateNode>): LateNode => freeze({ kind: 'late', ...parts });
/** Another retention. */
export const keepNode = (parts: Parts<KeepNode>): KeepNode => freeze({ kind: 'keep', ...parts });
/** The rows of several inputs. */
export const unionAllNode = (parts: Parts<UnionAllNode>): UnionAllNode =>
  freeze({ kind: 'unionAll', ...parts });
/** History, then live rows. */
export const followedByNode = (parts: Parts<FollowedByNode>): FollowedByNode =>
  freeze({ kind: 'followedBy', ...parts });

/** Columns made of the rows before each row. */
export const rollingNode = (parts: Parts<RollingNode>): RollingNode => freeze({ kind: 'rolling', ...parts });

/** Rows that follow each other as a pattern says. */
export const matchPatternNode = (parts: Parts<MatchPatternNode>): MatchPatternNode =>
  freeze({ kind: 'matchPattern', ...parts });

/** Rows with their places in an order. */
export const rankNode = (parts: Parts<RankNode>): RankNode => freeze({ kind: 'rank', ...parts });

/** Rows mapped to pairs, and reduced by key. */
export const mapReduceNode = (parts: Parts<MapReduceNode>): MapReduceNode =>
  freeze({ kind: 'mapReduce', ...parts });

/** Rows that may be kept. */
export const cacheNode = (parts: Parts<CacheNode>): CacheNode => freeze({ kind: 'cache', ...parts });

/** The first rows of groups. */
export const topNNode = (parts: Parts<TopNNode>): TopNNode => freeze({ kind: 'topN', ...parts });

/** The best levels of order books. */
export const orderBookNode = (parts: Parts<OrderBookNode>): OrderBookNode =>
  freeze({ kind: 'orderBook', ...parts });

/** Freezes plain data through and through; typed arrays stay as they are, since they cannot be frozen. */
function freeze<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data) || ArrayBuffer.isView(data))
    return data;
  for (const value of Object.values(data)) freeze(value);
  return Object.freeze(data);
}
