import type { RowRange, ViewColumn, ViewRequest } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import type { Row } from '../model/rows.js';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { Surface } from '../view/surface.js';
import { ColumnFormat } from './columnFormat.js';
import { GridRow } from './gridRow.js';
import { gridHead } from './gridHead.js';
import { Viewport } from './viewport.js';

const ROW_HEIGHT = 24;
const FIRST_ROWS = 12;
/** Rows asked for beside those on the screen, so that a short scroll has them already. */
const MARGIN = 12;
/** Columns drawn at most: more cells than this make every frame slow, and nobody reads them side by side. */
const MOST_COLUMNS = 80;
const ASK_PAUSE_MS = 40;

/**
 * A live table: a real table of as many rows as fit, written anew as the data change or the user scrolls. At the end it
 * follows the end; anywhere else it stays, and rows that are not here are asked for.
 */
export class GridSurface implements Surface {
  readonly node = element('div', 'millrace-Grid');
  range: RowRange = { from: 0, limit: FIRST_ROWS + 2 * MARGIN, tail: true };
  private readonly scroller = element('div', 'millrace-Grid-scroller');
  private readonly sizer = element('div', 'millrace-Grid-sizer');
  private readonly table = element('table', 'millrace-Grid-table');
  private readonly body = element('tbody');
  private readonly empty = element('p', 'millrace-Grid-empty');
  private readonly viewport = new Viewport(ROW_HEIGHT);
  private formats: ColumnFormat[] = [];
  private columns: readonly ViewColumn[] = [];
  private hasStates = false;
  private lines: GridRow[] = [];
  private rows: readonly Row[] = [];
  private from = 0;
  private following = true;
  /** Whether its rows are in an order of their own: then the first ones are looked for, and there is no end to follow. */
  private ordered = false;
  private live = false;
  private widths = '';
  private askTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly observer: ResizeObserver | null;

