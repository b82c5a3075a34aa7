import { fullText } from '../format.js';
import type { Row, Value } from '../model/rows.js';
import type { ColumnFormat } from './columnFormat.js';

/**
 * Cells as tab-separated text, as spreadsheets take them: values in full, exact and without separators; NULL is an empty cell, the empty text
 * `""`. Text that holds a tab, a line end or a quote stands in quotes.
 */
export function tsvOf(rows: readonly Row[], columns: readonly ColumnFormat[]): string {
  const cell = (value: Value | undefined, type: string): string => {
    if (value === null || value === undefined) return '';
    const text = fullText(value, type);
    return text === '' || /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows
    .map(({ values }) => columns.map(({ index, column }) => cell(values[index], column.type)).join('\t'))
    .join('\n');
}
