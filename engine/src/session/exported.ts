import type { InputSpec, InputValue, ViewDescription } from '@millrace/protocol';
import type { PackedColumn } from '../codecs/packedColumns.js';
import type { PackedNumbers } from '../codecs/packedNumbers.js';
import type { EventTime } from '../columns/time.js';
import type { Field } from '../columns/types.js';

/** The rows of a source as they were read, each with the watermark after it. Its numbers stand in the recording of the same place. */
export interface ExportedSource {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rows: number;
  readonly columns: readonly PackedColumn[];
  /** Null: the rows have no event time, or their marks are the highest event time so far less the bound. */
  readonly marks: PackedNumbers | null;
  readonly places: PackedNumbers | null;
  /** The watermark before the first row; null: there was none. */
  readonly before: EventTime | null;
  readonly boundUs: number;
  /** Rows that could not be read. */
  readonly rejected: number;
}

/** A view as it can run again: its plan over the exported sources as JSON, and which of these it reads. */
export interface ExportedView {
  readonly viewId: string;
  readonly plan: string;
  readonly view: ViewDescription;
  readonly sources: readonly number[];
}

/** Views of a session, with what they read: plain data. */
export interface ExportedSession {
  readonly views: readonly ExportedView[];
  /** Views that cannot run elsewhere, and why: a sentence. */
  readonly refused: readonly { readonly viewId: string; readonly reason: string }[];
  readonly sources: readonly ExportedSource[];
  readonly inputs: readonly { readonly name: string; readonly spec: InputSpec; readonly value: InputValue }[];
}

/** The connector of exported rows, and its option: the place of the source. */
export const EXPORTED = 'exported';

/** An exported session, and the bytes of its sources: of each what stands at its place. */
export interface ExportReply {
  readonly session: ExportedSession;
  readonly recordings: readonly Uint8Array[];
}
