import { isSingleView, ROWS, toVegaLite, type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { changeset, truthy, type View } from 'vega';
import { element, setText } from '../dom.js';
import type { Row } from '../model/rows.js';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { Look, Surface } from '../view/surface.js';
import { datumOfRow, type Datum } from './datum.js';
import { hideTooltip } from './tooltip.js';
import { formOf, vegaView } from './vegaView.js';

const RESIZE_PAUSE_MS = 120;

/** What is behind a saved picture: pages that show it need not have our theme. */
const PAPER = { light: '#ffffff', dark: '#111111' } as const;

/**
 * A chart that follows its rows: what changed goes into Vega as inserts, removals and modified fields, so that a frame
 * costs what changed. Another width or theme builds it anew over the rows that it holds.
 */
export class ChartSurface implements Surface {
  readonly node = element('div', 'millrace-Chart');
  readonly range = null;
  private readonly canvas = element('div', 'millrace-Chart-canvas');
  private readonly error = element('pre', 'millrace-Error');
  private readonly datums = new Map<number, Datum>();
  private columns: readonly ViewColumn[] = [];
  private view: View | null = null;
  private width = 0;
  /** Pixels by which what was drawn is wider than was asked: labels that Vega found no room for. */
  private overhang = 0;
  private observer: ResizeObserver | null = null;
  private resizeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Work on the Vega view is done one after the other. */
  private work: Promise<void> = Promise.resolve();
  private disposed = false;

  constructor(
    private readonly chart: ChartSpec,
    private look: Look,
    label: string,
  ) {
    this.error.hidden = true;
    this.error.setAttribute('role', 'alert');
    this.canvas.setAttribute('role', 'figure');
    this.canvas.setAttribute('aria-label', label);
    this.node.append(this.canvas, this.error);
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(this.node);
  }

  draw(change: Change, model: ViewModel): Promise<void> {
    return this.queue(async () => {
      if (change.reset) {
        const sameColumns = JSON.stringify(this.columns) === JSON.stringify(model.columns);
        this.columns = model.columns;
        this.datums.clear();
        const inserted = change.inserted.map(row => this.add(row));
        if (this.view === null || !sameColumns) await this.build();
        else await this.run(this.view, changeset().remove(truthy).insert(inserted));
        return;
      }
      const changes = changeset();
      for (const row of change.removed) this.remove(row, changes);
      for (const row of change.updated) this.modify(row, changes);
      changes.insert(change.inserted.map(row => this.add(row)));
      if (this.view !== null) await this.run(this.view, changes);
    });
  }

  setLook(look: Look): Promise<void> {
    if (look.mode === this.look.mode && look.font === this.look.font) return Promise.resolve();
    this.look = look;
    return this.queue(() => this.build());
  }

  setLive(): void {
    // A chart shows all of its rows: it asks for none.
  }

  picture(): string | null {
    const drawn = this.canvas.querySelector('canvas');
    return drawn === null || drawn.width === 0 ? null : pngOf(drawn, PAPER[this.look.mode]);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.resizeTimer);
    this.observer?.disconnect();
    this.view?.finalize();
    this.view = null;
    hideTooltip();
  }

  private queue(step: () => Promise<void>): Promise<void> {
    this.work = this.work.then(async () => {
      if (this.disposed) return;
      try {
        await step();
      } catch (error) {
        this.fail(error instanceof Error ? error.message : String(error));
      }
    });
    return this.work;
  }

  private add(row: Row): Datum {
    const datum = datumOfRow(row, this.columns);
    this.datums.set(row.id, datum);
    return datum;
  }

  private remove(row: Row, changes: ReturnType<typeof changeset>): void {
    const datum = this.datums.get(row.id);
    if (datum === undefined) return;
    this.datums.delete(row.id);
    changes.remove(datum);
  }

  /** Only fields that differ are told to Vega: it recomputes what reads them. */
  private modify(row: Row, changes: ReturnType<typeof changeset>): void {
    const datum = this.datums.get(row.id);
    if (datum === undefined) return;
    const next = datumOfRow(row, this.columns);
    for (const [name, value] of Object.entries(next)) {
      if (!Object.is(datum[name], value)) changes.modify(datum, name, value);
    }
  }

  private async run(view: View, changes: ReturnType<typeof changeset>): Promise<void> {
    await view.change(ROWS, changes).runAsync();
  }

  /** The width is read off the page after a pause, since a chart of another width is built anew. */
  private measure(): void {
    const width = Math.floor(this.node.clientWidth);
    if (width === 0 || width === this.width) return;
    clearTimeout(this.resizeTimer);
    const first = this.width === 0;
    this.resizeTimer = setTimeout(
      () => {
        this.width = width;
        this.overhang = 0;
        void this.queue(() => this.build());
      },
      first ? 0 : RESIZE_PAUSE_MS,
    );
  }

  private async build(): Promise<void> {
    if (this.width === 0 || this.columns.length === 0) return;
    this.error.hidden = true;
    this.view?.finalize();
    this.view = null;
    hideTooltip();
    await this.buildAt(this.width - this.overhang);
    const excess = this.canvas.scrollWidth - this.width;
    const fits = this.chart.form === 'vegaLite' || excess <= 0 || this.overhang > 0;
    if (fits) return;
    this.overhang = excess + 2;
    await this.build();
  }

  private async buildAt(width: number): Promise<void> {
    const spec = toVegaLite(this.chart, this.columns, { mode: this.look.mode, font: this.look.font, width });
    this.canvas.classList.toggle('millrace-mod-scroll', !isSingleView(spec));
    this.canvas.replaceChildren();
    const view = vegaView(spec, this.canvas, message => this.fail(message));
    this.view = view;
    // Fresh objects: Vega marks those it holds, and the old view held the ones before.
    for (const [id, datum] of this.datums)
      this.datums.set(id, Object.assign(Object.create(null) as Datum, plain(datum)));
    await view.insert(ROWS, [...this.datums.values()]).runAsync();
  }

  private fail(message: string): void {
    setText(this.error, `The ${formOf(this.chart)} cannot be drawn. ${message}`);
    this.error.hidden = false;
  }
}

/** A datum's own columns, without what Vega noted on it. */
function plain(datum: Datum): Datum {
  return Object.fromEntries(Object.entries(datum));
}

/** A canvas as base64 PNG, on an opaque ground. */
function pngOf(drawn: HTMLCanvasElement, paper: string): string | null {
  const copy = element('canvas');
  copy.width = drawn.width;
  copy.height = drawn.height;
  const context = copy.getContext('2d');
  if (context === null) return null;
  context.fillStyle = paper;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(drawn, 0, 0);
  return copy.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
