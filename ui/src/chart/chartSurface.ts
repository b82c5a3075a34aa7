import {
  isSingleView,
  scatterOf,
  toVegaLite,
  type ChartPixels,
  type ChartSpec,
  type ViewDescription,
  type ViewRequest,
} from '@millrace/protocol';
import type { Spec, View } from 'vega';
import { element, setAttribute, setText } from '../dom.js';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { AskedRow } from '../origins/askedRow.js';
import type { Look, Picture, Surface } from '../view/surface.js';
import { ChartAsks } from './chartAsks.js';
import type { ChartSelections } from './chartSelections.js';
import { ChartReader } from './chartReader.js';
import { pictureOf } from './chartPicture.js';
import { emptyOf, roomOf } from './chartRoom.js';
import { ChartTables, type TableChanges } from './chartTables.js';
import { drawnTexts } from './drawnTexts.js';
import { FastLines } from './fastLines.js';
import { FittedHeight } from './fittedHeight.js';
import { readerLook, watchReader, type ReaderLook } from './readerLook.js';
import { hasInterval, NONE_SELECTED, withSelections } from './selectionSpec.js';
import { chartSummary } from './summary/chartSummary.js';
import { describeChart } from './summary/describe.js';
import { seenSpan, SPAN, type Span } from './timeAxis.js';
import { hideTooltip } from './tooltip.js';
import { formOf, vegaView } from './vegaView.js';
import { Zoom } from './zoom.js';

const RESIZE_PAUSE_MS = 120;

/** What can be seen is told after a pause, since another follows while an axis is dragged. */
const PIXELS_PAUSE_MS = 80;

/** What a chart may have beside what it shows. */
export interface ChartSurfaceOptions {
  /** The zone whose clocks its axes tell; not given: UTC. */
  readonly timeZone?: string | undefined;
  /** Asks for other rows: those that make the pixels that are seen. */
  readonly ask?: (request: ViewRequest) => void;
  /** What can be selected in it and is an input of the session; null: nothing. */
  readonly selections?: ChartSelections | null;
}

/**
 * A chart that follows its rows: what changed goes into Vega as inserts, removals and modified fields, so that a frame
 * costs what changed. Another width or theme builds it anew over the rows that it holds.
 */
export class ChartSurface implements Surface {
  readonly node = element('div', 'millrace-Chart');
  readonly range = null;
  private readonly canvas = element('div', 'millrace-Chart-canvas');
  /** Beside the picture: what is in a picture cannot be reached. */
  private readonly controls = element('div', 'millrace-Chart-controls');
  private readonly error = element('pre', 'millrace-Error');
  private rows: ChartTables;
  private readonly reader: ChartReader;
  private model: ViewModel | null = null;
  private readonly fitted = new FittedHeight();
  private readonly zoom: Zoom;
  private view: View | null = null;
  /** What draws the lines of a chart of nothing else; null: Vega draws all of it. Not there before the columns are known. */
  private fast: FastLines | null | undefined;
  private told: ChartPixels | null = null;
  private pixelsTimer: ReturnType<typeof setTimeout> | undefined;
  /** The scales of the time axis, which can be held. */
  private scales: readonly string[] = [];
  private isFull = false;
  private width = 0;
  /** Pixels by which what was drawn is wider than was asked: labels that Vega found no room for. */
  private overhang = 0;
  private observer: ResizeObserver | null = null;
  private resizeTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly label: string;
  private look: ReaderLook;
  private readonly unwatchReader: () => void;
  private readonly timeZone: string | undefined;
  private readonly ask: (request: ViewRequest) => void;
  private readonly selections: ChartSelections | null;
  /** Work on the Vega view is done one after the other. */
  private work: Promise<void> = Promise.resolve();
  private disposed = false;
  private asked: ChartAsks | null = null;

  constructor(
    private readonly chart: ChartSpec,
    private themeLook: Look,
    title: string | null,
    { timeZone, ask = () => undefined, selections = null }: ChartSurfaceOptions = {},
  ) {
    this.timeZone = timeZone;
    this.ask = ask;
    this.selections = selections;
    this.rows = new ChartTables(timeZone);
    this.look = readerLook(themeLook);
    this.unwatchReader = watchReader(() => void this.setLook(this.themeLook));
    this.error.hidden = true;
    this.error.setAttribute('role', 'alert');
    this.label = title ?? describeChart(chart).text;
    this.nameCanvas();
    this.zoom = new Zoom(this.canvas, {
      seen: () => (this.view === null || this.scales.length === 0 ? null : seenSpan(this.view, this.scales)),
      show: span => void this.queue(() => this.showSpan(span)),
      needsShift: chart.form === 'vegaLite' && hasInterval(chart.spec),
      escape: () => this.selections?.clear() ?? false,
    });
    if (chart.form === 'stat') this.canvas.removeAttribute('tabindex');
    this.canvas.style.minHeight = `${roomOf(chart)}px`;
    this.reader = new ChartReader(this.canvas, () =>
      this.model === null ? '' : chartSummary(chart, this.model, timeZone),
    );
    this.node.append(this.canvas, this.controls, this.reader.node, this.zoom.button, this.error);
    if (selections !== null) {
      this.node.append(selections.node);
      selections.onChange(() => void this.queue(() => this.build()));
    }
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(this.node);
  }

