import { sourceNode } from '../plan/build.js';
import { MillraceError } from '../columns/error.js';
import { made } from './origin.js';
import { Stream } from './stream.js';
import { Table } from './table.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import type { AnyRow, RowSchema } from './types.js';

/** Options of a file. */
export interface FileOptions<Row> extends TimeOptions<Row> {
  /** What messages and the clock call it; not given: the file's name. */
  readonly name?: string;
  /** The columns and their types; not given: inferred from a sample. Then they are enforced. */
  readonly schema?: RowSchema<Row>;
  /** Text that stands for NULL in a CSV, beside nothing at all. */
  readonly nulls?: readonly string[];
}

/** The name of a file without folders and ending. */
function nameOf(path: string): string {
  return (path.split(/[\\/]/).pop() ?? path).replace(/\.[^.]*$/, '') || path;
}

function fileNode<Row>(path: string, options: FileOptions<Row>, clocked: boolean) {
  if (typeof path !== 'string' || path === '') {
    throw new MillraceError(
      'MR1701',
      'a source needs the path of a file.',
      "Write replay('trades.parquet', …).",
    );
  }
  return made(
    sourceNode({
      name: options.name ?? nameOf(path),
      connector: 'file',
      options: options.nulls === undefined ? { path } : { path, nulls: options.nulls },
      fields: options.schema?.fields ?? null,
      time: timeSpec(options),
      clocked,
    }),
  );
}

/**
 * A file (CSV, NDJSON, Parquet or Arrow) as a stream that the session clock lets out as its rows' time comes.
 *
 * @example const trades = replay('trades.parquet', { name: 'trades', time: 'ts', watermark: '2 s' });
 */
export function replay<Row = AnyRow>(path: string, options: FileOptions<Row> = {}): Stream<Row> {
  return new Stream<Row>(fileNode(path, options, true));
}

/** A file (CSV, NDJSON, Parquet or Arrow) as a table: read whole, whatever the clock says. */
export function read<Row = AnyRow>(path: string, options: FileOptions<Row> = {}): Table<Row> {
  return new Table<Row>(fileNode(path, options, false));
}

/** Options of a WebSocket. */
export interface WebSocketOptions<Row> extends TimeOptions<Row> {
  readonly name?: string;
  /** The columns and their types; not given: inferred from the first messages. */
  readonly schema?: RowSchema<Row>;
  /** Messages (as JSON) to send once connected. */
  readonly subscribe?: readonly unknown[];
  /** What to do when rows come faster than they are taken: hold the sender back, or drop and count. */
  readonly whenFull?: 'block' | 'drop';
  /** `'close'`: a clean close by the server is the end of the stream; not given: reconnect. */
  readonly end?: 'close';
}

/**
 * JSON rows from a WebSocket: an object or an array of objects a message. It connects when something looks, and again, with
 * growing pauses, when the connection is lost.
 */
export function webSocket<Row = AnyRow>(url: string, options: WebSocketOptions<Row> = {}): Stream<Row> {
  const { name, schema, subscribe, whenFull, end } = options;
  const connectorOptions: Record<string, unknown> = { url };
  for (const [key, value] of Object.entries({ subscribe, whenFull, end })) {
    if (value !== undefined) connectorOptions[key] = value;
  }
  return new Stream<Row>(
    made(
      sourceNode({
        name: name ?? nameOf(url.replace(/^wss?:\/\//, '')),
        connector: 'webSocket',
        options: connectorOptions,
        fields: schema?.fields ?? null,
        time: timeSpec(options),
        clocked: false,
      }),
    ),
  );
}
