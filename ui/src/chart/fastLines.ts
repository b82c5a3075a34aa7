import {
  linesOf,
  ROWS,
  wallClock,
  type ChartPixels,
  type ChartSpec,
  type Lines,
  type ViewColumn,
} from '@millrace/protocol';
import { changeset, type Spec, type View } from 'vega';
import type { Row } from '../model/rows.js';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { Datum } from './datum.js';
import { withoutLines, type LineLook } from './lineMarks.js';
import { plotOf } from './linePainter.js';
import { LinesCanvas } from './linesCanvas.js';
import { pointReader, type PointReader } from './pointReader.js';
import { PointTip } from './pointTip.js';
import { isSameAxis, roundAxisOf } from './roundDomain.js';
import { SeriesPoints } from './seriesPoints.js';

/** How far rows reach, and what else axes and legend depend on. */
interface Given {
  readonly others: string;
  readonly y: readonly [number, number];
}

/**
 * Lines that are drawn beside Vega: it draws axes, legend and titles of a chart of lines, of a few rows that have the same reach as all of them, and is asked again only when
 * that changes. The lines are put on a canvas of their own above Vega's, by its scales and in its colours, so that they look as they do in Vega at a
 * small part of what it takes.
 */
export class FastLines {
  columns: readonly ViewColumn[] = [];
  private readonly canvas = new LinesCanvas();
  private readonly points = new SeriesPoints();
  private readonly tip: PointTip;
  private read: PointReader | null = null;
  private look: LineLook | null = null;
  private span: readonly [number, number] | null = null;
  /** What Vega was given. */
  private given: Given = { others: '', y: [NaN, NaN] };
  private roundAxis: ReturnType<typeof roundAxisOf> = null;
  private datums: Datum[] = [];
  private view: View | null = null;

  private constructor(
    private readonly chart: ChartSpec,
    private readonly lines: Lines,
    private readonly host: HTMLElement,
    private readonly timeZone: string | undefined,
  ) {
    const isForm = chart.form !== 'vegaLite';
    this.tip = new PointTip(host, lines, () => (this.view === null ? null : this.seen(this.view)), isForm);
  }

  /** The lines of a chart that is nothing but lines, or null. */
  static of(chart: ChartSpec, model: ViewModel, host: HTMLElement, timeZone?: string): FastLines | null {
    const lines = linesOf(chart, model.columns);
    return lines === null ? null : new FastLines(chart, lines, host, timeZone);
  }

  /** Takes a change of rows in. @returns whether the chart is to be built anew, since it has other columns. */
  apply(change: Change, model: ViewModel): boolean {
    const isNew = this.read === null || JSON.stringify(this.columns) !== JSON.stringify(model.columns);
    if (isNew) {
      const wall = this.timeZone === undefined ? undefined : wallClock(this.timeZone);
      this.columns = model.columns;
      this.read = pointReader(this.lines, model.columns, wall);
    }
    this.points.apply(isNew ? { ...change, reset: true, inserted: model.rows() } : change, this.read!);
    this.span = model.span;
    return isNew;
  }

  /** The spec without the lines, or null where it has more than can be drawn here. */
  adapt(spec: Spec): Spec | null {
    const without = withoutLines(spec, this.lines, this.chart.form !== 'vegaLite');
    this.look = without?.look ?? null;
    this.roundAxis = roundAxisOf(spec);
    return without?.spec ?? null;
  }

  /** Gives a new view what it needs, and draws. */
  async begin(view: View): Promise<void> {
    this.view = view;
    this.given = this.reach();
    this.datums = this.makeDatums();
    await view.insert(ROWS, this.datums).runAsync();
    this.host.append(this.canvas.node);
    this.paint(view);
  }

  /** Draws what has changed. @returns whether axes or legend may have. */
  async update(view: View): Promise<boolean> {
    const reach = this.reach();
    const hasChanged = !this.isAsGiven(view, reach);
    if (hasChanged) {
      const before = this.datums;
      this.given = reach;
      this.datums = this.makeDatums();
      await view.change(ROWS, changeset().remove(before).insert(this.datums)).runAsync();
    }
    this.paint(view);
    return hasChanged;
  }

  /** Draws the lines where the view has its axes. */
  paint(view: View): void {
    const under = this.host.querySelector('canvas');
    const { look, points } = this;
    if (under === null || look === null) return;
    this.canvas.paint(under, { plot: plotOf(view), look, points, colorOf: this.colors(view) });
  }

  /** What can be seen of the lines, while the axis is held at a span, or not. */
  pixels(view: View, span: readonly [number, number] | null): ChartPixels {
    const ratio = this.host.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    return { columns: Math.max(1, Math.round(view.width() * ratio)), span };
  }

  /** The row whose point is next to the pointer. */
  rowAt(event: MouseEvent): Row | null {
    return this.tip.at(event)?.row ?? null;
  }

  dispose(): void {
    this.view = null;
    this.tip.dispose();
    this.canvas.node.remove();
  }

  private seen(view: View) {
    const plot = plotOf(view);
    return { view, plot, series: this.points.series, columns: this.columns };
  }

  private colors(view: View): (value: unknown) => string {
    const one = this.look?.line?.color ?? this.look?.area?.color ?? null;
    if (one !== null) return () => one;
    const scale = view.scale('color') as (value: unknown) => string;
    return value => scale(value);
  }

  private extents() {
    const reach = this.points.reach();
    const isTime = this.columns.some(
      ({ name, type }) => name === this.lines.x && !/^(int|float|dec|dur)/.test(type),
    );
    // Axes of numbers end at round ones anyway.
    return reach === null ? null : { x: (isTime ? this.span : null) ?? reach.x, y: reach.y };
  }

  private reach(): Given {
    const extents = this.extents();
    const values = this.points.series.map(({ value }) => value);
    const others = JSON.stringify([extents?.x, values, this.points.hasRevised]);
    return { others, y: extents?.y ?? [NaN, NaN] };
  }

  /** Whether Vega would draw the same axes and legend. */
  private isAsGiven(view: View, { others, y }: Given): boolean {
    const { given } = this;
    if (others !== given.others) return false;
    if (Object.is(y[0], given.y[0]) && Object.is(y[1], given.y[1])) return true;
    return this.roundAxis !== null && isSameAxis(view, this.roundAxis, given.y, y);
  }

  /** A few rows that reach as far as all of them, of every series. */
  private makeDatums(): Datum[] {
    const extents = this.extents();
    if (extents === null) return [];
    const { x, y } = extents;
    const datum = (end: 0 | 1, value: unknown): Datum =>
      Object.assign(Object.create(null) as Datum, {
        [this.lines.x]: x[end],
        [this.lines.y]: Number.isFinite(y[end]) ? y[end] : null,
        ...(this.lines.series === null ? {} : { [this.lines.series]: value }),
      });
    const values = this.points.series.map(({ value }) => value);
    // Vega leaves room for the marks of revised windows, which are larger.
    const last = Object.assign(datum(1, values[0]), this.points.hasRevised ? { __state: 2 } : {});
    return [...values.map(value => datum(0, value)), last];
  }
}
