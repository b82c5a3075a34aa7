import type { Bounds, GridCursor, Place } from './cursor.js';
import type { GridFrame } from './gridFrame.js';

/** What a grid does with what its reader does. */
interface GridActions {
  bounds(): Bounds;
  /** The first row on the screen. */
  firstRow(): number;
  /** The cursor has moved, or what is selected has changed. */
  moved(): void;
  /** The pointer has come to a cell. */
  looked(place: Place): void;
  /** The text of what is selected; null where nothing is. */
  copy(): string | null;
}

/** So many milliseconds after a click another one may make a double click of it. */
const SECOND_CLICK_MS = 500;

/** Keys, pointer and clipboard of a grid's cells. */
export class GridInput {
  private dragging = false;
  private pressed = false;
  private released: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly frame: GridFrame,
    private readonly cursor: GridCursor,
    private readonly actions: GridActions,
  ) {
    const { scroller, table, body } = frame;
    scroller.addEventListener('keydown', this.onKey);
    scroller.addEventListener('copy', this.onCopy);
    table.addEventListener('focus', this.onFocus);
    body.addEventListener('pointerdown', this.onPointerDown);
    body.addEventListener('pointermove', this.onPointerMove);
    body.addEventListener('pointerover', this.onPointerOver);
    // It may be released anywhere.
    document.addEventListener('pointerup', this.onPointerEnd);
    document.addEventListener('pointercancel', this.onPointerEnd);
  }

  dispose(): void {
    clearTimeout(this.released);
    const { scroller, table, body } = this.frame;
    scroller.removeEventListener('keydown', this.onKey);
    scroller.removeEventListener('copy', this.onCopy);
    table.removeEventListener('focus', this.onFocus);
    body.removeEventListener('pointerdown', this.onPointerDown);
    body.removeEventListener('pointermove', this.onPointerMove);
    body.removeEventListener('pointerover', this.onPointerOver);
    document.removeEventListener('pointerup', this.onPointerEnd);
    document.removeEventListener('pointercancel', this.onPointerEnd);
  }

  /** Scrolls sideways until a column is in sight, beside those that stay there. */
  revealColumn(cell: HTMLElement | undefined, cells: readonly HTMLElement[]): void {
    const { scroller } = this.frame;
    if (cell === undefined || cell.classList.contains('millrace-mod-sticky')) return;
    const sticky = cells.filter(each => each.classList.contains('millrace-mod-sticky'));
    const covered = sticky.reduce(
      (most, each) => Math.max(most, each.getBoundingClientRect().right),
      -Infinity,
    );
    const box = cell.getBoundingClientRect();
    const view = scroller.getBoundingClientRect();
    const left = Math.max(view.left, covered);
    const right = view.left + scroller.clientWidth;
    if (box.left < left) scroller.scrollLeft += box.left - left;
    else if (box.right > right) scroller.scrollLeft += Math.min(box.right - right, box.left - left);
  }

  /** Whether a cell is being clicked: a button of the pointer is held that was pressed on it, or may be pressed a second time. */
  get isPressed(): boolean {
    return this.pressed;
  }

  /** Puts the cursor at a cell. */
  put(place: Place): void {
    this.frame.table.focus({ preventScroll: true });
    this.cursor.go(place, false, this.actions.bounds());
    this.actions.moved();
  }

  /** The text of what is selected; null where nothing is. */
  copied(): string | null {
    return this.actions.copy();
  }

  private readonly onFocus = (): void => {
    if (this.cursor.at !== null) return;
    this.cursor.go({ row: this.actions.firstRow(), column: 0 }, false, this.actions.bounds());
    this.actions.moved();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.defaultPrevented || isField(event.target)) return;
    if (!this.cursor.press(event, this.actions.bounds())) return;
    event.preventDefault();
    this.actions.moved();
  };

  private readonly onCopy = (event: ClipboardEvent): void => {
    if (isField(event.target)) return;
    const text = this.actions.copy();
    if (text === null) return;
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };

  private readonly onPointerDown = (event: PointerEvent): void => {
    this.pressed = true;
    clearTimeout(this.released);
    const place = this.placeOf(event.target);
    if (event.button !== 0 || place === null) return;
    this.dragging = true;
    this.frame.table.focus({ preventScroll: true });
    this.cursor.go(place, event.shiftKey, this.actions.bounds());
    this.actions.moved();
  };

  private readonly onPointerMove = (event: PointerEvent): void => {
    if (!this.dragging || event.buttons === 0) return;
    const place = this.placeOf(event.target);
    const { at } = this.cursor;
    if (place === null || (at?.row === place.row && at.column === place.column)) return;
    this.cursor.go(place, true, this.actions.bounds());
    this.actions.moved();
  };

  private readonly onPointerOver = (event: PointerEvent): void => {
    const place = this.placeOf(event.target);
    if (place !== null) this.actions.looked(place);
  };

  private readonly onPointerEnd = (): void => {
    if (this.pressed) this.released = setTimeout(() => (this.pressed = false), SECOND_CLICK_MS);
    this.dragging = false;
  };

  /** The place of a cell on the screen; null for what is none. */
  private placeOf(target: EventTarget | null): Place | null {
    const cell = target instanceof Element ? target.closest<HTMLTableCellElement>('td[data-place]') : null;
    const row = Number(cell?.parentElement?.getAttribute('aria-rowindex') ?? Number.NaN) - 2;
    return cell === null || !Number.isFinite(row) ? null : { row, column: Number(cell.dataset.place) };
  }
}

/** Whether an event is for a field that is typed into. */
function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
