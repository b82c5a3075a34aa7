import { setAttribute } from '../dom.js';
import type { ColumnFormat } from './columnFormat.js';

/** Columns that stay in sight at most: those beyond would leave no room for the others. */
const MOST = 3;

/** How many of the first columns stay in sight when the others are scrolled: those of the key that come first, else the first one. */
export function stickyColumns(formats: readonly ColumnFormat[], key: readonly string[]): number {
  if (formats.length < 2) return 0;
  const others = formats.findIndex(({ column }) => !key.includes(column.name));
  return Math.min(MOST, Math.max(1, others < 0 ? formats.length - 1 : others));
}

/** Tells the cells that stay in sight where they stay: behind those before them, as wide as these are drawn. @param room pixels across that are seen of the table; 0: not known */
export function stickyOffsets(
  table: HTMLTableElement,
  head: HTMLTableRowElement,
  lines: readonly HTMLTableRowElement[],
  room: number,
): void {
  const sticky = [...head.cells].filter(cell => cell.classList.contains('millrace-mod-sticky'));
  let left = 0;
  const offsets = sticky.map(cell => {
    const offset = left;
    left += cell.offsetWidth;
    return offset;
  });
  // Where nothing is scrolled sideways they need not, and cost less; where they would take most of what is to be seen, they go with the others.
  const isFree = room > 0 && (table.offsetWidth <= room || left > room * 0.6);
  setAttribute(table, 'data-free', isFree ? '' : null);
  const filters = head.nextElementSibling;
  const rows = [head, ...(filters instanceof HTMLTableRowElement ? [filters] : [])];
  for (const row of [...rows, ...lines]) {
    offsets.forEach((offset, place) => {
      const cell = row.cells.item(place);
      if (cell === null) return;
      cell.style.left = isFree ? '' : `${offset}px`;
    });
  }
}
