/** Where `writeTo` writes. */
export interface FileSink {
  readonly sink: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What is written of a table that changes where `writeTo` is told nothing (final rows). */
  readonly emit?: 'final' | 'changes';
}

/** How CSV is written. */
export interface CsvFileOptions {
  /**
   * Whether a text that a spreadsheet would take for a formula gets an apostrophe in front (true). What reads the file with Millrace takes it away
   * again; `false` writes every text as it is.
   */
  readonly formulaGuard?: boolean;
}

const to = (sink: string, path: string, options: object = {}): FileSink => ({
  sink,
  options: { path, ...options },
});

/** Files to write: `await t.writeTo(file.parquet('trades.parquet'))`. A file appears whole, or not at all. */
export const file = {
  /** Apache Parquet, compressed, in row groups. */
  parquet: (path: string): FileSink => to('parquet', path),
  /** Comma-separated values with a header; with `.gz` at the end of its name, compressed. */
  csv: (path: string, options: CsvFileOptions = {}): FileSink => to('csv', path, options),
  /** One JSON object a line; with `.gz` at the end of its name, compressed. */
  ndjson: (path: string): FileSink => to('ndjson', path),
  /** An Arrow IPC file, which other programs map into memory. */
  arrow: (path: string): FileSink => to('arrow', path),
};
