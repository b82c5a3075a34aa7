import type { Field } from '../../columns/types.js';
import type { PlanNode } from '../plan.js';

/** How a function of the user's is called: for values of a row, for a row, for a row and the state of its key, or for keys, whose rows it looks up. */
export type ApplyForm = 'udf' | 'map' | 'scan' | 'lookup';

/**
 * Calls a function of the user's, which runs where its closure lives: the plan names it by its id there. `udf` adds one column to
 * the rows, `lookup` those of none, one or several rows of their key, `map` and `scan` put rows of other columns in their place; `scan` gets rows in event order, key by key.
 */
export interface ApplyNode {
  readonly kind: 'apply';
  readonly input: PlanNode;
  readonly form: ApplyForm;
  readonly fn: string;
  /** What the user calls it. */
  readonly name: string;
  /** The columns that it reads: a udf's arguments, in their order; null: all. */
  readonly args: readonly string[] | null;
  /** The columns that have a state each; of `scan` alone. */
  readonly by: readonly string[];
  /** The columns that it gives. */
  readonly returns: readonly Field[];
  /** The types of what it takes, and what is put behind the names of columns that the rows have already; of `lookup` alone. */
  readonly takes?: readonly Field[];
  readonly suffix?: string;
}
