/** A piece of text made harmless in HTML: nothing that comes from data is ever markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text of a cell; null where there is no value. */
export type CellText = string | null;

/** A table as text: what its columns are called, the rows' texts, and which columns are numbers. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellText[])[];
  readonly numeric: readonly boolean[];
  /** A row of dots goes before this row; null where nothing is left out. */
  readonly gapBefore: number | null;
}

/** Texts up to so many characters, such as times, stay on one line. */
const ONE_LINE = 40;

/** The table as HTML, everything escaped. NULL looks otherwise than a text of these letters. */
export function htmlTable(table: TextTable, caption: string): string {
  const cell = (tag: string, text: CellText, column: number): string => {
    const align = `text-align:${table.numeric[column] ? 'right' : 'left'}`;
    const lines = (text ?? NULL).length <= ONE_LINE ? ';white-space:nowrap' : '';
    const written = text === null ? `<em style="opacity:0.5">${NULL}</em>` : escapeHtml(text);
    return `<${tag} style="${align}${lines}">${written}</${tag}>`;
  };
  const cells = (tag: string, texts: readonly CellText[]): string =>
    texts.map((text, column) => cell(tag, text, column)).join('');
  const rows = withGap(table).map(row => `<tr>${cells('td', row)}</tr>`);
  const head = `<thead><tr>${cells('th', table.columns)}</tr></thead>`;
  return `<div><table>${head}<tbody>${rows.join('')}</tbody></table><div>${escapeHtml(caption)}</div></div>`;
}

const NULL = 'NULL';

/** The table as lines of text. */
export function plainTable(table: TextTable): string {
  const lines = [table.columns, ...withGap(table)].map(line => line.map(text => oneLine(text ?? NULL)));
  const widths = table.columns.map((_, column) => Math.max(...lines.map(line => line[column].length)));
  const pad = (text: string, column: number): string =>
    table.numeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** A text with line ends and tabs made visible: they would break the lines of the table. */
function oneLine(text: string): string {
  return text.replaceAll(/\r?\n|\r/g, '↵').replaceAll('\t', '⇥');
}

function withGap({ columns, rows, gapBefore }: TextTable): (readonly CellText[])[] {
  if (gapBefore === null) return [...rows];
  return [...rows.slice(0, gapBefore), columns.map(() => '…'), ...rows.slice(gapBefore)];
}

/** Which rows of many are shown: the first and the last ones. */
export function ends<Row>(
  rows: readonly Row[],
  most: number,
): { shown: readonly Row[]; gapBefore: number | null } {
  if (rows.length <= most) return { shown: rows, gapBefore: null };
  const first = Math.ceil(most / 2);
  return { shown: [...rows.slice(0, first), ...rows.slice(rows.length - (most - first))], gapBefore: first };
}
