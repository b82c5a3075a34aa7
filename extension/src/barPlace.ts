import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

/** A toolbar that is narrower, in pixels, has no room for the bar beside what else is there. */
const LEAST_WIDTH = 1240;

/**
 * Puts a notebook's replay bar into its toolbar, or, where that is narrow, into a row of its own below it. Moves it when the notebook becomes wider or narrower; returns
 * what stops that.
 */
export function placeOfBar(panel: NotebookPanel, inToolbar: Widget, bar: HTMLElement): () => void {
  const row = new Widget();
  row.addClass('millrace-ReplayRow');
  const place = (): void => {
    const { clientWidth } = panel.node;
    // Without a replay it has no time line, and is small.
    const isNarrow = clientWidth > 0 && clientWidth < LEAST_WIDTH && bar.dataset.millraceClock !== 'idle';
    const parent = isNarrow ? row.node : inToolbar.node;
    if (bar.parentElement !== parent) {
      // What has the focus keeps it.
      const focus = document.activeElement;
      parent.append(bar);
      if (focus instanceof HTMLElement && bar.contains(focus)) focus.focus();
    }
    bar.classList.toggle('millrace-mod-row', isNarrow);
    if (isNarrow && row.parent === null) panel.contentHeader.addWidget(row);
    else if (!isNarrow) row.parent = null;
    fit();
  };
  const fit = (): void => {
    const height = bar.hidden || row.parent === null ? 0 : bar.offsetHeight;
    const text = `${height}px`;
    if (row.node.style.minHeight === text) return;
    row.node.style.minHeight = row.node.style.maxHeight = text;
    row.parent?.fit();
  };
  const observer = new ResizeObserver(place);
  observer.observe(panel.node);
  observer.observe(bar);
  place();
  return () => {
    observer.disconnect();
    row.dispose();
  };
}
