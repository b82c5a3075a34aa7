import type { ViewColumn } from '@millrace/protocol';
import { element } from '../dom.js';
import { fullText } from '../format.js';
import type { Row } from '../model/rows.js';

/** Rows of a saved table: the first and the last ones. */
const MOST_ROWS = 10;

/** A table for readers without this extension, as HTML and as text. */
export interface StaticTable {
  readonly html: string;
  readonly text: string;
}

/** Writes the first and last of some rows as a table that needs nothing to be shown. */
export function staticTable(
  rows: readonly Row[],
  columns: readonly ViewColumn[],
  caption: string,
): StaticTable {
  const half = MOST_ROWS / 2;
  const texts = (row: Row): string[] =>
    columns.map((column, index) => fullText(row.values[index] ?? null, column.type));
  const body =
    rows.length <= MOST_ROWS
      ? rows.map(texts)
      : [...rows.slice(0, half).map(texts), columns.map(() => '…'), ...rows.slice(-half).map(texts)];
  const names = columns.map(column => column.name);
  const isNumber = columns.map(column => /^(int|float|decimal)/.test(column.type));
  return {
    html: htmlOf(names, body, isNumber, caption),
    text: `${textOf([names, ...body], isNumber)}\n${caption}`,
  };
}

/** Made of elements, so that what is data is written as text. */
function htmlOf(
  names: readonly string[],
  body: readonly string[][],
  isNumber: readonly boolean[],
  caption: string,
): string {
  const rowOf = (tag: 'th' | 'td', texts: readonly string[]): HTMLElement => {
    const cells = texts.map((text, column) => {
      const cell = element(tag, '', text);
      cell.style.textAlign = isNumber[column] ? 'right' : 'left';
      return cell;
    });
    return element('tr', '', ...cells);
  };
  const head = element('thead', '', rowOf('th', names));
  const rest = element('tbody', '', ...body.map(texts => rowOf('td', texts)));
  return element('div', '', element('table', '', head, rest), element('div', '', caption)).outerHTML;
}

function textOf(lines: readonly (readonly string[])[], isNumber: readonly boolean[]): string {
  const widths = isNumber.map((_, column) => Math.max(...lines.map(line => line[column].length)));
  const pad = (text: string, column: number): string =>
    isNumber[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n');
}
