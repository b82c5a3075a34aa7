import { setAttribute } from '../dom.js';
import type { GridCursor } from './cursor.js';

/** A row on the screen: its place in the table, -1 for the head, and its cells from left to right. */
export interface MarkedRow {
  readonly index: number;
  readonly cells: readonly HTMLElement[];
}

/** Marks the cursor's cell and those that are selected. @returns the cursor's, where it is on the screen */
export function markCells({ at, area }: GridCursor, rows: readonly MarkedRow[]): HTMLElement | null {
  let active: HTMLElement | null = null;
  const isMany = area !== null && (area.bottom > area.top || area.right > area.left);
  for (const { index, cells } of rows) {
    const isWithin = isMany && index >= area.top && index <= area.bottom;
    for (const [place, cell] of cells.entries()) {
      const isActive = at !== null && at.row === index && at.column === place;
      if (isActive) active = cell;
      setAttribute(cell, 'data-active', isActive ? '' : null);
      const isSelected = isWithin && place >= area.left && place <= area.right;
      setAttribute(cell, 'aria-selected', isSelected ? 'true' : null);
    }
  }
  return active;
}
