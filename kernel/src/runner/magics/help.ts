import { escapeHtml, htmlTable, plainTable, type TextTable } from '../../display/html.js';
import { mimeValue } from '../../display/bundles.js';
import type { MimeValue } from '../../display/types.js';
import { MAGICS } from '../../magics/catalog.js';

const MORE =
  'A magic begins a statement: after an unfinished line, % is the remainder. Names complete after %. More: docs/reference/kernel.md.';

/** The table of magics, and with `long` what to know of them. */
export function magicsHelp(long: boolean): MimeValue {
  const rows = MAGICS.map(({ usage, doc }) => [usage, doc]);
  const table: TextTable = {
    columns: ['magic', 'what it does'],
    rows,
    numeric: [false, false],
    gapBefore: null,
  };
  const caption = long ? MORE : '';
  return mimeValue({
    'text/plain': `${plainTable(table)}\n${caption}`.trimEnd(),
    'text/html': htmlTable(table, caption),
  });
}

/** A table, and what to say where it is empty. */
export function shownTable(table: TextTable, caption: string, empty: string): MimeValue {
  if (table.rows.length === 0) return mimeValue({ 'text/plain': empty, 'text/html': escapeHtml(empty) });
  return mimeValue({
    'text/plain': `${plainTable(table)}\n${caption}`,
    'text/html': htmlTable(table, caption),
  });
}
