import { openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import type { ParquetFile } from 'parquet-wasm/node';
import { readVector } from '../../codecs/arrowVector.js';
import type { ArrowVector } from '../../codecs/arrowVector.js';
import type { BatchBuilder } from '../../columns/builder.js';
import { SourceError } from '../../sources/error.js';
import { fileSize } from '../paths.js';
import { parquetLibrary } from '../parquetLibrary.js';
import type { ParquetLibrary } from '../parquetLibrary.js';
import { WasmBatch } from '../parquetWasm.js';
import { brokenParquet } from './parquetGuard.js';
import type { ChosenColumn } from './parquetRows.js';
import type { TypedColumn } from './typedColumns.js';

/** How many rows the library decodes at once. */
const BATCH_ROWS = 8192;

/** A file that the library has open. */
export interface LibraryParquet {
  readonly file: ParquetFile;
  readonly library: ParquetLibrary;
}

/** Opens a file by the library. */
export async function openByLibrary(directory: string, path: string, label: string): Promise<LibraryParquet> {
  const library = parquetLibrary();
  await fileSize(directory, path);
  try {
    const blob = await openAsBlob(resolve(directory, path));
    return { file: await library.run(() => library.api.ParquetFile.fromFile(blob)), library };
  } catch (error) {
    throw parquetError(library, label, error);
  }
}

/** What went wrong while the library read a file: after an error of its own it is not used any more. */
export function parquetError(library: ParquetLibrary, label: string, error: unknown): unknown {
  if (error instanceof Error && error.name === 'RuntimeError') library.fail(error);
  return error instanceof SourceError ? error : brokenParquet(label, error);
}

/** Lets go of what the library holds, which it cannot after an error of its own. */
export function freeParquet(held: { free(): void }): void {
  try {
    held.free();
  } catch {
    // Its memory goes with the library.
  }
}

/** One reading of a file by the library, a few thousand rows at a time. */
export class LibraryRows {
  readonly #chosen: readonly ChosenColumn[];
  readonly #types: readonly TypedColumn['type'][];
  readonly #names: readonly string[];
  #rows: ReadableStreamDefaultReader | null = null;
  #batch: WasmBatch | null = null;
  #batchAt = 0;
  /** Rows that are to be passed over. */
  #skip: number;

  constructor(
    private readonly opened: LibraryParquet,
    private readonly label: string,
    columns: readonly TypedColumn[],
    chosen: readonly ChosenColumn[],
    private readonly builder: BatchBuilder,
    /** The first row that is wanted. */
    from: number,
  ) {
    this.#skip = from;
    // The library gives columns in the order of the file.
    this.#chosen = [...chosen].sort((a, b) => a.place - b.place);
    this.#types = this.#chosen.map(({ place }) => columns[place].type);
    this.#names = this.#chosen.map(({ place }) => columns[place].name);
  }

  /** Fills the builder with the next rows, up to its limit. */
  async fill(): Promise<void> {
    const { builder } = this;
    while (builder.length < builder.limit) {
      if (this.#batch === null && !(await this.#advance())) return;
      this.#copy(this.#batch as WasmBatch);
    }
  }

  async close(): Promise<void> {
    if (this.#batch !== null) freeParquet(this.#batch);
    this.#batch = null;
    const rows = this.#rows;
    const { library, file } = this.opened;
    // A library that has given up cannot be told to stop.
    if (rows !== null) await library.run(() => rows.cancel()).catch(() => undefined);
    freeParquet(file);
  }

  async #advance(): Promise<boolean> {
    const { library } = this.opened;
    try {
      this.#rows ??= await this.#stream();
      if (this.#rows === null) return false;
      const rows = this.#rows;
      const { done, value } = await library.run(() => rows.read());
      if (done) return false;
      this.#batch = new WasmBatch(value, library.memory, this.#types);
      this.#batchAt = Math.min(this.#skip, this.#batch.length);
      this.#skip -= this.#batchAt;
      return true;
    } catch (error) {
      throw parquetError(library, this.label, error);
    }
  }

  /** The batches of the groups from that on which has the first row that is wanted; null where there is none. An offset would be counted in each group anew. */
  async #stream(): Promise<ReadableStreamDefaultReader | null> {
    const { file, library } = this.opened;
    const groups = file.metadata().rowGroups();
    let first = 0;
    for (; first < groups.length && groups[first].numRows() <= this.#skip; first++) {
      this.#skip -= groups[first].numRows();
    }
    for (const group of groups) group.free();
    const rowGroups = groups.map((_, i) => i).slice(first);
    if (rowGroups.length === 0) return null;
    const options = { batchSize: BATCH_ROWS, columns: [...this.#names], rowGroups };
    return (await library.run(() => file.stream(options))).getReader();
  }

  /** Copies as many rows of the library's batch as the builder takes. */
  #copy(batch: WasmBatch): void {
    const { builder } = this;
    const count = Math.min(builder.limit - builder.length, batch.length - this.#batchAt);
    const vectors = batch.vectors();
    this.#chosen.forEach(({ column }, i) => {
      readVector(vectors[i] as ArrowVector, this.#batchAt, count, builder.columns[column], builder.length);
    });
    builder.length += count;
    this.#batchAt += count;
    if (this.#batchAt === batch.length) {
      freeParquet(batch);
      this.#batch = null;
    }
  }
}
