import { textOption, type Options } from '../../sources/options.js';
import { placedSource } from '../../sources/placedSource.js';
import type { OpenSource, SourceConnector, SourceRequest, World } from '../../sources/source.js';
import { localFiles } from '../files/localFiles.js';
import { findPieces } from '../files/pieces.js';
import { openMany } from './manyFiles.js';
import { openPiece } from './onePiece.js';

/**
 * Files of rows: CSV, newline-delimited JSON, Parquet, Arrow IPC (files, streams, Feather version 2); text and Arrow also compressed by gzip or zstd, or in zip archives. One file,
 * several, or all that a pattern matches. Options: those of `findPieces`; `missing` (`error`, `null`), `since`, `scale`,
 * `receivedAt` (the column that rows have their places by); for CSV and JSON those of `inspectCsv` and
 * `inspectNdjson`. A file is read in pieces, so it may be larger than memory.
 */
export const fileConnector: SourceConnector = {
  name: 'file',
  async open(asked, world) {
    const opened = (options: Options): Promise<OpenSource> => openFiles({ ...asked, options }, world);
    const source = await opened(await localFiles(asked.options, world, opened));
    const received = textOption(asked.options, 'receivedAt', '');
    return received === '' ? source : placedSource(source, received);
  },
};

async function openFiles(request: SourceRequest, { directory }: World): Promise<OpenSource> {
  const pieces = await findPieces(request.options, directory);
  const [piece] = pieces;
  if (pieces.length === 1 && piece.partitions.length === 0) {
    return openPiece(piece, request, directory, { added: [], files: 1 });
  }
  return openMany(pieces, request, directory);
}
