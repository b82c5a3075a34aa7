import { toVegaValue, type ViewColumn } from '@millrace/protocol';
import type { Row } from '../model/rows.js';

/** A row as Vega holds it: by column name, times as epoch milliseconds. Without a prototype, so that any name is a value's. */
export type Datum = Record<string, unknown>;

/** The datum of a row; with `wall`, times are those of a zone's clock. */
export function datumOfRow(row: Row, columns: readonly ViewColumn[], wall?: (ms: number) => number): Datum {
  const datum = Object.create(null) as Datum;
  columns.forEach((column, index) => {
    datum[column.name] = toVegaValue(column.type, row.values[index], wall);
  });
  if (row.state !== null) datum.__state = row.state;
  datum.__row = row.id;
  return datum;
}
