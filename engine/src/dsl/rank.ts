import type { RankKind } from '../plan/nodes/rank.js';
import type { ColumnsOf } from './expressions.js';
import type { Orderings } from './ordering.js';

/** What `rank` takes; at least one of `rank`, `denseRank` and `rowNumber` names a column. */
export interface RankOptions<Row, W, R extends string, D extends string, N extends string> {
  /** What rows are ranked by, one expression or several in turn: `t => desc(t.price)`. */
  readonly by: (columns: ColumnsOf<Row>) => Orderings;
  /** The columns that make a group; none: all rows are one. */
  readonly within?: W;
  /** The name of a column for 1 and how many rows of the group come before those of the same place: 1, 2, 2, 4. */
  readonly rank?: R;
  /** The name of a column for the number of different places up to here: 1, 2, 2, 3. */
  readonly denseRank?: D;
  /** The name of a column for the number of rows up to here: 1, 2, 3, 4. Rows of the same place go by their columns from left to right. */
  readonly rowNumber?: N;
}

const KINDS: readonly RankKind[] = ['rank', 'denseRank', 'rowNumber'];

/** The columns that the options name. */
export function rankColumns(names: Partial<Record<RankKind, string>>): { name: string; rank: RankKind }[] {
  return KINDS.flatMap(rank => {
    const name = names[rank];
    return name === undefined ? [] : [{ name, rank }];
  });
}
