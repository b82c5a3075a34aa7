import type { FFIData, ParquetFile, RecordBatch } from 'parquet-wasm/node';
import type { ArrowType, ArrowVector } from '../codecs/arrowVector.js';
import { parquetLibrary } from './parquetLibrary.js';
import { typedColumn } from './sources/typedColumns.js';
import type { TypedColumn } from './sources/typedColumns.js';

/** The functions of the Parquet library, for what writes such files. */
export function parquetWasm() {
  return Promise.resolve(parquetLibrary().api);
}

/** The memory of a WebAssembly module; the buffer is another one after it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A record batch of the Parquet library whose arrays are read where they lie, in its WebAssembly memory. */
export class WasmBatch {
  readonly length: number;
  readonly #ffi: FFIData;

  constructor(
    private readonly batch: RecordBatch,
    private readonly memory: WasmMemory,
    /** The type of each column, null for those that are not read. */
    private readonly types: readonly (ArrowType | null)[],
  ) {
    this.#ffi = batch.toFFI();
    this.length = Number(this.#view().getBigInt64(this.#ffi.arrayAddr(), true));
  }

  /** The columns, valid until the library is called again: its memory may move when it grows. */
  vectors(): (ArrowVector | null)[] {
    const view = this.#view();
    const children = view.getUint32(this.#ffi.arrayAddr() + CHILDREN, true);
    return this.types.map((type, i) =>
      type === null ? null : vectorAt(view, view.getUint32(children + 4 * i, true), type),
    );
  }

  free(): void {
    this.#ffi.free();
    this.batch.free();
  }

  #view(): DataView {
    return new DataView(this.memory.buffer);
  }
}

// The C data interface's ArrowArray with pointers of 32 bits: five int64, then pointers.
const NULL_COUNT = 8;
const OFFSET = 16;
const BUFFER_COUNT = 24;
const BUFFERS = 40;
const CHILDREN = 44;
const DICTIONARY = 48;

function vectorAt(view: DataView, address: number, type: ArrowType): ArrowVector {
  const memory = view.buffer;
  const offset = Number(view.getBigInt64(address + OFFSET, true));
  const length = Number(view.getBigInt64(address, true));
  const buffers = view.getUint32(address + BUFFERS, true);
  const buffer = (i: number) => view.getUint32(buffers + 4 * i, true);
  const nulls = view.getBigInt64(address + NULL_COUNT, true);
  const children = view.getUint32(address + CHILDREN, true);
  const hasOffsets = type.layout === 'list' || type.layout === 'largeList' || type.layout === 'map';
  const isText = type.indexes === null && (type.layout === 'utf8' || type.layout === 'largeUtf8');
  const dictionary = view.getUint32(address + DICTIONARY, true);
  return {
    type,
    offset,
    length,
    memory,
    validity: nulls === 0n || buffer(0) === 0 ? null : new Uint8Array(memory, buffer(0)),
    values: isText ? buffer(2) : isNested(type) ? 0 : buffer(1),
    offsets: isText || hasOffsets ? buffer(1) : 0,
    pieces:
      type.layout === 'utf8View'
        ? Array.from({ length: Number(view.getBigInt64(address + BUFFER_COUNT, true)) - 3 }, (_, i) =>
            buffer(i + 2),
          )
        : [],
    children: type.children.map((child, i) => vectorAt(view, view.getUint32(children + 4 * i, true), child)),
    dictionary:
      type.indexes === null || dictionary === 0
        ? null
        : vectorAt(view, dictionary, { ...type, indexes: null }),
  };
}

function isNested(type: ArrowType): boolean {
  return type.children.length > 0;
}

/** The columns of an open Parquet file. */
export async function parquetColumns(file: ParquetFile): Promise<TypedColumn[]> {
  const { tableFromIPC } = await import('@uwdata/flechette');
  const { schema } = tableFromIPC(file.schema().intoIPCStream());
  return schema.fields.map(typedColumn);
}
