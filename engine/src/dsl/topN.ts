import type { ColumnsOf } from './expressions.js';
import type { GroupedKind, Kind, Kinds } from './kinds.js';
import type { Orderings } from './ordering.js';

/** What `topN` takes beside the number of rows. */
export interface TopNOptions<Row, W, N extends string> {
  /** What rows are sorted by, one expression or several in turn: `t => desc(t.price)`. */
  readonly by: (columns: ColumnsOf<Row>) => Orderings;
  /** The columns that make a group; none: all rows are one. */
  readonly within?: W;
  /** The name of a column for the place of each row, from 1. */
  readonly rowNumber?: N;
}

type Names<W> = W extends readonly (infer C)[] ? C : W;
/** The columns that say when a window is complete. Its start does not: cumulating windows have one start and several ends. */
type WindowEnds = 'windowEnd' | 'windowTime';

/** What `topN` gives: of windows of a stream a stream, else a table that changes where its input does. */
export type TopNKinds<Row, W> = {
  [K in Kind]: Kinds<Row>[K extends 'Stream'
    ? [Extract<Names<W>, WindowEnds>] extends [never]
      ? 'StreamTable'
      : 'Stream'
    : K extends keyof GroupedKind
      ? GroupedKind[K] & Kind
      : never];
};
