import { sourceNode } from '../plan/build.js';
import { MillraceError } from '../columns/error.js';
import { made } from './origin.js';
import type { Recording } from './recording.js';
import { recordingNode, recordingPath } from './recordingSource.js';
import type { RecordedOptions } from './recordingSource.js';
import { Stream } from './stream.js';
import { Table } from './table.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import type { AnyRow, RowSchema } from './types.js';

/** Options of a file. */
export interface FileOptions<Row> extends TimeOptions<Row>, RecordedOptions<Row> {
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

function fileNode<Row>(path: string | Recording, options: FileOptions<Row>, clocked: boolean) {
  const recording = recordingPath(path);
  if (recording !== null) {
    const name = options.name ?? nameOf(recording);
    const fields = options.schema?.fields ?? null;
    return recordingNode(recording, options, { name, fields, time: timeSpec(options), clocked });
  }
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
      options: {
        path,
        ...(options.nulls === undefined ? {} : { nulls: options.nulls }),
        ...(options.hash === undefined ? {} : { hash: options.hash }),
      },
      fields: options.schema?.fields ?? null,
      time: timeSpec(options),
      clocked,
    }),
  );
}

/**
 * A file (CSV, NDJSON, Parquet or Arrow) or a recording as a stream that the session clock lets out as its rows' time comes. A recording is read
 * as the live feed was: the same rows, in the same order.
 *
 * @example const trades = replay('trades.parquet', { name: 'trades', time: 'ts', watermark: '2 s' });
 */
export function replay<Row = AnyRow>(path: string | Recording, options: FileOptions<Row> = {}): Stream<Row> {
  return new Stream<Row>(fileNode(path, options, true));
}

/** A file (CSV, NDJSON, Parquet or Arrow) as a table: read whole, whatever the clock says. */
export function read<Row = AnyRow>(path: string | Recording, options: FileOptions<Row> = {}): Table<Row> {
  return new Table<Row>(fileNode(path, options, false));
}
