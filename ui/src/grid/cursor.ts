/** A place in a grid: `row` is its number in the table, -1 the head; `column` its place among those shown. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** What is selected: rows and columns from one to another, both included. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How far a cursor can go. */
export interface Bounds {
  readonly rows: number;
  readonly columns: number;
  /** Rows that PageUp and PageDown go. */
  readonly page: number;
}

/**
 * Where the keyboard stands in a grid, and what is selected: from the anchor, where a selection began, to the cursor. Keys are those of the grid
 * pattern of WAI-ARIA.
 */
export class GridCursor {
  at: Place | null = null;
  private anchor: Place | null = null;

  /** What is selected: one cell at least, nothing in the head. */
  get area(): Area | null {
    const { at } = this;
    if (at === null || at.row < 0) return null;
    const from = this.anchor ?? at;
    return {
      top: Math.min(from.row, at.row),
      bottom: Math.max(from.row, at.row),
      left: Math.min(from.column, at.column),
      right: Math.max(from.column, at.column),
    };
  }

  /** Goes to a place; `extend` keeps the anchor, so that what lies between is selected. */
  go(to: Place, extend: boolean, bounds: Bounds): void {
    const row = Math.max(-1, Math.min(bounds.rows - 1, to.row));
    const column = Math.max(0, Math.min(bounds.columns - 1, to.column));
    const keeps = extend && this.anchor !== null && this.anchor.row >= 0;
    this.at = { row: keeps ? Math.max(0, row) : row, column };
    if (!keeps) this.anchor = this.at;
  }

  /** Takes what is there back where the table has got smaller. */
  clamp(bounds: Bounds): void {
    const { at, anchor } = this;
    if (at === null) return;
    if (bounds.columns === 0) {
      this.at = this.anchor = null;
      return;
    }
    const within = ({ row, column }: Place): Place => ({
      row: Math.min(row, bounds.rows - 1),
      column: Math.min(column, bounds.columns - 1),
    });
    this.at = within(at);
    this.anchor = anchor === null ? null : within(anchor);
  }

  /** Goes where a key leads. @returns whether it is such a key. */
  press(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>, bounds: Bounds): boolean {
    const at = this.at ?? { row: 0, column: 0 };
    const far = event.ctrlKey || event.metaKey;
    if (far && event.key.toLowerCase() === 'a' && bounds.rows > 0) {
      this.anchor = { row: 0, column: 0 };
      this.at = { row: bounds.rows - 1, column: bounds.columns - 1 };
      return true;
    }
    const to = target(event.key, far, at, bounds);
    if (to === null) return false;
    this.go(to, event.shiftKey, bounds);
    return true;
  }
}

function target(key: string, far: boolean, { row, column }: Place, bounds: Bounds): Place | null {
  switch (key) {
    case 'ArrowUp':
      return { row: far ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: far ? bounds.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: far ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: far ? bounds.columns - 1 : column + 1 };
    case 'PageUp':
      return { row: Math.max(0, row - bounds.page), column };
    case 'PageDown':
      return { row: row + bounds.page, column };
    case 'Home':
      return { row: far ? 0 : row, column: 0 };
    case 'End':
      return { row: far ? bounds.rows - 1 : row, column: bounds.columns - 1 };
    default:
      return null;
  }
}