  asks(ask: (asked: AskedRow) => void): HTMLElement {
    const { canvas, chart, timeZone } = this;
    this.asked = new ChartAsks({
      canvas,
      chart,
      timeZone,
      ask,
      model: () => this.model,
      point: event => (this.fast == null ? undefined : this.fast.rowAt(event)),
      isHeld: () => this.zoom.held !== null,
    });
    return this.asked.button;
  }

  draw(change: Change, model: ViewModel): Promise<void> {
    this.model = model;
    this.reader.changed();
    return this.queue(async () => {
      if (this.fast === undefined) this.fast = FastLines.of(this.chart, model, this.canvas, this.timeZone);
      if (this.fast != null) return this.drawFast(this.fast, change, model);
      const changes = this.rows.apply(change, model);
      if (changes === 'rebuild' || this.view === null) await this.build();
      else await this.run(this.view, changes);
      this.tellPixels();
    });
  }

  get pixels(): ChartPixels | null {
    return this.told;
  }

  private async drawFast(fast: FastLines, change: Change, model: ViewModel): Promise<void> {
    if (fast.apply(change, model) || this.view === null) {
      await this.build();
      if (this.fast !== null) return;
      // Vega draws it, and has all rows.
      this.rows.apply({ reset: true, inserted: model.rows(), updated: [], removed: [] }, model);
      await this.build();
    } else if ((await fast.update(this.view)) && this.outgrows()) await this.build();
    this.tellPixels();
  }

  /** Tells the kernel what can be seen, so that it sends the rows that make it. */
  private tellPixels(): void {
    if (this.view === null || this.fast === undefined) return;
    const pixels = this.fast?.pixels(this.view, this.zoom.held) ?? this.pointPixels(this.view);
    if (pixels === null) return;
    if (JSON.stringify(pixels) === JSON.stringify(this.told)) return;
    const isFirst = this.told === null;
    this.told = pixels;
    clearTimeout(this.pixelsTimer);
    this.pixelsTimer = setTimeout(
      () => this.ask({ type: 'pixels', pixels: this.told! }),
      isFirst ? 0 : PIXELS_PAUSE_MS,
    );
  }

  /** Of a chart of points what can be seen of them; null: it is none. */
  private pointPixels(view: View): ChartPixels | null {
    if (scatterOf(this.chart, this.rows.columns) === null) return null;
    const [columns, rows] = [view.width(), view.height()].map(size => Math.max(1, Math.round(size)));
    return { columns, rows, span: this.zoom.held };
  }

  setLook(look: Look): Promise<void> {
    this.themeLook = look;
    const seen = readerLook(look);
    if (JSON.stringify(seen) === JSON.stringify(this.look)) return Promise.resolve();
    this.look = seen;
    return this.queue(() => this.build());
  }

  setFull(isFull: boolean): void {
    this.isFull = isFull;
    this.measure();
  }

  setLive(live: boolean): void {
    this.asked?.setLive(live);
  }

  described(view: ViewDescription): ViewDescription {
    const selections = this.selections?.saved;
    return view.kind === 'chart' && selections !== undefined ? { ...view, selections } : view;
  }

  picture(): Picture | null {
    return pictureOf(this.canvas, this.look.mode);
  }

