import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { World } from '../sources/source.js';

/** Somewhere rows go. Appends only, for now: a table is written when it is final. */
export interface OpenSink {
  write(batch: Batch): Promise<void>;
  /** Flushes and makes what was written durable; returns what it wrote. */
  finish(): Promise<{ readonly rows: number; readonly bytes: number }>;
  /** Gives up: nothing half-written is left where a reader would find it. */
  abort(): Promise<void>;
}

/** A kind of sink, registered by name; options are plain data. */
export interface SinkConnector {
  readonly name: string;
  open(schema: Schema, options: Readonly<Record<string, unknown>>, world: World): Promise<OpenSink>;
}
