import type { ViewColumn } from '@millrace/protocol';
import { tableFromIPC, type Column } from '@uwdata/flechette';

/**
 * A value as views hold it, exact: timestamps and dates are ticks in their column's unit (a timestamp in `us` is
 * microseconds since 1970 UTC), durations ticks as well, decimals their unscaled values (12.50 of a `decimal(6, 2)` is 1250); 64-bit
 * integers beyond 2^53 and such ticks are bigints.
 */
export type Value = number | bigint | string | boolean | null;

/** A row of a view. `id` is its `__row`; `state` the index of its window's state, or null where the table has no windows. */
export interface Row {
  readonly id: number;
  readonly state: number | null;
  readonly values: readonly Value[];
}

/** Column values of a decoded frame, by row. */
type Reader = (row: number) => Value;

/**
 * The rows of an Arrow IPC stream, values in the order of `columns`.
 *
 * @throws Error where a column is missing, which means that the frame belongs to another view.
 */
export function decodeRows(arrow: Uint8Array, columns: readonly ViewColumn[]): Row[] {
  // A copy: the bytes may sit unaligned in the middle of a message that is reused.
  const table = tableFromIPC(arrow.slice(), { useBigInt: true, useDecimalInt: true });
  const names = table.names as string[];
  const readerOf = (name: string): Reader => {
    if (!names.includes(name)) throw new Error(`The frame has no column '${name}'.`);
    return reader(table.getChild(name) as Column<unknown>);
  };
  const ids = names.includes('__row') ? readerOf('__row') : (row: number) => row;
  const states = names.includes('__state') ? readerOf('__state') : null;
  const readers = columns.map(column => readerOf(column.name));
  const rows: Row[] = [];
  for (let row = 0; row < table.numRows; row++) {
    rows.push({
      id: Number(ids(row)),
      state: states === null ? null : (states(row) as number | null),
      values: readers.map(read => read(row)),
    });
  }
  return rows;
}

const DATE = 8;
const TIMESTAMP = 10;

function reader(column: Column<unknown>): Reader {
  const { typeId } = column.type as { typeId: number };
  if (typeId !== TIMESTAMP && typeId !== DATE) return row => narrow(column.at(row));
  // Ticks as they are stored: flechette itself would give milliseconds, which cannot hold nanoseconds.
  return row => {
    let batch = 0;
    while (column.offsets[batch + 1] <= row) batch++;
    const index = row - column.offsets[batch];
    const data = column.data[batch];
    return data.nullCount > 0 && !data.isValid(index)
      ? null
      : narrow((data.values as ArrayLike<unknown>)[index]);
  };
}

function narrow(value: unknown): Value {
  if (typeof value !== 'bigint') return (value ?? null) as Value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The `__row` numbers of a delta's second or third buffer: little-endian int32. */
export function decodeRowIds(buffer: Uint8Array | undefined): number[] {
  if (buffer === undefined) return [];
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const ids: number[] = [];
  for (let at = 0; at + 4 <= buffer.byteLength; at += 4) ids.push(view.getInt32(at, true));
  return ids;
}
