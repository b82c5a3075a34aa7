import { ALL_ROWS, type RowRange, type ViewColumn, type ViewDescription } from '@millrace/protocol';
import type { Column } from '../columns/column.js';
import { INT32, typeName, type Field } from '../columns/types.js';
import type { ArrangeableSource, ViewSource } from './viewSource.js';

/** Encodes columns as an Arrow IPC stream. */
export type Encode = (fields: readonly Field[], columns: readonly Column[], length: number) => Uint8Array;

/** The rows that a view shows now. */
export interface Visible {
  /** The place of the first one in the table; 0 for a chart. */
  readonly from: number;
  readonly positions: Int32Array;
}

/** The newest rows of a chart that may have all rows, and cannot be reduced. */
export const UNREDUCED_ROWS = 5000;

const DEFAULT_RANGE: RowRange = { from: 0, limit: 100, tail: true };

/**
 * Finds the rows that a view shows: a grid its range, a chart the newest rows within its limits. Of rows in an order the first ones are those
 * that are looked for, not the newest.
 */
export function visibleRows(source: ViewSource, view: ViewDescription, range: RowRange | null): Visible {
  const { total } = source;
  if (view.kind === 'grid') {
    const { from, limit, tail } = range ?? DEFAULT_RANGE;
    const end = source.isOrdered ? 0 : total - limit;
    const start = Math.max(0, tail ? end : Math.min(from, total - 1));
    return { from: start, positions: source.positions(start, limit) };
  }
  const most = view.maxRows === ALL_ROWS ? UNREDUCED_ROWS : view.maxRows;
  if (source.isOrdered) return { from: 0, positions: source.positions(0, most) };
  let first = Math.max(0, total - most);
  if (view.lastUs !== null) first = Math.max(first, source.firstAt(source.maxTime - view.lastUs, most));
  return { from: 0, positions: source.positions(first, most) };
}

/** The rows of a view that is saved, or made a picture of, at most so many. */
export function savedRows(source: ArrangeableSource, view: ViewDescription, limit: number): Int32Array {
  const reduced = view.kind === 'chart' ? source.reduce(view, null, limit) : null;
  if (reduced !== null) {
    const positions = reduced.positions(0, limit);
    reduced.close();
    return positions;
  }
  const { positions } = visibleRows(source, view, { from: 0, limit, tail: true });
  return positions.subarray(Math.max(0, positions.length - limit));
}

/** Rows as an Arrow stream: `__row`, `__state` where there are window states, then the table's columns. */
export function encodeRows(source: ViewSource, positions: Int32Array, encode: Encode): Uint8Array {
  const count = positions.length;
  const own = (value: (position: number) => number): Column => ({
    type: INT32,
    data: Int32Array.from(positions, value),
    valid: null,
    dictionary: null,
  });
  const fields: Field[] = [{ name: '__row', type: INT32, nullable: false }];
  const columns = [own(position => source.rowId(position))];
  if (source.hasStates) {
    fields.push({ name: '__state', type: INT32, nullable: false });
    columns.push(own(position => source.rowState(position)));
  }
  return encode([...fields, ...source.schema.fields], [...columns, ...source.gather(positions)], count);
}

/** A schema's columns as front ends know them. */
export function viewColumns(fields: readonly Field[]): ViewColumn[] {
  return fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
}
