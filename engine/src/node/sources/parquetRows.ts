import { parquetType } from '../../codecs/parquet/columnType.js';
import type { ParquetType } from '../../codecs/parquet/columnType.js';
import { MOST_ROWS } from '../../codecs/parquet/dataPage.js';
import type { DataPage } from '../../codecs/parquet/dataPage.js';
import { readParquetFooter } from '../../codecs/parquet/footer.js';
import type { ParquetElement, ParquetFooter } from '../../codecs/parquet/footer.js';
import type { BatchBuilder, ColumnBuilder } from '../../columns/builder.js';
import { readBytes } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { ParquetColumn, readsChunk } from './parquetColumn.js';
import { typedColumn } from './typedColumns.js';
import type { TypedColumn } from './typedColumns.js';

/** How much of a file is read at once for a column, and for all together. */
const MOST_AHEAD = 1 << 20;
const LEAST_AHEAD = 16 << 10;
const ALL_AHEAD = 32 << 20;

/** A Parquet file that is read without the library: all of its columns are flat, and of types that are known here. */
export interface FlatParquet {
  readonly footer: ParquetFooter;
  readonly columns: readonly FlatColumn[];
}

/** A column of such a file. */
export interface FlatColumn extends TypedColumn {
  readonly element: ParquetElement;
  readonly parquet: ParquetType;
}

/** What a file's footer says, where this reader knows all of it; null: the library is needed. The guard has seen the footer. */
export async function flatParquet(input: ByteInput): Promise<FlatParquet | null> {
  const tail = await readBytes(input, input.size - 8, 4);
  const length = new DataView(tail.buffer).getUint32(0, true);
  const bytes = await readBytes(input, input.size - 8 - length, length);
  const footer = readParquetFooter(bytes.subarray(0, length));
  if (footer.columns === null) return null;
  const hints = footer.arrowSchema === null ? null : await arrowColumns(footer.arrowSchema);
  if (hints !== null && hints.length !== footer.columns.length) return null;
  const columns: FlatColumn[] = [];
  for (const [i, element] of footer.columns.entries()) {
    const hint = hints?.[i];
    const parquet =
      hint !== undefined && hint.name !== element.name ? undefined : parquetType(element, hint?.type);
    if (parquet === undefined) return null;
    columns.push({ name: element.name, nullable: element.nullable, type: parquet.type, element, parquet });
  }
  const fits = footer.groups.every(
    ({ rows, chunks }) =>
      chunks.length === columns.length &&
      chunks.every((chunk, i) => columns[i].type === null || (readsChunk(chunk) && chunk.values === rows)),
  );
  const rows = footer.groups.reduce((sum, group) => sum + group.rows, 0);
  return fits && rows === footer.rows ? { footer, columns } : null;
}

/** The columns as they were in Arrow; none where that cannot be told. */
async function arrowColumns(message: Uint8Array): Promise<readonly TypedColumn[]> {
  const { tableFromIPC } = await import('@uwdata/flechette');
  try {
    return tableFromIPC(message).schema.fields.map(typedColumn);
  } catch {
    return [];
  }
}

/** Which of a file's columns goes to which column of the batches. */
export interface ChosenColumn {
  readonly place: number;
  readonly column: number;
}

/** One reading of such a file: it holds a page of each column that is read, whatever the file's size. */
export class FlatRows {
  readonly #columns: readonly {
    readonly place: number;
    readonly pages: ParquetColumn;
    readonly to: ColumnBuilder;
  }[];
  #group = -1;
  /** Rows that are left of the group at hand, and that are to be passed over before the next ones. */
  #left = 0;
  #skip: number;

  constructor(
    input: ByteInput,
    private readonly file: FlatParquet,
    chosen: readonly ChosenColumn[],
    private readonly builder: BatchBuilder,
    /** The first row that is wanted. */
    from: number,
  ) {
    const ahead = Math.max(
      LEAST_AHEAD,
      Math.min(MOST_AHEAD, Math.floor(ALL_AHEAD / Math.max(1, chosen.length))),
    );
    this.#columns = chosen.map(({ place, column }) => {
      const { parquet, nullable } = file.columns[place];
      const to = builder.columns[column];
      return { place, to, pages: new ParquetColumn(input, parquet, nullable, to, ahead) };
    });
    this.#skip = from;
  }

  /** Fills the builder with the next rows, up to its limit. */
  async fill(): Promise<void> {
    const { builder } = this;
    while (builder.length < builder.limit) {
      if (this.#left === 0 && !this.#nextGroup()) return;
      let count = Math.min(builder.limit - builder.length, this.#left, MOST_ROWS);
      for (const { pages } of this.#columns) {
        if (pages.page === null || pages.page.left === 0) await pages.load(this.#skip);
        count = Math.min(count, (pages.page as DataPage).left);
      }
      this.#skip = 0;
      for (const { pages, to } of this.#columns) (pages.page as DataPage).read(count, to, builder.length);
      this.#left -= count;
      builder.length += count;
    }
  }

  /** Begins the next group that has rows behind those that are passed over; false at the end. */
  #nextGroup(): boolean {
    for (;;) {
      const group = this.file.footer.groups.at(++this.#group);
      if (group === undefined || this.#group < 0) return false;
      if (group.rows <= this.#skip) {
        this.#skip -= group.rows;
        continue;
      }
      this.#left = group.rows - this.#skip;
      for (const { place, pages } of this.#columns) pages.begin(group.chunks[place]);
      return true;
    }
  }
}
