import type { Schema } from '../columns/schema.js';

/**
 * How rows are told: they only ever come; they may be taken back, by their earlier values; or each takes the place of the one of its key. The last
 * is how a table's input is read (`toTable`), and how changes are told where only a table of the key reads them: no relation has it.
 */
export type ChangelogMode = 'append' | 'retract' | 'upsert';

/** What is known of a plan node's output once its sources' schemas are known. */
export interface Relation {
  readonly schema: Schema;
  /** The event-time column, or null. */
  readonly time: string | null;
  readonly mode: Exclude<ChangelogMode, 'upsert'>;
  /** The columns whose values name one row of a table; null for a stream, and where rows match by value. */
  readonly key: readonly string[] | null;
}
