import type { PlanNode } from '../plan.js';

/** What a table keeps: rows of the last so many microseconds of event time, and at most so many rows and bytes. */
export interface Retention {
  readonly lastUs: number | null;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** A stream's recent rows as a table; or another retention for a table. Evicted rows are counted, never retracted. */
export interface KeepNode {
  readonly kind: 'keep';
  readonly input: PlanNode;
  readonly retention: Retention;
}
