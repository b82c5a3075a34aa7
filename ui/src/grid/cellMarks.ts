import { setAttribute } from '../dom.js';
import type { GridCursor } from './cursor.js';

/** A row on the screen: its place in the table, -1 for the head, and its cells from left to right. */
export interface MarkedRow {
  readonly index: number;
  readonly cells: readonly HTMLElement[];
}

/** The marks of the cursor's cell and of those that are selected. Cells without one, which are nearly all, are not asked. */
export class CellMarks {
  private active: HTMLElement | null = null;
  private selected: ReadonlySet<HTMLElement> = new Set();

  /** Marks the cells on the screen. @returns the cursor's, where it is among them */
  show({ at, area }: GridCursor, rows: Iterable<MarkedRow>): HTMLElement | null {
    let active: HTMLElement | null = null;
    const isMany = area !== null && (area.bottom > area.top || area.right > area.left);
    const selected = new Set<HTMLElement>();
    for (const { index, cells } of rows) {
      if (at?.row === index) active = cells[at.column] ?? null;
      if (!isMany || index < area.top || index > area.bottom) continue;
      for (const cell of cells.slice(area.left, area.right + 1)) selected.add(cell);
    }
    for (const cell of this.selected) if (!selected.has(cell)) setAttribute(cell, 'aria-selected', null);
    for (const cell of selected) setAttribute(cell, 'aria-selected', 'true');
    if (this.active !== null && this.active !== active) setAttribute(this.active, 'data-active', null);
    if (active !== null) setAttribute(active, 'data-active', '');
    this.active = active;
    this.selected = selected;
    return active;
  }
}
