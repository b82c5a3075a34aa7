import type { Column } from './column.js';
import type { Schema } from './schema.js';
import type { EventTime } from './time.js';

/** What a row does to the table that the changelog keeps: Flink's row kinds, in Flink's short form. */
export const RowKind = {
  /** `+I` a new row. */
  Insert: 0,
  /** `-U` takes back the earlier value of a row that the next `+U` replaces. */
  UpdateBefore: 1,
  /** `+U` the new value of a row. */
  UpdateAfter: 2,
  /** `-D` takes a row away. */
  Delete: 3,
} as const;
export type RowKind = (typeof RowKind)[keyof typeof RowKind];

/** The short names of the row kinds, by value. */
export const ROW_KIND_NAMES = ['+I', '-U', '+U', '-D'] as const;

/**
 * What flows between operators: `length` rows as columns.
 *
 * Buffers belong to the sender and may be used again once `process` returns: a receiver copies what it keeps. Lanes may
 * be longer than `length`.
 */
export interface Batch {
  readonly schema: Schema;
  readonly length: number;
  readonly columns: readonly Column[];
  /** A `RowKind` a row; null means that every row is an insert. */
  readonly kinds: Uint8Array | null;
  /**
   * The watermark after each row, as the sources' bounds say, in event time; never falls. Operators close windows and
   * judge lateness by it, so the outcome does not depend on how rows were cut into batches. Null where the rows have no event time.
   */
  readonly marks: Float64Array | null;
  /**
   * When each row was received, as it was recorded: the latest time so far, in microseconds; never falls. By these, several recordings are put into one order;
   * without them by event time. Rows as a source gives them have places, and those of them that are chosen or given other columns.
   */
  readonly places?: Float64Array;
  /** The watermark after the last row. A batch of no rows carries a watermark alone. */
  readonly watermark: EventTime;
}
