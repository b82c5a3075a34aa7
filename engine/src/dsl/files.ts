/** Where `writeTo` writes. */
export interface FileSink {
  readonly sink: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const to = (sink: string, path: string): FileSink => ({ sink, options: { path } });

/** Files to write: `await t.writeTo(file.parquet('trades.parquet'))`. A file appears whole, or not at all. */
export const file = {
  /** Apache Parquet, compressed, in row groups. */
  parquet: (path: string): FileSink => to('parquet', path),
  /** Comma-separated values with a header. */
  csv: (path: string): FileSink => to('csv', path),
  /** One JSON object a line. */
  ndjson: (path: string): FileSink => to('ndjson', path),
};
