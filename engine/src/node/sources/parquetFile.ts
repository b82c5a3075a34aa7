import type { BatchBuilder } from '../../columns/builder.js';
import { MillraceError } from '../../columns/error.js';
import type { TimeUnit } from '../../columns/types.js';
import type { ByteInput } from '../../sources/bytes.js';
import { parquetColumns } from '../parquetWasm.js';
import type { SourcePiece } from '../../sources/source.js';
import { parquetPieces } from './parquetPieces.js';
import { brokenParquet } from './parquetGuard.js';
import { freeParquet, LibraryRows, openByLibrary, parquetError } from './parquetLibraryRows.js';
import type { LibraryParquet } from './parquetLibraryRows.js';
import { FlatRows, flatParquet } from './parquetRows.js';
import type { ChosenColumn, FlatParquet } from './parquetRows.js';
import type { TypedColumn } from './typedColumns.js';

/** Where a Parquet file is. */
export interface ParquetPlace {
  readonly directory: string;
  readonly path: string;
  readonly label: string;
  readonly open: () => Promise<ByteInput>;
}

/** One reading: rows go to the builder that it was made with. */
export interface ParquetRows {
  /** Fills the builder with the next rows, some of those that it takes; none at the end. */
  fill(): Promise<void>;
  close(): Promise<void>;
}

/** A Parquet file whose footer has been read: by our own reader where it knows all that is in it, else by the library. */
export interface ParquetFile {
  readonly label: string;
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
  /** How its rows lie over the times of a column, as its statistics have it; not given: nothing is known of that. */
  pieces?(place: number, unit: TimeUnit): readonly SourcePiece[];
  /** A reading from a row on: of the bytes that are open, which stay so, or of the file. */
  read(
    chosen: readonly ChosenColumn[],
    builder: BatchBuilder,
    from: number,
    opened?: ByteInput,
  ): Promise<ParquetRows>;
  /** What went wrong, as an error that says so. */
  error(cause: unknown): unknown;
}

/** Looks at a file's footer, among its bytes. Error `MR3205` (no Parquet). */
export async function openParquetFile(
  place: ParquetPlace,
  input: ByteInput,
  byLibrary: boolean,
): Promise<ParquetFile> {
  let flat: FlatParquet | null = null;
  try {
    flat = byLibrary ? null : await flatParquet(input);
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    // What this reader cannot make out the library may.
  }
  return flat === null ? libraryFile(place) : flatFile(place, flat);
}

function flatFile({ label, open }: ParquetPlace, flat: FlatParquet): ParquetFile {
  const error = (cause: unknown) => (cause instanceof MillraceError ? cause : brokenParquet(label, cause));
  return {
    label,
    rows: flat.footer.rows,
    columns: flat.columns,
    error,
    pieces: (at, unit) => parquetPieces(flat, at, unit),
    async read(chosen, builder, from, opened) {
      const input = opened ?? (await open());
      const rows = new FlatRows(input, flat, chosen, builder, from);
      return {
        async fill() {
          try {
            await rows.fill();
          } catch (cause) {
            throw error(cause);
          }
        },
        close: () => (opened === undefined ? input.close() : Promise.resolve()),
      };
    },
  };
}

async function libraryFile({ directory, path, label }: ParquetPlace): Promise<ParquetFile> {
  const open = (): Promise<LibraryParquet> => openByLibrary(directory, path, label);
  const opened = await open();
  const { library, file } = opened;
  const error = (cause: unknown) => parquetError(library, label, cause);
  try {
    const columns = await parquetColumns(file);
    return {
      label,
      rows: file.metadata().fileMetadata().numRows(),
      columns,
      error,
      read: async (chosen, builder, from) =>
        new LibraryRows(await open(), label, columns, chosen, builder, from),
    };
  } catch (cause) {
    throw error(cause);
  } finally {
    freeParquet(file);
  }
}
