import type {
  Arrangement,
  RowRange,
  ViewColumn,
  ViewDescription,
  ViewMessage,
  ViewRequest,
} from '@millrace/protocol';
import { setAttribute } from '../dom.js';
import type { Row } from '../model/rows.js';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { AskedRow } from '../origins/askedRow.js';
import type { Surface } from '../view/surface.js';
import { DEFAULT_SETTINGS, type ViewSettings } from '../view/viewSettings.js';
import { CellMarks } from './cellMarks.js';
import { copyOf } from './clipboard.js';
import { GridCursor, type Bounds } from './cursor.js';
import { GridAsks } from './gridAsks.js';
import { GridColumns } from './gridColumns.js';
import { GridFrame } from './gridFrame.js';
import { GridHead } from './gridHead.js';
import { GridInput } from './gridInput.js';
import { GridLines } from './gridLines.js';
import { GridTools } from './gridTools.js';
import { RangeAsker } from './rangeAsker.js';
import { fitShort } from './shortTable.js';
import { stickyColumns, stickyOffsets } from './sticky.js';
import { Viewport } from './viewport.js';

const ROW_HEIGHT = 24;

/** What the notebook says of a grid's columns, and what is told when its reader has arranged them otherwise. */
interface GridKeeping {
  readonly saved?: unknown;
  readonly changed?: () => void;
}

/**
 * A live table: a real table of as many rows as fit, written anew as the data change or the user scrolls. At the end it
 * follows the end; anywhere else it stays, and rows that are not here are asked for.
 */
export class GridSurface implements Surface {
  readonly node: HTMLElement;
  private readonly frame: GridFrame;
  private readonly head = new GridHead();
  private readonly columns: GridColumns;
  private readonly cursor = new GridCursor();
  private readonly viewport = new Viewport(ROW_HEIGHT);
  private readonly input: GridInput;
  private readonly asker: RangeAsker;
  private readonly tools: GridTools;
  private asked: GridAsks | null = null;
  private tableColumns: readonly ViewColumn[] = [];
  private key: readonly string[] = [];
  private hasStates = false;
  private readonly lines: GridLines;
  private rows: readonly Row[] = [];
  private from = 0;
  private following = true;
  /** Whether its rows are in an order of their own: then the first ones are looked for, and there is no end to follow. */
  private ordered = false;
  private readonly marks = new CellMarks();
  private widths = '';
  /** The first row on the screen as it was set, and the scroll position that it was set by: of very tall tables a pixel is many rows. */
  private set = { first: 0, scrollTop: -1 };
  private readonly observer: ResizeObserver | null;
  private resting = false;

