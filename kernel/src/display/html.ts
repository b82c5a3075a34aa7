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

/** A table as text: what its columns are called, the rows' texts, and which columns are numbers. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly numeric: readonly boolean[];
  /** A row of dots goes before this row; null where nothing is left out. */
  readonly gapBefore: number | null;
}

/** The table as HTML, everything escaped. */
export function htmlTable(table: TextTable, caption: string): string {
  const style = (column: number): string => ` style="text-align:${table.numeric[column] ? 'right' : 'left'}"`;
  const cells = (tag: string, texts: readonly string[]): string =>
    texts.map((text, column) => `<${tag}${style(column)}>${escapeHtml(text)}</${tag}>`).join('');
  const rows = withGap(table).map(row => `<tr>${cells('td', row)}</tr>`);
  const head = `<thead><tr>${cells('th', table.columns)}</tr></thead>`;
  return `<div><table>${head}<tbody>${rows.join('')}</tbody></table><div>${escapeHtml(caption)}</div></div>`;
}

/** The table as lines of text. */
export function plainTable(table: TextTable): string {
  const lines = [table.columns, ...withGap(table)];
  const widths = table.columns.map((_, column) => Math.max(...lines.map(line => line[column].length)));
  const pad = (text: string, column: number): string =>
    table.numeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n');
}

function withGap({ columns, rows, gapBefore }: TextTable): (readonly string[])[] {
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
