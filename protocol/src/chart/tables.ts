import type { ViewColumn } from '../view.js';
import { ROWS } from './fields.js';

/** The name under which a chart's spec knows its tables, the first one being number 0. */
export function tableName(index: number): string {
  return index === 0 ? ROWS : `${ROWS}${index}`;
}

/** The columns of a chart's tables, by their names. */
export type TableColumns = ReadonlyMap<string, readonly ViewColumn[]>;

/** @param others the columns of all tables but the first */
export function tableColumns(
  columns: readonly ViewColumn[],
  others: readonly (readonly ViewColumn[])[],
): TableColumns {
  return new Map([columns, ...others].map((each, index) => [tableName(index), each]));
}