  constructor(
    label: string,
    private readonly ask: (request: ViewRequest) => void,
    private settings: ViewSettings = DEFAULT_SETTINGS,
    { saved, changed = () => undefined }: GridKeeping = {},
  ) {
    this.frame = new GridFrame(label);
    this.node = this.frame.node;
    this.lines = new GridLines(this.frame.body, this.frame.id);
    this.asker = new RangeAsker(settings.tableRows, ask);
    this.columns = new GridColumns(saved);
    this.columns.zone = settings.timeZone;
    const { scroller } = this.frame;
    // Before the cells' keys: those of heads come first.
    this.tools = new GridTools({
      frame: this.frame,
      head: this.head,
      columns: this.columns,
      cursor: this.cursor,
      ask,
      downloads: settings.downloads,
      arrange: arrangement => this.arrange(arrangement),
      rebuilt: () => {
        this.remake();
        changed();
      },
      resized: () => {
        this.layOut();
        this.write(false);
        changed();
      },
    });
    this.input = new GridInput(this.frame, this.cursor, {
      bounds: () => this.bounds(),
      firstRow: () => this.first(),
      moved: () => this.reveal(),
      looked: ({ row, column }) => this.lines.explain(row - this.first(), column),
      copy: () => this.copied(),
    });
    scroller.addEventListener('scroll', this.onScroll, { passive: true });
    this.observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.measure());
    this.observer?.observe(scroller);
  }

  get range(): RowRange {
    return this.asker.range;
  }

  get arrangement(): Arrangement | null {
    return this.tools.arrangement.isPlain ? null : this.tools.arrangement.now;
  }

  described(view: ViewDescription): ViewDescription {
    if (view.kind !== 'grid') return view;
    const { kind, title } = view;
    const columns = this.columns.saved;
    return columns === null ? { kind, title } : { kind, title, columns };
  }

  asks(ask: (asked: AskedRow) => void): null {
    const shape = () => ({ columns: this.tableColumns, key: this.key });
    const row = (index: number): Row | null => this.rows[index - this.from] ?? null;
    const { frame, cursor, input } = this;
    this.asked = new GridAsks({ frame, cursor, input, shape, row, ask });
    return null;
  }

  refused(reason: string): void {
    this.tools.refused(reason);
  }

  downloaded(message: Extract<ViewMessage, { type: 'download' }>, buffers: readonly Uint8Array[]): void {
    this.tools.download.receive(message, buffers);
  }

  draw(change: Change, model: ViewModel): void {
    this.resting = false;
    // What rows were before, where a frame changes some: those that move are marked as well.
    const before = change.reset ? null : new Map(this.rows.map(row => [row.id, row]));
    this.rows = model.rows();
    if (change.reset && model.seq > 0) this.tools.arrangement.confirm();
    // Saved rows are few of many: they are shown as a table of their own, from 0.
    const isAlone = model.seq === 0;
    this.from = isAlone ? 0 : model.from;
    const total = model.status.matched ?? model.status.total;
    this.viewport.total = isAlone ? this.rows.length : Math.max(total, this.from + this.rows.length);
    // Asked for the end, a table in an order gives its first rows.
    if (change.reset && !isAlone && this.range.tail && this.from + this.rows.length < total) {
      this.ordered = true;
      this.following = false;
    }
    let rewrite = this.setColumns(model) || change.reset;
    for (const rows of [change.inserted, change.updated]) {
      for (const row of rows) if (this.columns.learn(row)) rewrite = true;
    }
    this.cursor.clamp(this.bounds());
    this.layOut();
    this.write(rewrite, before);
  }

  setLook(): void {
    // Colours are CSS: the page's theme changes them.
  }

  /** Another height, and another zone of columns that name none. */
  setSettings(settings: ViewSettings): void {
    if (settings === this.settings) return;
    this.settings = settings;
    this.columns.zone = settings.timeZone;
    this.remake();
    this.askFor();
  }

  setLive(live: boolean): void {
    this.asker.live = live;
    this.tools.setLive(live);
    this.asked?.setLive(live);
  }

  picture(): null {
    return null;
  }

  rest(): void {
    this.resting = true;
    this.rows = [];
    this.lines.clear();
  }

  dispose(): void {
    this.asker.dispose();
    this.observer?.disconnect();
    this.frame.scroller.removeEventListener('scroll', this.onScroll);
    this.input.dispose();
    this.tools.dispose();
    this.asked?.dispose();
  }

  /** Asks for the rows in another order: from their beginning where they are sorted, else their end is followed. */
  private arrange(arrangement: Arrangement): void {
    this.ordered = arrangement.order.length > 0;
    this.following = !this.ordered;
    this.scrollTo(0);
    this.asker.restart(this.following);
    if (this.asker.live) this.ask({ type: 'arrange', arrangement, range: this.range });
  }

  /** Columns have come, gone or moved: all is drawn anew. */
  private remake(): void {
    if (this.tableColumns.length === 0 || this.resting) return;
    this.rebuild();
    this.cursor.clamp(this.bounds());
    this.layOut();
    this.write(true);
  }

  private bounds(): Bounds {
    const { total, fit } = this.viewport;
    return { rows: total, columns: this.columns.shown.length, page: Math.max(1, fit) };
  }

  /** The first row on the screen. */
  private first(): number {
    const { viewport, set, following } = this;
    if (following) return viewport.lastFirst;
    const { scrollTop } = this.frame.scroller;
    return Math.abs(scrollTop - set.scrollTop) < 1
      ? Math.min(set.first, viewport.lastFirst)
      : viewport.firstAt(scrollTop);
  }

  private scrollTo(first: number): void {
    const { scroller } = this.frame;
    scroller.scrollTop = this.viewport.scrollOf(first);
    this.set = { first, scrollTop: scroller.scrollTop };
  }

  /** Makes the table anew where its columns are others. @returns whether it did. */
  private setColumns(model: ViewModel): boolean {
    const hasStates = this.hasStates || this.rows.some(row => row.state !== null);
    const isSame =
      model.columns === this.tableColumns ||
      JSON.stringify(model.columns) === JSON.stringify(this.tableColumns);
    this.tableColumns = model.columns;
    this.key = model.key;
    if (isSame && hasStates === this.hasStates && this.columns.shown.length > 0) return false;
    this.hasStates = hasStates;
    if (!isSame) this.columns.set(model.columns);
    this.rebuild();
    return true;
  }

  /** Makes head and rows anew: after columns have come, gone or moved. */
  private rebuild(): void {
    const { columns, frame, head } = this;
    this.lines.clear();
    this.widths = '';
    const sticky = stickyColumns(columns.shown, this.key);
    head.set({
      formats: columns.shown,
      hasStates: this.hasStates,
      key: this.key,
      left: columns.left,
      sticky,
      id: frame.id,
    });
    head.showFilters(
      this.tools.wantsFilters,
      column => this.tools.arrangement.textOf(column),
      this.hasStates,
      sticky,
    );
    head.setSorts(this.tools.arrangement.order);
    frame.table.replaceChildren(head.columns, head.node, frame.body);
    setAttribute(
      frame.table,
      'aria-colcount',
      String(columns.shown.length + columns.left + Number(this.hasStates)),
    );
    for (const row of this.rows) columns.learn(row);
  }

  /** Sizes: the scrolled height, the rows on the screen, the columns' widths. */
  private layOut(): void {
    const { viewport, frame } = this;
    fitShort(frame.scroller, viewport, this.settings.tableRows, this.headHeight());
    const height = frame.scroller.clientHeight - this.headHeight();
    viewport.fit = Math.max(
      1,
      Math.min(
        viewport.total,
        height > 0 ? Math.floor(height / viewport.rowHeight) : this.settings.tableRows,
      ),
    );
    frame.sizer.style.height = `${viewport.height + this.headHeight()}px`;
    setAttribute(frame.table, 'aria-rowcount', String(viewport.total + 1));
    const sticky = stickyColumns(this.columns.shown, this.key);
    const isWider = this.lines.grow(viewport.fit, this.columns.shown, this.hasStates, sticky);
    const widths = this.columns.cssWidths();
    const room = frame.scroller.clientWidth;
    const across = [room, ...widths].join();
    if (across !== this.widths || isWider) {
      this.widths = across;
      this.head.setWidths(widths);
      stickyOffsets(frame.table, this.head.row, this.lines.rows, room);
    }
    if (this.following) frame.scroller.scrollTop = viewport.scrollOf(viewport.lastFirst);
  }

  private headHeight(): number {
    return this.frame.table.tHead?.offsetHeight ?? 0;
  }

  /** Writes the rows that the scroll position shows. */
  private write(rewrite: boolean, before: ReadonlyMap<number, Row> | null = null): void {
    const { viewport } = this;
    const first = this.first();
    this.frame.empty.hidden = viewport.total > 0;
    const shown = Math.min(viewport.fit, viewport.total);
    this.lines.write({
      first,
      count: shown,
      rowAt: line => this.rows[first + line - this.from] ?? null,
      rewrite,
      before,
      // A row that went elsewhere between a press of the pointer and its release would not be clicked.
      mayTurn: !this.input.isPressed,
    });
    this.mark(first, shown);
  }

  /** Marks the cursor's cell and those that are selected. */
  private mark(first: number, shown: number): void {
    const { at } = this.cursor;
    const head = { index: -1, cells: this.head.cells };
    const active = this.marks.show(this.cursor, [head, ...this.lines.marked(first, shown)]);
    if (at !== null) this.lines.explain(at.row - first, at.column);
    setAttribute(this.frame.table, 'aria-activedescendant', active?.id ?? null);
    this.asked?.moved();
  }

  /** The cursor has moved: what it is at comes into sight. */
  private reveal(): void {
    const { at, area } = this.cursor;
    if (at === null) return;
    const first = this.first();
    const target = at.row < 0 ? first : this.viewport.firstFor(at.row, first);
    if (target !== first) this.scrollTo(target);
    this.settle();
    this.input.revealColumn(this.head.cells[at.column], this.head.cells);
    if (area !== null) this.asker.select(area);
    this.askFor();
  }

  private copied(): string | null {
    const { area } = this.cursor;
    if (area === null) return null;
    const { text, told } = copyOf(area, this.rows, this.from, this.columns.shown);
    this.frame.tell(told);
    return text;
  }

  private readonly onScroll = (): void => {
    this.settle();
    this.askFor();
  };

  /** Takes the scroll position over, and writes what it shows. */
  private settle(): void {
    const { viewport } = this;
    this.following = false;
    const first = this.first();
    this.following = !this.ordered && first >= viewport.lastFirst;
    this.write(false);
  }

  private askFor(): void {
    this.asker.look(this.first(), this.viewport.fit, this.following);
  }

  private measure(): void {
    if (this.columns.shown.length === 0 || this.resting) return;
    this.layOut();
    this.write(false);
    this.askFor();
  }
}
