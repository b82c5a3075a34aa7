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
export function nameOf(path: string): string {
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