  rest(): void {
    this.model = null;
    void this.queue(() => {
      const room = this.canvas.offsetHeight;
      if (room > 0) this.canvas.style.minHeight = `${room}px`;
      this.letGo();
      return Promise.resolve();
    });
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.resizeTimer);
    this.reader.dispose();
    this.unwatchReader();
    this.asked?.dispose();
    this.observer?.disconnect();
    this.selections?.dispose();
    this.letGo();
    hideTooltip();
  }

  /** Gives up what is drawn, and the rows that it is drawn of. */
  private letGo(): void {
    clearTimeout(this.pixelsTimer);
    this.fast?.dispose();
    this.fast = undefined;
    this.view?.finalize();
    this.view = null;
    this.rows = this.rows.empty();
    emptyOf(this.canvas);
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

  /** Another part of the time axis; moves that came since are shown at once. */
  private async showSpan(span: Span | null): Promise<void> {
    if (this.view === null || span !== this.zoom.held) return;
    hideTooltip();
    await this.view.signal(SPAN, span).runAsync();
    this.fast?.paint(this.view);
    this.tellPixels();
  }

  private async run(view: View, changes: TableChanges): Promise<void> {
    await this.rows.change(view, changes).runAsync();
    this.tell(view);
    if (this.outgrows()) await this.build();
  }

  /** Whether labels have grown beyond the page's width. Notes by how much, for the next building. */
  private outgrows(): boolean {
    if (this.chart.form === 'vegaLite') return false;
    // What stands above it, such as what is told of a point, may reach further.
    const drawn = this.canvas.querySelector('canvas, svg')?.getBoundingClientRect().width ?? 0;
    const excess = Math.floor(drawn) - this.width;
    if (excess <= 0) return false;
    this.overhang += excess + 2;
    return true;
  }

  /** How tall it may become where it has the whole screen; 0 elsewhere. A number that stands alone stays as it is. */
  private roomInFull(): number {
    if (!this.isFull || this.chart.form === 'stat') return 0;
    const below = this.controls.offsetHeight + (this.selections?.node.offsetHeight ?? 0);
    return Math.max(0, Math.floor(this.node.clientHeight) - below - 4);
  }

  /** The width is read off the page after a pause, since a chart of another width is built anew. */
  private measure(): void {
    const width = Math.floor(this.node.clientWidth);
    if (width === 0) return;
    // A width that was there for a moment only (while a theme loads) is forgotten when the old one is back.
    clearTimeout(this.resizeTimer);
    const room = this.roomInFull();
    if (width === this.width && room === this.fitted.room) return;
    const first = this.width === 0;
    this.resizeTimer = setTimeout(
      () => {
        this.width = width;
        this.fitted.room = room;
        this.overhang = 0;
        void this.queue(() => this.build());
      },
      first ? 0 : RESIZE_PAUSE_MS,
    );
  }

  private async build(): Promise<void> {
    if (this.width === 0 || (this.fast?.columns ?? this.rows.columns).length === 0) return;
    this.error.hidden = true;
    hideTooltip();
    await this.fitted.fit(this.width, async () => {
      await this.buildAt(this.width - this.overhang);
      // Once more, now that the labels' widths are known.
      if (this.outgrows()) await this.buildAt(this.width - this.overhang);
      return this.canvas.querySelector('canvas')?.getBoundingClientRect().height ?? 0;
    });
    this.canvas.style.minHeight = '';
  }

  private async buildAt(width: number): Promise<void> {
    const theme = {
      mode: this.look.mode,
      font: this.look.font,
      contrast: this.look.contrast,
      width,
      ...(this.timeZone === undefined ? {} : { timeZone: this.timeZone }),
    };
    const plain = toVegaLite(
      this.chart,
      this.fast?.columns ?? this.rows.columns,
      theme,
      this.rows.otherColumns,
    );
    const sized = this.fitted.scaled(plain);
    const spec = this.selections?.begin(sized) ?? withSelections(sized, NONE_SELECTED);
    this.canvas.classList.toggle('millrace-mod-scroll', !isSingleView(spec));
    this.view?.finalize();
    emptyOf(this.canvas);
    const made = vegaView(
      spec,
      this.chart,
      this.canvas,
      this.zoom.held,
      message => this.fail(message),
      spec => this.adapted(spec),
      this.controls,
    );
    const { view } = made;
    this.view = view;
    this.asked?.attach(view);
    this.nameCanvas();
    this.scales = made.scales;
    if (this.fast != null) await this.fast.begin(view);
    else {
      this.selections?.attach(view);
      await this.rows.fill(view).runAsync();
    }
    this.tell(view);
    this.tellPixels();
  }

  /** The spec without what is drawn beside Vega; from here on nothing is, where that cannot be taken out of it. */
  private adapted(spec: Spec): Spec {
    const adapted = this.fast?.adapt(spec) ?? null;
    if (adapted !== null) return adapted;
    this.fast?.dispose();
    this.fast = null;
    return spec;
  }

  /** Vega takes what it draws into for a document of its own, and gives it its own name, or none. */
  private nameCanvas(): void {
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', this.label);
    this.canvas.removeAttribute('aria-roledescription');
  }

  /** A number that stands alone is told as it is read; charts are told by their name. */
  private tell(view: View): void {
    if (this.chart.form !== 'stat') return;
    const texts = drawnTexts(view);
    setAttribute(this.canvas, 'aria-label', texts.length === 0 ? this.label : texts.join(', '));
  }

  private fail(message: string): void {
    this.canvas.style.minHeight = '';
    setText(this.error, `The ${formOf(this.chart)} cannot be drawn. ${message}`);
    this.error.hidden = false;
  }
}
