import type { Schema } from '../columns/schema.js';

/** Whether rows only ever come, or may be taken back. */
export type ChangelogMode = 'append' | 'retract';

/** What is known of a plan node's output once its sources' schemas are known. */
export interface Relation {
  readonly schema: Schema;
  /** The event-time column, or null. */
  readonly time: string | null;
  readonly mode: ChangelogMode;
  /** The columns whose values name one row of a table; null for a stream, and where rows match by value. */
  readonly key: readonly string[] | null;
}
