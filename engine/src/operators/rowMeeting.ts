import type { Batch } from '../columns/batch.js';
import type { MeetingStats } from './meetingStats.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Something about how rows meet: numbers of a key are missing, or one of them came after all. */
export interface MeetingEvent {
  readonly event: 'gap' | 'late';
  /** The row that told it; -1: none did. */
  readonly row: number;
  readonly key: string | null;
  readonly expected: number | bigint;
  readonly got: number | bigint | null;
  readonly missing: number | null;
}

/** What says of rows whether they have come before. */
export interface RowMeeting {
  /** Rows whose numbers are so old that nobody knows any more. */
  old: number;
  /** Rows that have no number or id. */
  unnumbered: number;
  /**
   * Which rows of a batch go on, each as it is in `rows`, from the first; how many they are. `notes`: they have come now. `fresh`: they are live.
   */
  keep(batch: Batch, rows: Int32Array, how: { readonly notes: boolean; readonly live: boolean }): number;
  /** Where what is missing is told; null: nowhere. */
  tell: ((event: MeetingEvent) => void) | null;
  /** What has not come by now. */
  gaps(
    tell: (key: string | null, from: number | bigint, to: number | bigint, count: number) => boolean,
  ): void;
  stats(): Pick<MeetingStats, 'missing' | 'keys'>;
  bytes(): number;
  stateRows(): number;
  snapshot(writer: StateWriter): void;
  restore(reader: StateReader): void;
}
