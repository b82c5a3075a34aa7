import type { HeavyKey } from './mapReduceTasks.js';

/** What a mapReduce has done. */
export interface ShuffleStats {
  /** The threads that it ran in; 0: the engine's own. */
  readonly threads: number;
  readonly rows: number;
  /** Pairs that the map gave. */
  readonly pairs: number;
  /** Pairs that were left of them after the combiner, which went to the partitions. */
  readonly combined: number;
  readonly partitions: readonly {
    readonly keys: number;
    readonly pairs: number;
    /** Bytes that were sent to it, roughly. */
    readonly bytes: number;
  }[];
  /** The pairs of the largest partition over those of the mean one; null before there are any. */
  readonly skew: number | null;
  /** The keys with most pairs, before the combiner. */
  readonly heaviest: readonly HeavyKey[];
}
