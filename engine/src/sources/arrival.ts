import type { BatchBuilder } from '../columns/builder.js';
import type { RejectRow } from '../codecs/decoder.js';
import type { Schema } from '../columns/schema.js';
import type { Column } from '../columns/column.js';
import type { EventTime } from '../columns/time.js';
import type { Field, TimeUnit } from '../columns/types.js';
import type { Options } from './options.js';

/** One thing that came over a connection, as it came: what live feeds pass on, recordings keep and decoders read. */
export interface Arrival {
  readonly kind: 'message' | 'opened' | 'closed';
  /** When it was received, in whole microseconds since 1970-01-01 UTC. */
  readonly atUs: number;
  /** A message's bytes; the address that was connected to; why a connection was lost, as UTF-8. */
  readonly bytes: Uint8Array;
  /** Whether a message was sent as bytes and not as text; not given: as text. */
  readonly isBinary?: boolean;
}

/** Turns what arrived, in order, into rows. One may give no row, or more than a batch holds: `read` goes on where it stopped. */
export interface ArrivalDecoder {
  /** Whether the last arrival has rows that have not been read. */
  readonly isOpen: boolean;
  /** Begins the next arrival; never called while one is open. The bytes are copied if they are needed later. */
  begin(arrival: Arrival): void;
  /** Reads rows until the arrival ends or the builder is full, or for a turn. The builder may be another one after an arrival's end, with other dictionaries. */
  read(out: BatchBuilder): void;
  /** How many messages it has begun: to be set by a reading that goes on from a bookmark. Given where it keeps nothing else from one arrival to the next. */
  messages?: number;
  /** Makes the marks of rows that come by several ways, each in an order of its own; not given: of one way. */
  rowMarks?(unit: TimeUnit, boundUs: number): RowMarks;
}

/** Gives each row of a batch the mark that is in force after it. */
export interface RowMarks {
  readonly watermark: EventTime;
  /** The marks of so many rows, by their event times. Valid until the next call. */
  marks(times: Column, count: number): Float64Array;
}

/** What a decoder asks of the connection: a message to send (as JSON), or an address whose body is to arrive as a message. */
export type ArrivalRequest = { readonly send: unknown } | { readonly fetch: string };

/** How arrivals are read, registered by name; a source's option `decode` names one. */
export interface ArrivalFormat {
  readonly name: string;
  /** The columns of its rows; null: inferred from the first messages, or declared by the user. */
  fields(options: Options): readonly Field[] | null;
  /** Columns that its rows have behind those that are declared or inferred. */
  more?(options: Options): readonly Field[];
  /** The column that says how many rows are missing before each, where there is one. */
  readonly missing?: string;
  /** How many rows a message that is dropped would have given; not given: one. */
  count?(message: Uint8Array): number;
  /** A message as an object or a list of objects, from which columns are inferred; null where it has none. Not given: it is one. */
  plain?(message: Uint8Array, options: Options): Uint8Array | null;
  /** Whether rows depend on what a server says first on a connection, so that nobody can join one later. */
  readonly fromStart?: boolean;
  /** Whether it looks at what arrives as it comes, before anything is dropped; its rows, bounded in number, wait in it. It only looks on. */
  readonly atOnce?: boolean;
  /** `ask` reaches the connection of a live feed; over a recording nobody listens, since the answers are in it. */
  decoder(
    schema: Schema,
    options: Options,
    reject: RejectRow,
    ask: (request: ArrivalRequest) => void,
  ): ArrivalDecoder;
}
