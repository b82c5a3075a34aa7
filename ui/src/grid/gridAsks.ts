import type { ViewColumn } from '@millrace/protocol';
import type { Row } from '../model/rows.js';
import { rowText, valuesOf, type AskedRow } from '../origins/askedRow.js';
import { toolButton } from '../toolButton.js';
import type { GridCursor } from './cursor.js';
import type { GridFrame } from './gridFrame.js';
import type { GridInput } from './gridInput.js';
import { openMenu } from './menu.js';

/** What asking about rows needs of a grid. */
interface AskedGrid {
  readonly frame: GridFrame;
  readonly cursor: GridCursor;
  readonly input: GridInput;
  /** A row that is here, by its number in the table. */
  row(index: number): Row | null;
  shape(): { readonly columns: readonly ViewColumn[]; readonly key: readonly string[] };
  ask(asked: AskedRow): void;
}

/** Asking where a grid's rows come from: a tool for the row at the cursor, Enter, a double click, and the menu of a row. */
export class GridAsks {
  private readonly button: HTMLButtonElement;
  private live = false;
  /** The row that is asked about as soon as it is here. */
  private awaited: number | null = null;

  constructor(private readonly grid: AskedGrid) {
    const { frame } = grid;
    const title = 'Where the selected row comes from (Enter)';
    this.button = toolButton('Grid', 'Where from?', () => this.ask(), title);
    frame.tools.querySelector('.millrace-Grid-download')?.before(this.button);
    frame.table.setAttribute('aria-keyshortcuts', 'Enter');
    frame.scroller.addEventListener('keydown', this.onKey);
    frame.body.addEventListener('dblclick', this.onDouble);
    frame.body.addEventListener('contextmenu', this.onMenu);
    this.moved();
  }

  setLive(live: boolean): void {
    this.live = live;
    this.moved();
  }

  /** The cursor is at another row, or at none. */
  moved(): void {
    const { cursor, row } = this.grid;
    const at = cursor.at?.row ?? -1;
    this.button.disabled = !this.live || at < 0;
    if (this.awaited === null) return;
    const asked = this.awaited === at ? row(at) : null;
    if (asked !== null || this.awaited !== at) this.awaited = null;
    if (asked !== null) this.ask(asked);
  }

  dispose(): void {
    const { frame } = this.grid;
    frame.scroller.removeEventListener('keydown', this.onKey);
    frame.body.removeEventListener('dblclick', this.onDouble);
    frame.body.removeEventListener('contextmenu', this.onMenu);
  }

  /** Asks about a row: that at the cursor. */
  private ask(asked = this.current): void {
    const { grid } = this;
    const { frame } = grid;
    const shape = grid.shape();
    if (!this.live) frame.tell('No kernel is connected that could be asked.');
    else if (asked === null) {
      this.awaited = grid.cursor.at?.row ?? null;
      frame.tell('The row is on its way.');
    } else {
      grid.ask({
        values: valuesOf(asked, shape),
        text: rowText(asked, shape),
        part: 0,
        note: null,
        focus: () => frame.table.focus({ preventScroll: true }),
      });
    }
  }

  private get current(): Row | null {
    const { cursor } = this.grid;
    return cursor.at === null || cursor.at.row < 0 ? null : this.grid.row(cursor.at.row);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const { frame, cursor } = this.grid;
    if (event.defaultPrevented || event.target !== frame.table || (cursor.at?.row ?? -1) < 0) return;
    const isMenu = event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10');
    const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.key === 'Enter' && isPlain) this.ask();
    else if (isMenu) this.menu(frame.body.querySelector('[data-active]') ?? frame.table);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private readonly onDouble = (event: MouseEvent): void => {
    const cell = cellOf(event.target);
    if (cell !== null) this.ask(this.grid.row(rowOf(cell)));
  };

  private readonly onMenu = (event: MouseEvent): void => {
    const cell = cellOf(event.target);
    // With Shift it is the page's menu.
    if (cell === null || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.grid.input.put({ row: rowOf(cell), column: Number(cell.dataset.place ?? 0) });
    this.menu(cell);
  };

  private menu(anchor: Element): void {
    const { frame, input } = this.grid;
    // Rows may move while the menu is open: it is about this one.
    const { current } = this;
    const clipboard = anchor.ownerDocument.defaultView?.navigator.clipboard;
    openMenu(
      frame.node,
      anchor,
      'Row',
      [
        { label: 'Where from?', disabled: !this.live, run: () => this.ask(current) },
        {
          label: 'Copy',
          disabled: clipboard === undefined,
          run: () => void clipboard?.writeText(input.copied() ?? ''),
        },
      ],
      () => frame.table.focus({ preventScroll: true }),
    );
  }
}

/** The number of a cell's row in the table. */
function rowOf(cell: HTMLElement): number {
  return Number(cell.closest('tr')?.getAttribute('aria-rowindex')) - 2;
}

function cellOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('tbody td') : null;
}
