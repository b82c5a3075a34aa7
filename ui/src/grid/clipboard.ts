import { fullText } from '../format.js';
import type { Row, Value } from '../model/rows.js';
import type { ColumnFormat } from './columnFormat.js';
import type { Area } from './cursor.js';

/** What is selected, as text, and what is said of that it was copied. @param from which row of the table the first one is */
export function copyOf(
  { top, bottom, left, right }: Area,
  rows: readonly Row[],
  from: number,
  columns: readonly ColumnFormat[],
): { readonly text: string; readonly told: string } {
  const copied = rows.slice(Math.max(0, top - from), Math.max(0, bottom + 1 - from));
  const across = columns.slice(left, right + 1);
  const wanted = bottom - top + 1;
  const cells = `${copied.length} × ${across.length} cells`;
  const told =
    copied.length < wanted
      ? `Copied ${cells} of ${wanted} rows: the others are not here. Download the table for more.`
      : `Copied ${cells}.`;
  return { text: tsvOf(copied, across), told };
}

/**
 * Cells as tab-separated text, as spreadsheets take them: values in full, exact and without separators; NULL is an empty cell, the empty text
 * `""`. Text that holds a tab, a line end or a quote stands in quotes.
 */
function tsvOf(rows: readonly Row[], columns: readonly ColumnFormat[]): string {
  const cell = (value: Value | undefined, type: string): string => {
    if (value === null || value === undefined) return '';
    const text = fullText(value, type);
    return text === '' || /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows
    .map(({ values }) => columns.map(({ index, column }) => cell(values[index], column.type)).join('\t'))
    .join('\n');
}
