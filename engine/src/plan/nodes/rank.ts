import type { PlanNode } from '../plan.js';
import type { SortKey } from './topN.js';

/**
 * What a rank counts of the rows of its group in order: `rank` those before the ones that are alike, and one; `denseRank` the different places up
 * to here; `rowNumber` the rows up to here.
 */
export type RankKind = 'rank' | 'denseRank' | 'rowNumber';

/**
 * The rows of a bounded input, each with its places among those of its group in an order. NULLs come last in both directions, NaN is the greatest
 * number; row numbers of rows that are alike in the order go by their columns from left to right.
 */
export interface RankNode {
  readonly kind: 'rank';
  readonly input: PlanNode;
  readonly order: readonly SortKey[];
  /** The columns that make a group; none: all rows are one. */
  readonly within: readonly string[];
  readonly columns: readonly { readonly name: string; readonly rank: RankKind }[];
}
