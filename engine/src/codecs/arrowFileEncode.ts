import { tableToIPC } from '@uwdata/flechette';
import type { Column } from '../columns/column.js';
import type { Field } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import { arrowTable } from './arrowEncode.js';
import { FlatTable, longAt } from './flatTable.js';

const TAIL = 'ARROW1'.length + 4;

/** Where a batch lies in a file: a position, and the lengths of what is said of it and of itself. */
interface Block {
  readonly offset: number;
  readonly metadata: number;
  readonly body: number;
}

/** Writes an Arrow IPC file batch by batch; its index stands behind them. */
export class ArrowFileEncoder {
  readonly #blocks: Block[] = [];
  #position = 0;

  constructor(private readonly fields: readonly Field[]) {}

  /** What stands before the batches. */
  header(): Uint8Array {
    const { bytes, blocks } = this.#file(1);
    return this.#passed(bytes.slice(0, blocks[0].offset));
  }

  rows(columns: readonly Column[], length: number): Uint8Array {
    const bytes = encodeFile(arrowTable(this.fields, columns, length, true));
    const { offset, metadata, body } = blocksOf(bytes)[0];
    this.#blocks.push({ offset: this.#position, metadata, body });
    return this.#passed(bytes.subarray(offset, offset + metadata + body));
  }

  /** What stands behind them: the library's own index of as many empty batches, with the places of these. */
  footer(): Uint8Array {
    const { bytes, view, places, end } = this.#file(this.#blocks.length);
    this.#blocks.forEach(({ offset, metadata, body }, k) => {
      view.setBigInt64(places[k], BigInt(offset), true);
      view.setInt32(places[k] + 8, metadata, true);
      view.setBigInt64(places[k] + 16, BigInt(body), true);
    });
    return bytes.subarray(end);
  }

  #passed(bytes: Uint8Array): Uint8Array {
    this.#position += bytes.length;
    return bytes;
  }

  /** A file of so many empty batches. */
  #file(batches: number) {
    const columns = this.fields.map(({ type }) => columnOf(type, []));
    const none = batches === 0;
    const bytes = encodeFile(arrowTable(this.fields, columns, 0, true, none ? 1 : batches));
    const { view, places, start } = indexOf(bytes);
    const blocks = blocksOf(bytes);
    if (none) {
      // The list of batches has no item.
      view.setUint32(places[0] - 4, 0, true);
    }
    const last = blocks[blocks.length - 1];
    const end = last.offset + last.metadata + last.body;
    return { bytes, view, places, blocks, start, end };
  }
}

function encodeFile(table: Parameters<typeof tableToIPC>[0]): Uint8Array {
  return tableToIPC(table, { format: 'file' }) as Uint8Array;
}

/** Where a file's index begins, and where in the file each of its batches' entries is. */
function indexOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = bytes.length - TAIL - view.getInt32(bytes.length - TAIL, true);
  const places = FlatTable.root(view, start).list(3, 24, (_, at) => at);
  return { view, start, places };
}

function blocksOf(bytes: Uint8Array): Block[] {
  const { view, places } = indexOf(bytes);
  return places.map(at => ({
    offset: longAt(view, at),
    metadata: view.getInt32(at + 8, true),
    body: longAt(view, at + 16),
  }));
}
