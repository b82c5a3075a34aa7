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

/** A logical plan: a frozen tree of plain data, rooted at what is asked for. Serialisable, hashed, shown by `explain()`. */
export type PlanNode =
  | SourceNode
  | AsOfJoinNode
  | FilterNode
  | IntervalJoinNode
  | WindowJoinNode
  | ProjectNode
  | JoinNode
  | LookupJoinNode
  | SetOperationNode
  | AggregateNode
  | ChangesNode
  | UpsertNode
  | DeduplicateNode
  | FinalNode
  | LateNode
  | KeepNode
  | UnionAllNode
  | FollowedByNode
  | RollingNode
  | MatchPatternNode
  | TopNNode
  | OrderBookNode
  | RankNode
  | MapReduceNode
  | CacheNode
  | ApplyNode
  | DistinctNode
  | SortNode
  | UnpivotNode;

export type PlanKind = PlanNode['kind'];

/** One function a kind of node: the compiler lists the places that a new kind has to be added to. */
export type PlanVisitor<Result> = {
  readonly [Kind in PlanKind]: (node: Extract<PlanNode, { kind: Kind }>) => Result;
};

/** Calls the visitor's function for the kind of the node. */
export function visitPlan<Result>(node: PlanNode, visitor: PlanVisitor<Result>): Result {
  const visit = visitor[node.kind] as (node: PlanNode) => Result;
  return visit(node);
}
