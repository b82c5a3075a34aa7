import type { GridColumn } from '@millrace/protocol';
import { checkedZone } from '../controls/zones.js';
import type { ColumnStyle } from './columnFormat.js';

/** Decimals that a number is written with at most. */
export const MOST_DECIMALS = 12;

/** Columns that are read at most: more than tables have. */
const MOST_READ = 10_000;

/** What a notebook says of a grid's columns, by their names and as far as it can be meant: anybody may have written it. */
export function readColumns(saved: unknown): Map<string, GridColumn> {
  const columns = new Map<string, GridColumn>();
  if (!Array.isArray(saved)) return columns;
  for (const each of saved.slice(0, MOST_READ)) {
    const column = readColumn(each);
    if (column !== null) columns.set(column.name, column);
  }
  return columns;
}

function readColumn(saved: unknown): GridColumn | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const { name, hidden, width, decimals, plain, percent, zone } = saved as Partial<Record<string, unknown>>;
  if (typeof name !== 'string') return null;
  const known = typeof zone === 'string' ? checkedZone(zone) : null;
  return {
    name,
    ...(hidden === true && { hidden }),
    ...(typeof width === 'number' && { width }),
    ...(isDecimals(decimals) && { decimals }),
    ...(plain === true && { plain }),
    ...(percent === true && { percent }),
    ...(known !== null && { zone: known }),
  };
}

function isDecimals(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_DECIMALS;
}

const UTC = 'UTC';

/** How a column was written that was saved. @param own the zone of columns for which the reader has chosen none; null: UTC */
export function styleOf({ decimals, plain, percent, zone }: GridColumn, own: string | null): ColumnStyle {
  const written = zone ?? own ?? UTC;
  return {
    ...(decimals !== undefined && { decimals }),
    ...(plain !== undefined && { plain }),
    ...(percent !== undefined && { percent }),
    ...(written !== UTC && { zone: written }),
  };
}

/** What is saved of how a column is written; empty where nothing was set. */
export function savedStyle(
  { decimals, plain, percent, zone }: ColumnStyle,
  own: string | null,
): Partial<GridColumn> {
  return {
    ...(decimals !== undefined && { decimals }),
    ...(plain === true && { plain }),
    ...(percent === true && { percent }),
    ...(zone !== (own ?? undefined) && { zone: zone ?? UTC }),
  };
}
