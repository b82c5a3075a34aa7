import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { World } from '../sources/source.js';

/** Somewhere rows go. A batch that could not be written (`TransientSinkError`) is given again, whole, until it is. */
export interface OpenSink {
  /** Resolves once the sink has the rows. Their buffers are the sink's to read until then. */
  write(batch: Batch): Promise<void>;
  /**
   * The same for several batches at once, which a sink that pays for each call is given in place of `write`: all of them are written, or none.
   * `position` counts the rows of this write that came before them, so that a sink can tell what it has already.
   */
  writeAll?(batches: readonly Batch[], position: number): Promise<void>;
  /** How many rows of an earlier run of the same write it holds: so many are not given to it again. */
  readonly position?: number;
  /** Bytes written so far. */
  readonly bytes?: number;
  /** What else it counts, by name, such as clients that were too slow. */
  counts?(): Readonly<Record<string, number>>;
  /** The write is to end: what is under way is not to wait for anybody any more. */
  stopping?(): void;
  /** Flushes and makes what was written durable; returns what it wrote. */
  finish(): Promise<{ readonly rows: number; readonly bytes: number }>;
  /** Gives up, for a reason or since nobody wants it any more: nothing half-written is left where a reader would find it. */
  abort(reason?: unknown): Promise<void>;
}

/** What a sink may want to know of the rows that it is going to get. */
export interface SinkRequest {
  /** The columns whose values name one row; null: there are none, or they are not known. */
  readonly key: readonly string[] | null;
  /** Whether batches say what a row does (`kinds`), instead of rows that only come. */
  readonly changes: boolean;
  /** Whether the input may go on for ever. */
  readonly live: boolean;
}

/** Where bytes go that are to become a file. */
export interface ByteTarget {
  /** Bytes written so far. */
  readonly bytes: number;
  /** Resolves once there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/** A kind of sink, registered by name; options are plain data. */
export interface SinkConnector {
  readonly name: string;
  /** Whether it can apply changes (`RowKind`). One that cannot gets them as rows, with a column that says the kind. */
  readonly takesChanges?: (options: Readonly<Record<string, unknown>>) => boolean;
  /** Whether it is there for others until it is stopped, past the end of its input. It then goes with the session clock. */
  readonly stays?: boolean;
  /** So many rows and bytes may wait for it before its sources have to; not given: 65,536 and 64 MB. */
  readonly mostWaiting?: { readonly rows: number; readonly bytes: number };
  /** Of a kind of file: writes it somewhere else than to a file. */
  readonly openTo?: (
    schema: Schema,
    options: Readonly<Record<string, unknown>>,
    target: ByteTarget,
  ) => Promise<OpenSink>;
  open(
    schema: Schema,
    options: Readonly<Record<string, unknown>>,
    world: World,
    request?: SinkRequest,
  ): Promise<OpenSink>;
}
