import { sourceNode } from '../plan/build.js';
import { MillraceError } from '../columns/error.js';
import { parseDate } from '../columns/iso.js';
import { zoneOf } from '../columns/zone.js';
import { made } from './origin.js';
import type { FileRow, KnownFileOptions } from './knownFiles.js';
import type { Recording } from './recording.js';
import { recordingNode, recordingPath } from './recordingSource.js';
import type { RecordedOptions } from './recordingSource.js';
import { Stream } from './stream.js';
import { Table } from './table.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import type { AnyRow, RowSchema } from './types.js';

/** A time that is counted from the midnight of a day, as a zone's clocks show it: milliseconds since midnight in New York. */
export interface TimeSinceMidnight<Row> {
  /** The column that counts; it becomes a timestamp of the unit. */
  readonly column: keyof NoInfer<Row> & string;
  /** The day, `'2013-10-08'`; `'name'`: the day that the name of each file has in it, as `20131008` or `2013-10-08`. */
  readonly since: string;
  /** What is counted; not given: milliseconds. */
  readonly unit?: 's' | 'ms' | 'us' | 'ns';
  /** The zone of the clocks; not given: UTC. */
  readonly zone?: string;
}

/** Options of files. */
export interface FileOptions<Row> extends Omit<TimeOptions<Row>, 'time'>, RecordedOptions<Row> {
  /** What messages and the clock call it; not given: the file's name. */
  readonly name?: string;
  /** The timestamp column that is the rows' event time, or one that counts from midnight. */
  readonly time?: (keyof NoInfer<Row> & string) | TimeSinceMidnight<Row>;
  /** The columns and their types; not given: inferred from a sample. Then they are enforced. */
  readonly schema?: RowSchema<Row>;
  /** Not given: by the extension, behind which `.gz` or `.zst` may stand. Whether a file is compressed is seen from its first bytes. */
  readonly format?: 'csv' | 'ndjson' | 'parquet' | 'arrow';
  /** Columns that are stored as multiples of what they mean, with the multiplier: `{ price: 10_000 }` divides by ten thousand. They become float64, decimals stay decimals. */
  readonly scale?: { readonly [Name in keyof NoInfer<Row> & string]?: number };
  /** Of a zip archive the files to read: a name, or a pattern; not given: all files of rows. */
  readonly member?: string;
  /** A column that one of several files does not have: an error, or NULL. Not given: an error. */
  readonly missing?: 'error' | 'null';
  /** Whether folders such as `date=2024-03-08` are columns. Not given: they are. */
  readonly partitions?: boolean;
  /** How many times its size a compressed file may unpack to, past the first 16 MB; not given: 200. */
  readonly maxRatio?: number;
  /** Whether the first line of a CSV names its columns; not given: it does, unless `columns` do. */
  readonly header?: boolean;
  /** The names of a CSV's columns, in their order. */
  readonly columns?: readonly string[];
  /** The character between the fields of a CSV; not given: found in its first line. */
  readonly delimiter?: string;
  /** The character around fields that have delimiters in them; not given: `"`. An empty text: there is none. */
  readonly quote?: string;
  /** The character before a number's fraction; not given: a point. */
  readonly decimal?: '.' | ',';
  /** The character that lines begin with which are no rows, e.g. `#`; not given: there are none. */
  readonly comment?: string;
  /** How many lines before the header of a CSV are passed over. */
  readonly skip?: number;
  /** Text that stands for NULL in a CSV, beside nothing at all. Not given: NA, N/A, NULL and null, in columns that are not text. */
  readonly nulls?: readonly string[];
}

/** The options that are the connector's own. */
const OPTIONS = [
  'format',
  'scale',
  'member',
  'missing',
  'partitions',
  'maxRatio',
  'header',
  'columns',
  'delimiter',
  'quote',
  'decimal',
  'comment',
  'skip',
  'nulls',
  'receivedAt',
  'hash',
  'maxBytes',
] as const;

