import { extname } from 'node:path';
import { inspectCsv } from '../../sources/csvText.js';
import { SourceError } from '../../sources/error.js';
import { openLines } from '../../sources/lineSource.js';
import { inspectNdjson } from '../../sources/ndjsonText.js';
import { choiceOption, textOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import type { SourceConnector } from '../../sources/source.js';
import { fileInput } from '../fileInput.js';
import { openArrow } from './arrow.js';
import { openParquet } from './parquet.js';

const FORMATS = ['csv', 'ndjson', 'parquet', 'arrow'] as const;
type Format = (typeof FORMATS)[number];

const BY_EXTENSION: Record<string, Format> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'ndjson',
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
};

/**
 * Files of rows: CSV, newline-delimited JSON, Parquet, Arrow IPC (files, streams, Feather version 2). Options: `path`; `format` (found by the file's extension); for CSV and JSON
 * those of `inspectCsv` and `inspectNdjson`. A file is read in pieces, so it may be larger than memory.
 */
export const fileConnector: SourceConnector = {
  name: 'file',
  async open(request, world) {
    const path = textOption(request.options, 'path', '');
    const format = formatOf(path, request.options);
    if (format === 'parquet') return openParquet(request, world.directory, path);
    if (format === 'arrow') return openArrow(request, world.directory, path);
    const inspect = format === 'csv' ? inspectCsv : inspectNdjson;
    return openLines(inspect, () => fileInput(world.directory, path), request);
  },
};

function formatOf(path: string, options: Options): Format {
  const extension = extname(path).toLowerCase();
  const found = BY_EXTENSION[extension];
  if (found === undefined && options.format === undefined) {
    throw new SourceError(
      'MR3204',
      `the extension of '${path}' names no format that can be read.`,
      "Say which it is: { format: 'csv' }, 'ndjson', 'parquet' or 'arrow'.",
    );
  }
  return choiceOption(options, 'format', FORMATS, found);
}
