import { setAttribute } from '../dom.js';
import type { GridCursor } from './cursor.js';

/** A row on the screen: its place in the table, -1 for the head, and its cells from left to right. */
export interface MarkedRow {
  readonly index: number;
  readonly cells: readonly HTMLElement[];
}

/** The marks of the cursor's cell and of those that are selected. Cells without one, which are nearly all, are not asked. */
export class CellMarks {
  private marked = new Set<HTMLElement>();

  /** Marks the cells on the screen. @returns the cursor's, where it is among them */
  show({ at, area }: GridCursor, rows: Iterable<MarkedRow>): HTMLElement | null {
    let active: HTMLElement | null = null;
    const isMany = area !== null && (area.bottom > area.top || area.right > area.left);
    const marked = new Set<HTMLElement>();
    for (const { index, cells } of rows) {
      const here = at?.row === index ? cells.at(at.column) : undefined;
      if (here !== undefined) active = here;
      const isWithin = isMany && index >= area.top && index <= area.bottom;
      const selected = isWithin ? cells.slice(area.left, area.right + 1) : [];
      for (const cell of selected) setAttribute(cell, 'aria-selected', 'true');
      for (const cell of here === undefined ? selected : [...selected, here]) marked.add(cell);
      if (here !== undefined && !selected.includes(here)) setAttribute(here, 'aria-selected', null);
    }
    for (const cell of this.marked) {
      if (!marked.has(cell)) setAttribute(cell, 'aria-selected', null);
      if (cell !== active) setAttribute(cell, 'data-active', null);
    }
    if (active !== null) setAttribute(active, 'data-active', '');
    this.marked = marked;
    return active;
  }
}