  constructor(
    label: string,
    private readonly ask: (request: ViewRequest) => void,
  ) {
    this.table.setAttribute('role', 'grid');
    this.table.setAttribute('aria-readonly', 'true');
    this.table.setAttribute('aria-label', label);
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute('role', 'group');
    this.scroller.setAttribute('aria-label', `${label}, scrollable`);
    // JupyterLab would take the arrow keys to move between cells.
    this.scroller.dataset.lmSuppressShortcuts = 'true';
    this.empty.textContent = 'No rows so far';
    this.sizer.append(this.table, this.empty);
    this.scroller.append(this.sizer);
    this.node.append(this.scroller);
    this.scroller.addEventListener('scroll', this.onScroll, { passive: true });
    this.scroller.addEventListener('keydown', this.onKey);
    this.observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.measure());
    this.observer?.observe(this.scroller);
  }

  draw(change: Change, model: ViewModel): void {
    this.rows = model.rows();
    // Saved rows are few of many: they are shown as a table of their own, from 0.
    const alone = model.seq === 0;
    this.from = alone ? 0 : model.from;
    this.viewport.total = alone
      ? this.rows.length
      : Math.max(model.status.total, this.from + this.rows.length);
    // Asked for the end, a table in an order gives its first rows.
    if (change.reset && !alone && this.range.tail && this.from + this.rows.length < model.status.total) {
      this.ordered = true;
      this.following = false;
    }
    let rewrite = this.setColumns(model) || change.reset;
    for (const rows of [change.inserted, change.updated]) {
      for (const row of rows) if (this.learn(row)) rewrite = true;
    }
    this.layOut();
    this.write(rewrite);
  }

  setLook(): void {
    // Colours are CSS: the page's theme changes them.
  }

  setLive(live: boolean): void {
    this.live = live;
  }

  picture(): null {
    return null;
  }

  dispose(): void {
    clearTimeout(this.askTimer);
    this.observer?.disconnect();
    this.scroller.removeEventListener('scroll', this.onScroll);
    this.scroller.removeEventListener('keydown', this.onKey);
  }

  /** Makes the table anew where its columns are others. @returns whether it did. */
  private setColumns(model: ViewModel): boolean {
    const hasStates = this.hasStates || this.rows.some(row => row.state !== null);
    const same =
      model.columns === this.columns || JSON.stringify(model.columns) === JSON.stringify(this.columns);
    this.columns = model.columns;
    if (same && hasStates === this.hasStates && this.formats.length > 0) return false;
    this.hasStates = hasStates;
    this.formats = model.columns.slice(0, MOST_COLUMNS).map(column => new ColumnFormat(column));
    this.lines = [];
    this.widths = '';
    this.body.replaceChildren();
    const left = model.columns.length - this.formats.length;
    this.table.replaceChildren(...gridHead(this.formats, hasStates, model.key, left), this.body);
    setAttribute(this.table, 'aria-colcount', String(model.columns.length + (hasStates ? 1 : 0)));
    for (const row of this.rows) this.learn(row);
    return true;
  }

  private learn(row: Row): boolean {
    let changed = false;
    this.formats.forEach((format, column) => {
      if (format.learn(row.values[column] ?? null)) changed = true;
    });
    return changed;
  }

  /** Sizes: the scrolled height, the rows on the screen, the columns' widths. */
  private layOut(): void {
    const { viewport } = this;
    this.fitShort();
    const height = this.scroller.clientHeight - this.headHeight();
    viewport.fit = Math.max(
      1,
      Math.min(viewport.total, height > 0 ? Math.floor(height / viewport.rowHeight) : FIRST_ROWS),
    );
    this.sizer.style.height = `${viewport.height + this.headHeight()}px`;
    setAttribute(this.table, 'aria-rowcount', String(viewport.total + 1));
    while (this.lines.length < viewport.fit) {
      const line = new GridRow(this.formats, this.hasStates);
      this.lines.push(line);
      this.body.append(line.node);
    }
    const widths = this.formats.map(format => format.width).join();
    if (widths !== this.widths) {
      this.widths = widths;
      const cols = [...this.table.querySelectorAll<HTMLElement>('col[data-column]')];
      cols.forEach(
        (col, column) => (col.style.width = `calc(${this.formats[column].width * 0.95}ch + 20px)`),
      );
    }
    if (this.following) this.scroller.scrollTop = viewport.scrollOf(viewport.lastFirst);
  }

  /** A table of fewer rows than the usual height has is as high as its rows. */
  private fitShort(): void {
    const { scroller, viewport } = this;
    const isShort = viewport.total < FIRST_ROWS;
    if (isShort) {
      const scrollbar = scroller.offsetHeight - scroller.clientHeight;
      const rows = Math.max(1, viewport.total) * viewport.rowHeight;
      scroller.style.height = `${this.headHeight() + rows + scrollbar}px`;
    } else if (scroller.dataset.short !== undefined) {
      scroller.style.height = '';
    }
    setAttribute(scroller, 'data-short', isShort ? '' : null);
  }

  private headHeight(): number {
    return this.table.tHead?.offsetHeight ?? 0;
  }

  /** Writes the rows that the scroll position shows. */
  private write(rewrite: boolean): void {
    const { viewport } = this;
    const first = this.following ? viewport.lastFirst : viewport.firstAt(this.scroller.scrollTop);
    this.empty.hidden = viewport.total > 0;
    const shown = Math.min(viewport.fit, viewport.total);
    this.lines.forEach((line, at) => {
      const index = first + at;
      line.setHidden(at >= shown);
      if (at < shown) line.show(this.rows[index - this.from] ?? null, index, rewrite);
    });
  }

  private readonly onScroll = (): void => {
    const first = this.viewport.firstAt(this.scroller.scrollTop);
    this.following = !this.ordered && first >= this.viewport.lastFirst;
    this.write(false);
    this.askFor(first);
  };

  /** Asks for the rows on the screen and some around, where they are not what was asked for last. */
  private askFor(first: number): void {
    const limit = this.viewport.fit + 2 * MARGIN;
    const from = Math.max(0, first - MARGIN);
    const { range } = this;
    const held = first >= range.from && first + this.viewport.fit <= range.from + range.limit;
    if (this.following ? range.tail && range.limit === limit : !range.tail && held) return;
    this.range = { from, limit, tail: this.following };
    clearTimeout(this.askTimer);
    this.askTimer = setTimeout(() => {
      if (this.live) this.ask({ type: 'range', range: this.range });
    }, ASK_PAUSE_MS);
  }

  private measure(): void {
    if (this.formats.length === 0) return;
    this.layOut();
    this.write(false);
    this.askFor(this.following ? this.viewport.lastFirst : this.viewport.firstAt(this.scroller.scrollTop));
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const { viewport } = this;
    const first = this.following ? viewport.lastFirst : viewport.firstAt(this.scroller.scrollTop);
    const target: Record<string, number> = {
      ArrowDown: first + 1,
      ArrowUp: first - 1,
      PageDown: first + viewport.fit,
      PageUp: first - viewport.fit,
      Home: 0,
      End: viewport.lastFirst,
    };
    if (!Object.hasOwn(target, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.scroller.scrollTop = viewport.scrollOf(Math.max(0, target[event.key]));
  };
}
