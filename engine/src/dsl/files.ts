import type { DurationText } from '../columns/duration.js';

/** Where `writeTo` writes. */
export interface FileSink {
  readonly sink: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What is written of a table that changes where `writeTo` is told nothing (final rows). */
  readonly emit?: 'final' | 'changes';
}

/** How files are written. */
export interface FileSinkOptions {
  /**
   * When the next file begins: after a duration, or so many rows. `trades.csv` becomes `trades-20260105T093000Z-1.csv` and so on, each of which appears when
   * it is complete; they are cut between batches.
   */
  readonly every?: DurationText | number;
}

/** How CSV is written. */
export interface CsvFileOptions extends FileSinkOptions {
  /**
   * Whether a text that a spreadsheet would take for a formula gets an apostrophe in front (true). What reads the file with Millrace takes it away
   * again; `false` writes every text as it is.
   */
  readonly formulaGuard?: boolean;
}

const to = (sink: string, path: string, options: object): FileSink => ({
  sink,
  options: { path, ...options },
});

/**
 * Files to write: `await t.writeTo(file.parquet('trades.parquet'))`. A file appears whole, or not at all; a live write grows under the name with
 * `.partial` at the end until it is stopped. Relative paths stay below the notebook's folder.
 */
export const file = {
  /** Apache Parquet, compressed, in row groups. */
  parquet: (path: string, options: FileSinkOptions = {}): FileSink => to('parquet', path, options),
  /** Comma-separated values with a header; with `.gz` at the end of its name, compressed. */
  csv: (path: string, options: CsvFileOptions = {}): FileSink => to('csv', path, options),
  /** One JSON object a line; with `.gz` at the end of its name, compressed. */
  ndjson: (path: string, options: FileSinkOptions = {}): FileSink => to('ndjson', path, options),
  /** An Arrow IPC file, which other programs map into memory. */
  arrow: (path: string, options: FileSinkOptions = {}): FileSink => to('arrow', path, options),
};
