import { tableFromIPC, type Column } from '@uwdata/flechette';
import type { ViewColumn } from '@millrace/protocol';
import {
  dayText,
  decimalText,
  durationText,
  isoText,
  toVegaValue,
  unitOfType,
  wallClock,
} from '@millrace/protocol';
import { ends, type CellText, type TextTable } from './html.js';

/** A value as it is stored: ticks of a timestamp or a duration, days of a date, a decimal's unscaled value. */
type Stored = number | bigint | string | boolean | null;

/** The rows of a view's snapshot, by column. */
export interface ViewRows {
  readonly columns: readonly ViewColumn[];
  readonly count: number;
  /** The stored value of a column in a row. */
  at(column: number, row: number): Stored;
  /** The window's state of a row, or null where the table has no windows. */
  state(row: number): number | null;
}

const DATE = 8;
const TIMESTAMP = 10;

/** Decodes a snapshot's Arrow IPC stream. */
export function viewRows(arrow: Uint8Array, columns: readonly ViewColumn[]): ViewRows {
  // A copy, since columns are views of the bytes and need them aligned; `slice` of a Buffer would make none.
  const table = tableFromIPC(new Uint8Array(arrow), { useBigInt: true, useDecimalInt: true });
  const readers = columns.map(column => reader(table.getChild(column.name) as Column<unknown>));
  const states = (table.names as string[]).includes('__state')
    ? reader(table.getChild('__state') as Column<unknown>)
    : null;
  return {
    columns,
    count: table.numRows,
    at: (column, row) => readers[column](row),
    state: row => (states === null ? null : (states(row) as number | null)),
  };
}

function reader(column: Column<unknown>): (row: number) => Stored {
  const { typeId } = column.type as { typeId: number };
  if (typeId !== TIMESTAMP && typeId !== DATE) return row => (column.at(row) ?? null) as Stored;
  // The stored ticks: as milliseconds, nanoseconds would be cut off.
  return row => {
    let batch = 0;
    while (column.offsets[batch + 1] <= row) batch++;
    const index = row - column.offsets[batch];
    const data = column.data[batch];
    return data.nullCount > 0 && !data.isValid(index) ? null : (data.values as ArrayLike<Stored>)[index];
  };
}

/** The rows as a chart draws them: objects by column name, times as epoch milliseconds, or as those of a zone's wall clock. */
export function vegaRows(rows: ViewRows, timeZone?: string): Record<string, unknown>[] {
  const wall = timeZone === undefined ? undefined : wallClock(timeZone);
  return Array.from({ length: rows.count }, (_, row) => {
    const entries = rows.columns.map(({ name, type }, column) => [
      name,
      toVegaValue(type, rows.at(column, row), wall),
    ]);
    const state = rows.state(row);
    if (state !== null) entries.push(['__state', state]);
    return Object.fromEntries(entries) as Record<string, unknown>;
  });
}

/** The first and last rows as text; with `tail`, the last ones alone. */
export function textTable(rows: ViewRows, most: number, tail: boolean): TextTable {
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const { shown, gapBefore } = tail ? { shown: all.slice(-most), gapBefore: 0 } : ends(all, most);
  return {
    columns: rows.columns.map(column => column.name),
    rows: shown.map(row => rows.columns.map(({ type }, column) => valueText(rows.at(column, row), type))),
    numeric: rows.columns.map(({ type }) => /^(int|float|decimal|duration)/.test(type)),
    gapBefore,
  };
}

/** A stored value as text, exact: `2026-01-05T14:30:00.25Z` for a timestamp; NULL stays so. */
export function valueText(value: Stored, type: string): CellText {
  if (value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (type === 'date') return dayText(value);
  if (type.startsWith('decimal')) return decimalText(value, type);
  if (type.startsWith('duration')) return durationText(value, type);
  if (type.startsWith('timestamp')) return isoText(value, unitOfType(type));
  return String(value);
}
