import type { Arrangement, DownloadFormat, ViewRequest } from '@millrace/protocol';
import { setAttribute } from '../dom.js';
import { toolButton } from '../toolButton.js';
import { columnMenu, widen, type ColumnActions } from './columnMenu.js';
import type { GridCursor } from './cursor.js';
import { GridDownload } from './download.js';
import { GridArrangement } from './gridArrangement.js';
import type { GridColumns } from './gridColumns.js';
import type { GridFrame } from './gridFrame.js';
import type { GridHead } from './gridHead.js';
import { HeadInput } from './headInput.js';
import { openMenu, type MenuItem } from './menu.js';

const FILTER_PAUSE_MS = 250;

const FORMATS: readonly (readonly [DownloadFormat, string])[] = [
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
  ['arrow', 'Arrow'],
];

/** What the tools of a grid need of it. */
interface Grid {
  readonly frame: GridFrame;
  readonly head: GridHead;
  readonly columns: GridColumns;
  readonly cursor: GridCursor;
  readonly ask: (request: ViewRequest) => void;
  /** Asks for the rows in another order, or others of them. */
  arrange(arrangement: Arrangement): void;
  rebuilt(): void;
  resized(): void;
  /** Kinds of files that can be downloaded; not there: all. */
  readonly downloads?: readonly DownloadFormat[] | undefined;
}

/** The tools of a grid: sorting, filters, and what can be done with its columns. */
export class GridTools implements ColumnActions {
  readonly arrangement = new GridArrangement();
  readonly download: GridDownload;
  private readonly headInput: HeadInput;
  private readonly buttons: readonly HTMLButtonElement[];
  private live = false;
  private filterTimer: ReturnType<typeof setTimeout> | undefined;
  /** The fields that have been written into since. */
  private readonly written = new Set<HTMLInputElement>();

  constructor(private readonly grid: Grid) {
    const { frame, head } = grid;
    this.headInput = new HeadInput(frame, head.row, {
      turn: (place, add) => this.turn(place, add),
      menu: (place, cell) => this.menu(place, cell),
      resize: (place, pixels) => {
        grid.columns.resize(grid.columns.shown[place].column.name, pixels);
        grid.resized();
      },
      move: (from, to) => this.move(from, to),
    });
    frame.scroller.addEventListener('keydown', this.onKey);
    head.node.addEventListener('input', this.onFilter);
    head.node.addEventListener('keydown', this.onFilterKey);
    const filter = toolButton('Grid', 'Filter', () => this.toggleFilters());
    filter.setAttribute('aria-pressed', 'false');
    const columns = toolButton('Grid', 'Columns', () => this.menuOf(columns, 'Columns', this.columnItems()));
    columns.setAttribute('aria-haspopup', 'menu');
    this.download = new GridDownload(grid.ask, (text, isTrouble) => {
      frame.complain(isTrouble ? text : null);
      frame.note(isTrouble ? '' : text);
      frame.tell(text);
    });
    const download = toolButton('Grid', 'Download', () =>
      this.menuOf(download, 'Download', this.downloadItems()),
    );
    download.classList.add('millrace-Grid-download');
    download.setAttribute('aria-haspopup', 'menu');
    this.buttons = [filter, download];
    frame.tools.append(filter, columns, download, frame.noted);
    this.setLive(false);
  }

  setLive(live: boolean): void {
    this.live = live;
    for (const button of this.buttons) button.disabled = !live;
    if (!live) this.download.lost();
  }

  dispose(): void {
    clearTimeout(this.filterTimer);
    this.headInput.dispose();
    const { frame, head } = this.grid;
    frame.scroller.removeEventListener('keydown', this.onKey);
    head.node.removeEventListener('input', this.onFilter);
    head.node.removeEventListener('keydown', this.onFilterKey);
  }

  /** Opens a menu below one of the tools. */
  menuOf(button: HTMLElement, label: string, items: readonly MenuItem[]): void {
    openMenu(this.grid.frame.node, button, label, items, () => button.focus());
  }

  /** The kernel cannot show the rows so. */
  refused(reason: string): void {
    const { arrangement, grid } = this;
    const wasPlain = arrangement.isPlain;
    arrangement.takeBack();
    grid.head.setSorts(arrangement.order);
    grid.frame.complain(reason);
    // Others may have been on their way with it: the kernel is told where we stand.
    if (!wasPlain && this.live) grid.arrange(arrangement.now);
  }

  arranged(): void {
    const { frame, head } = this.grid;
    head.setSorts(this.arrangement.order);
    frame.complain(null);
    frame.tell(sortText(this.arrangement));
    this.grid.arrange(this.arrangement.now);
  }

  rebuilt(): void {
    this.grid.rebuilt();
  }

  resized(): void {
    this.grid.resized();
  }

