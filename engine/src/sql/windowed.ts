import type { Field } from '../columns/types.js';

/** The rows that a query puts into windows. */
export interface Windowed {
  readonly table: string;
  readonly time: Field;
  /** The grouping columns, quoted. */
  readonly keys: readonly string[];
  /** The columns that put rows in event order, quoted. */
  readonly order: readonly string[];
}
