import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { GroupedCells } from './grouped.js';

/** The queues that a loop reads and writes (`operators/keyRing.ts`). */
export interface RollingRing {
  readonly meta: Int32Array;
  readonly lanes: readonly Lane[];
  grow(key: number): void;
}

/** What a rolling loop works on. The state's slots are the groups' numbers. */
export interface RollingHost {
  readonly state: GroupedCells;
  readonly history: RollingRing | null;
  readonly range: RollingRing | null;
  /** A queue for each `deque` column, by column. */
  readonly deques: readonly (RollingRing | null)[];
  /** How many rows each key has had, where a queue counts by them. */
  readonly counts: Float64Array;
  /** Where each column's values go, and whether they are not NULL. */
  readonly data: readonly Lane[];
  readonly valid: readonly Uint8Array[];
  /** The dictionary of strings that aggregates make anew, by column. */
  readonly made: readonly (Dictionary | null)[];
  /** Takes a value that the fast lane cannot hold; the column is wide from then on. */
  exact(column: number, row: number, value: bigint): void;
}
