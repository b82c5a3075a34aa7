import type { AggregateCall } from '../../expr/ast.js';
import type { PlanNode } from '../plan.js';

/**
 * The rows around each row that aggregates see. `rows`: so many rows, the last of them `behind` rows before the current one (0: the
 * current row itself). `range`: the rows of the last `us` microseconds up to the current event time, both ends and all rows of that time
 * included.
 */
export type FrameSpec =
  | { readonly kind: 'rows'; readonly rows: number; readonly behind: number }
  | { readonly kind: 'range'; readonly us: number };

/** One new column: an aggregate over the `frame` or over all rows from the `start`, or a function of the rows (`row`). */
export interface RollingColumn {
  readonly name: string;
  readonly over: 'frame' | 'start' | 'row';
  readonly call: AggregateCall;
}

/** Adds columns to each row that are computed of the rows of its key before it, in event order. One row out for each row in. */
export interface RollingNode {
  readonly kind: 'rolling';
  readonly input: PlanNode;
  readonly keys: readonly string[];
  /** Null: all rows from the start. */
  readonly frame: FrameSpec | null;
  readonly columns: readonly RollingColumn[];
}