  filter(column: string): void {
    if (!this.grid.head.hasFilters) this.toggleFilters();
    this.grid.head.fieldOf(column)?.focus();
  }

  private turn(place: number, add: boolean): void {
    if (!this.live) return;
    this.arrangement.turn(this.grid.columns.shown[place].column.name, add);
    this.arranged();
  }

  private move(from: number, to: number): void {
    const { columns, cursor } = this.grid;
    if (!columns.move(from, to)) return;
    if (cursor.at?.row === -1 && cursor.at.column === from)
      cursor.go({ row: -1, column: to }, false, { rows: 0, columns: columns.shown.length, page: 1 });
    this.grid.rebuilt();
  }

  private menu(place: number, head: HTMLElement): void {
    const { frame, columns } = this.grid;
    const { name } = columns.shown[place].column;
    const items = columnMenu(place, columns, this.arrangement, this.live, this);
    openMenu(frame.node, head, `Column ${name}`, items, () => frame.table.focus({ preventScroll: true }));
  }

  private columnItems(): MenuItem[] {
    const { columns, frame } = this.grid;
    const all: MenuItem = {
      label: 'Show all',
      run: () => {
        columns.showAll();
        this.grid.rebuilt();
      },
    };
    const each = columns.ordered.slice(0, 200).map(({ column: { name } }): MenuItem => ({
      label: name,
      checked: !columns.isHidden(name),
      run: () => {
        if (columns.hide(name, !columns.isHidden(name))) this.grid.rebuilt();
        else frame.tell('One column stays.');
      },
    }));
    return [all, ...each];
  }

  private downloadItems(): MenuItem[] {
    const { download } = this;
    if (download.isRunning) return [{ label: 'Stop the download', run: () => download.stop() }];
    const { downloads } = this.grid;
    const possible = FORMATS.filter(([format]) => downloads?.includes(format) ?? true);
    return possible.map(([format, label]) => ({
      label,
      run: () => download.start(this.grid.frame.label, format),
    }));
  }

  private toggleFilters(): void {
    const { head } = this.grid;
    const shown = !head.hasFilters;
    this.buttons[0].setAttribute('aria-pressed', String(shown));
    setAttribute(head.node, 'data-filters', shown ? '' : null);
    this.grid.rebuilt();
    if (shown) head.node.querySelector<HTMLInputElement>('input')?.focus();
  }

  /** Whether the fields of filters are to be shown. */
  get wantsFilters(): boolean {
    return this.buttons[0].getAttribute('aria-pressed') === 'true';
  }

  private readonly onFilter = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.written.add(event.target);
    clearTimeout(this.filterTimer);
    this.filterTimer = setTimeout(() => this.applyFilters(), FILTER_PAUSE_MS);
  };

  private readonly onFilterKey = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    clearTimeout(this.filterTimer);
    if (event.key === 'Escape') event.target.value = '';
    this.written.add(event.target);
    this.applyFilters();
    if (event.key === 'Escape') this.grid.frame.table.focus({ preventScroll: true });
  };

  private applyFilters(): void {
    const fields = [...this.written];
    this.written.clear();
    for (const field of fields) this.applyFilter(field);
  }

  private applyFilter(field: HTMLInputElement): void {
    const column = field.dataset.column ?? '';
    const format = this.grid.columns.shown.find(each => each.column.name === column);
    const isText = format?.type === 'text' && format.column.type !== 'boolean';
    if (this.live && this.arrangement.filter(column, field.value, isText)) this.arranged();
  }

  /** Keys on a head: Enter sorts, Shift with the arrows widens, with Ctrl as well moves the column, Alt+Down opens its menu. */
  private readonly onKey = (event: KeyboardEvent): void => {
    const { cursor, columns, head } = this.grid;
    const { at } = cursor;
    if (at?.row !== -1 || at.column >= columns.shown.length || event.target instanceof HTMLInputElement)
      return;
    const cell = head.cells[at.column];
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const isMenu =
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10') ||
      (event.altKey && event.key === 'ArrowDown');
    if (isMenu) this.menu(at.column, cell);
    else if (event.key === 'Enter') this.turn(at.column, event.shiftKey);
    else if (way !== 0 && event.shiftKey && event.ctrlKey) this.move(at.column, at.column + way);
    else if (way !== 0 && event.shiftKey) {
      widen(columns, at.column, cell.offsetWidth, way);
      this.grid.resized();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
}
function sortText({ order, now }: GridArrangement): string {
  const sorts = order.map(
    ({ column, descending }) => `${column}, ${descending ? 'descending' : 'ascending'}`,
  );
  const sorted = sorts.length === 0 ? 'Not sorted' : `Sorted by ${sorts.join(', then ')}`;
  return now.filter.length === 0 ? `${sorted}.` : `${sorted}, filtered.`;
}