/** The name of a file without folders and endings; of a pattern that of the last folder which is none. */
export function nameOf(path: string): string {
  const parts = path.split(/[\\/]/);
  const plain = parts.filter(part => !/[*?[\]{}=]/.test(part) && part !== '' && !part.startsWith('.'));
  const last = plain.pop() ?? path;
  return last.replace(/\.(?:gz|gzip|zst|zstd)$/i, '').replace(/\.[^.]*$/, '') || last;
}

type Files = string | readonly string[] | Recording;

function fileNode<Row>(files: Files, options: FileOptions<Row>, clocked: boolean) {
  const recording = recordingPath(files);
  if (recording !== null) {
    const name = options.name ?? nameOf(recording);
    return recordingNode(recording, options, { name, fields: options.schema?.fields ?? null, clocked });
  }
  const paths = typeof files === 'string' ? [files] : files;
  if (
    !Array.isArray(paths) ||
    paths.length === 0 ||
    paths.some(path => typeof path !== 'string' || path === '')
  ) {
    throw new MillraceError(
      'MR1701',
      'a source needs the path of a file.',
      "Write replay('trades.parquet', …), or a pattern or a list: ['monday.csv', 'tuesday.csv'].",
    );
  }
  const { time, ...rest } = options;
  const isCounted = typeof time === 'object';
  const timed = isCounted ? { ...rest, time: time.column } : { ...rest, time };
  const connector: Record<string, unknown> = paths.length === 1 ? { path: paths[0] } : { paths };
  for (const key of OPTIONS) if (options[key] !== undefined) connector[key] = options[key];
  if (isCounted) connector.since = sinceOf(time);
  return made(
    sourceNode({
      name: options.name ?? nameOf(paths[0]),
      connector: 'file',
      options: connector,
      fields: options.schema?.fields ?? null,
      time: timeSpec(timed as TimeOptions<Record<string, unknown>>),
      clocked,
    }),
  );
}

function sinceOf<Row>({ column, since, unit = 'ms', zone = 'UTC' }: TimeSinceMidnight<Row>) {
  if (typeof since !== 'string' || (since !== 'name' && parseDate(since) === null)) {
    throw new MillraceError(
      'MR1702',
      `'${String(since)}' is no day that a time could be counted from.`,
      "Write since: '2013-10-08', or since: 'name' where the files' names have the day in them.",
    );
  }
  zoneOf(zone);
  return { column, day: since, unit, zone };
}

/**
 * Files (CSV, NDJSON, Parquet or Arrow; also compressed by gzip or zstd, or in zip archives) as a stream that the session clock lets out as its rows' time comes. A
 * path, a pattern (`'data/*.csv'`, `**`), a folder, or a list of these: several files are one stream, in the order of their rows' time. A recording (`.mrec`) is read as
 * the live feed was: the same rows, in the same order.
 *
 * @example
 * const trades = replay('trades.parquet', { name: 'trades', time: 'ts', watermark: '2 s' });
 * const days = replay('trades/date=*\/*.parquet', { time: 'ts' });
 * @throws MillraceError `MR1701` for no path, `MR1702` for a time since no day, `MR1004` for an unknown zone; when it is read, `MR3701` to `MR3715` for
 * what is wrong with the files
 */
export function replay<Row = AnyRow, const Path extends Files = Files>(
  files: Path,
  options?: FileOptions<Row> & KnownFileOptions<NoInfer<Row>, Path>,
): Stream<FileRow<Row, Path>> {
  return new Stream(fileNode<Row>(files, options ?? {}, true));
}

/**
 * Files as a table: read whole, whatever the clock says. Options and errors are those of `replay`.
 *
 * @example const quotes = read('quotes.zip', { member: '2024-03-*.csv' });
 */
export function read<Row = AnyRow, const Path extends Files = Files>(
  files: Path,
  options?: FileOptions<Row> & KnownFileOptions<NoInfer<Row>, Path>,
): Table<FileRow<Row, Path>> {
  return new Table(fileNode<Row>(files, options ?? {}, false));
}
