import { setAttribute } from '../dom.js';
import type { Viewport } from './viewport.js';

/** Of a head that is not there yet. */
const HEAD_HEIGHT = 28;

/** A table of fewer rows than the usual height has is as high as its rows. */
export function fitShort(
  scroller: HTMLElement,
  { total, rowHeight }: Viewport,
  tableRows: number,
  headHeight: number,
): void {
  const isShort = total < tableRows;
  scroller.style.setProperty('--millrace-grid-height', `${tableRows * rowHeight + HEAD_HEIGHT}px`);
  if (isShort) {
    const scrollbar = scroller.offsetHeight - scroller.clientHeight;
    scroller.style.height = `${headHeight + Math.max(1, total) * rowHeight + scrollbar}px`;
  } else if (scroller.dataset.short !== undefined) {
    scroller.style.height = '';
  }
  setAttribute(scroller, 'data-short', isShort ? '' : null);
}
