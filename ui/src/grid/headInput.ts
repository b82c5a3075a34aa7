import type { GridFrame } from './gridFrame.js';

/** Pixels after which a press on a head is a drag. */
const DRAG = 6;

/** What heads do. */
interface HeadActions {
  /** A head was clicked: rows are sorted by it. */
  turn(place: number, add: boolean): void;
  menu(place: number, head: HTMLElement): void;
  /** A column is as wide as so many pixels; null: as its values need. */
  resize(place: number, pixels: number | null): void;
  move(from: number, to: number): void;
}

/** The pointer on the heads of a grid: a click sorts, the grip at the right edge widens, a drag moves the column. */
export class HeadInput {
  private held: { place: number; x: number; width: number | null; moved: boolean } | null = null;

  constructor(
    private readonly frame: GridFrame,
    private readonly row: HTMLElement,
    private readonly actions: HeadActions,
  ) {
    row.addEventListener('pointerdown', this.onDown);
    row.addEventListener('dblclick', this.onDouble);
    row.addEventListener('contextmenu', this.onMenu);
  }

  dispose(): void {
    this.release();
    this.row.removeEventListener('pointerdown', this.onDown);
    this.row.removeEventListener('dblclick', this.onDouble);
    this.row.removeEventListener('contextmenu', this.onMenu);
  }

  private readonly onDown = (event: PointerEvent): void => {
    const head = headOf(event.target);
    if (head === null || event.button !== 0) return;
    event.preventDefault();
    this.frame.table.focus({ preventScroll: true });
    const isGrip = (event.target as Element).classList.contains('millrace-Grid-grip');
    const width = isGrip ? head.offsetWidth : null;
    this.held = { place: Number(head.dataset.place), x: event.clientX, width, moved: false };
    document.addEventListener('pointermove', this.onMove);
    document.addEventListener('pointerup', this.onUp);
    document.addEventListener('pointercancel', this.onCancel);
  };

  private readonly onMove = (event: PointerEvent): void => {
    const { held } = this;
    if (held === null) return;
    const way = event.clientX - held.x;
    if (Math.abs(way) > DRAG) held.moved = true;
    if (held.width !== null) this.actions.resize(held.place, held.width + way);
    else if (held.moved) this.markTarget(headAt(event));
  };

  private readonly onUp = (event: PointerEvent): void => {
    const { held } = this;
    this.release();
    if (held === null || held.width !== null) return;
    if (!held.moved) {
      this.actions.turn(held.place, event.shiftKey);
      return;
    }
    const target = headAt(event);
    if (target !== null && this.row.contains(target))
      this.actions.move(held.place, Number(target.dataset.place));
  };

  private readonly onCancel = (): void => this.release();

  private readonly onDouble = (event: MouseEvent): void => {
    const head = headOf(event.target);
    if (head === null || !(event.target as Element).classList.contains('millrace-Grid-grip')) return;
    this.actions.resize(Number(head.dataset.place), null);
  };

  private readonly onMenu = (event: MouseEvent): void => {
    const head = headOf(event.target);
    if (head === null) return;
    event.preventDefault();
    // JupyterLab has a menu of its own there.
    event.stopPropagation();
    this.actions.menu(Number(head.dataset.place), head);
  };

  private markTarget(target: HTMLElement | null): void {
    for (const cell of this.row.children) cell.classList.toggle('millrace-mod-target', cell === target);
  }

  private release(): void {
    this.held = null;
    this.markTarget(null);
    document.removeEventListener('pointermove', this.onMove);
    document.removeEventListener('pointerup', this.onUp);
    document.removeEventListener('pointercancel', this.onCancel);
  }
}

function headOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('th[data-place]') : null;
}

/** The head that the pointer is over, whatever holds the pointer. */
function headAt({ clientX, clientY, target }: PointerEvent): HTMLElement | null {
  const found =
    typeof document.elementFromPoint === 'function' ? document.elementFromPoint(clientX, clientY) : null;
  return headOf(found ?? target);
}
