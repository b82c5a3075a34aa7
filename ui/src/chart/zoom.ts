import { element } from '../dom.js';
import type { Span } from './timeAxis.js';

/** What is seen of a time axis, and where it lies in the element, in pixels. */
interface Seen {
  readonly span: Span;
  readonly left: number;
  readonly width: number;
}

interface ZoomTarget {
  /** Null where there is no axis to be moved. */
  readonly seen: () => Seen | null;
  /** Shows a span; null: all rows, as they come. */
  readonly show: (span: Span | null) => void;
  /** Whether dragging selects, so that it moves the axis only with Shift. */
  readonly needsShift?: boolean;
  /** Gives up what Escape ends before the axis is let go. @returns false where there is nothing */
  readonly escape?: () => boolean;
}

/** Pixels by which a pointer moves before it is a drag. */
const SLACK = 4;

const STEP = 0.15;
const CLOSER = 0.8;

/**
 * Zoom and pan of a chart's time axis: dragging moves it; the wheel zooms once the chart has been clicked, or with Ctrl or ⌘, so that a page can be
 * scrolled over charts; keys do both. What is seen then holds still while rows come, until a double click, Escape or the button goes back to
 * following them.
 */
export class Zoom {
  readonly button: HTMLButtonElement;
  private span: Span | null = null;
  /** What was seen when the axis was first held: beyond it there is nothing to be zoomed out to. */
  private whole: Span | null = null;
  private drag: { readonly pointer: number; readonly x: number; readonly from: Seen; moved: boolean } | null =
    null;

  constructor(
    private readonly node: HTMLElement,
    private readonly target: ZoomTarget,
  ) {
    this.button = element('button', 'millrace-Chart-follow', 'Follow');
    this.button.type = 'button';
    this.button.title = 'Follow the newest rows (Escape)';
    this.button.hidden = true;
    this.button.addEventListener('click', () => this.follow());
    node.tabIndex = 0;
    node.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight Plus Minus Home End Escape');
    node.addEventListener('keydown', event => this.key(event));
    node.addEventListener('wheel', event => this.wheel(event), { passive: false });
    node.addEventListener('pointerdown', event => this.press(event));
    node.addEventListener('pointermove', event => this.move(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      node.addEventListener(end, event => this.release(event));
    node.addEventListener('dblclick', () => this.follow());
  }

  /** The span that is held, or null where the rows are followed. */
  get held(): Span | null {
    return this.span;
  }

  follow(): void {
    if (this.span === null) return;
    if (this.button.ownerDocument.activeElement === this.button) this.node.focus();
    this.show(null);
  }

  private show(span: Span | null): void {
    this.span = span;
    if (span === null) this.whole = null;
    this.button.hidden = span === null;
    this.target.show(span);
  }

  /** Holds a span, unless it is all that there was. */
  private hold(span: Span, seen: Seen): void {
    this.whole ??= seen.span;
    const [from, to] = span;
    const width = to - from;
    const all = this.whole[1] - this.whole[0];
    // So close numbers are all one, and so far apart nothing is seen.
    if (!(width > all * 1e-6 && Number.isFinite(width)) || from + width / 2 === from) return;
    if (from <= this.whole[0] && to >= this.whole[1]) this.show(null);
    else this.show(span);
  }

  private zoomBy(factor: number, at: number, seen: Seen): void {
    const [from, to] = seen.span;
    const fixed = from + (to - from) * at;
    this.hold([fixed - (fixed - from) * factor, fixed + (to - fixed) * factor], seen);
  }

  private panBy(share: number, seen: Seen): void {
    const [from, to] = seen.span;
    const by = (to - from) * share;
    this.hold([from + by, to + by], seen);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const seen = this.target.seen();
    const isDone =
      (event.key === 'Escape' && this.target.escape?.() === true) ||
      (seen !== null && this.act(event.key, seen));
    if (!isDone) return;
    // The notebook has its own meanings for keys.
    event.preventDefault();
    event.stopPropagation();
  }

  private act(key: string, seen: Seen): boolean {
    const [from, to] = seen.span;
    switch (key) {
      case 'ArrowLeft':
        this.panBy(-STEP, seen);
        return true;
      case 'ArrowRight':
        this.panBy(STEP, seen);
        return true;
      case '+':
      case '=':
        this.zoomBy(CLOSER, 0.5, seen);
        return true;
      case '-':
        this.zoomBy(1 / CLOSER, 0.5, seen);
        return true;
      case 'Home':
        if (this.whole === null) return false;
        this.hold([this.whole[0], this.whole[0] + to - from], seen);
        return true;
      case 'End':
      case 'Escape':
        if (this.span === null) return false;
        this.follow();
        return true;
      default:
        return false;
    }
  }

  private wheel(event: WheelEvent): void {
    const isMeant =
      event.ctrlKey || event.metaKey || this.node.contains(this.node.ownerDocument.activeElement);
    if (!isMeant || event.deltaY === 0) return;
    const seen = this.target.seen();
    if (seen === null) return;
    event.preventDefault();
    const at = (this.xOf(event) - seen.left) / seen.width;
    this.zoomBy(event.deltaY < 0 ? CLOSER : 1 / CLOSER, Math.min(1, Math.max(0, at)), seen);
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary || (this.target.needsShift === true && !event.shiftKey))
      return;
    const from = this.target.seen();
    if (from !== null) this.drag = { pointer: event.pointerId, x: event.clientX, from, moved: false };
  }

  private move(event: PointerEvent): void {
    const { drag } = this;
    if (drag === null || event.pointerId !== drag.pointer) return;
    const by = event.clientX - drag.x;
    if (!drag.moved && Math.abs(by) < SLACK) return;
    if (!drag.moved) this.node.setPointerCapture?.(event.pointerId);
    drag.moved = true;
    this.panBy(-by / drag.from.width, drag.from);
  }

  private release(event: PointerEvent): void {
    if (event.pointerId === this.drag?.pointer) this.drag = null;
  }

  private xOf(event: MouseEvent): number {
    return event.clientX - this.node.getBoundingClientRect().left + this.node.scrollLeft;
  }
}
