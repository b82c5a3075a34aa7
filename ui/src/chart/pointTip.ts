import type { Lines, ViewColumn } from '@millrace/protocol';
import type { View } from 'vega';
import type { Plot } from './linePainter.js';
import { lowest } from './lowest.js';
import type { Point } from './pointReader.js';
import type { Series } from './seriesPoints.js';
import { hideTooltip, showTooltip } from './tooltip.js';

/** What the pointer can be over. */
interface Seen {
  readonly view: View;
  readonly plot: Plot;
  readonly series: readonly Series[];
  readonly columns: readonly ViewColumn[];
}

/** Pixels within which a point is pointed at. */
const NEAR = 6;

const STATES = ['open', 'closed', 'revised', 'final'];

/** Tells of the row whose point is next to the pointer. */
export class PointTip {
  private isShown = false;
  private readonly move = (event: MouseEvent): void => this.point(event);
  private readonly leave = (): void => this.hide();

  constructor(
    private readonly host: HTMLElement,
    private readonly lines: Lines,
    private readonly seen: () => Seen | null,
    /** Whether it tells; else it only finds points. */
    private readonly tells: boolean,
  ) {
    host.addEventListener('pointermove', this.move);
    host.addEventListener('pointerleave', this.leave);
  }

  /** The point next to the pointer, where there is one. */
  at(event: MouseEvent): Point | null {
    const seen = this.seen();
    return seen === null ? null : this.nearest(event, seen);
  }

  dispose(): void {
    this.host.removeEventListener('pointermove', this.move);
    this.host.removeEventListener('pointerleave', this.leave);
    this.hide();
  }

  private point(event: MouseEvent): void {
    const seen = this.tells && event.buttons === 0 ? this.seen() : null;
    const point = seen === null ? null : this.nearest(event, seen);
    if (seen === null || point === null) return this.hide();
    this.isShown = true;
    showTooltip(null, event, null, this.textsOf(point, seen));
  }

  private hide(): void {
    if (this.isShown) hideTooltip();
    this.isShown = false;
  }

  private nearest(event: MouseEvent, { plot, series }: Seen): Point | null {
    const box = this.host.getBoundingClientRect();
    const x = event.clientX - box.left + this.host.scrollLeft - plot.left;
    const y = event.clientY - box.top - plot.top;
    let found: Point | null = null;
    let best = NEAR * NEAR;
    for (const { points } of series) {
      for (let at = lowest(points, point => plot.x(point.x) >= x - NEAR); at < points.length; at++) {
        const dx = plot.x(points[at].x) - x;
        if (dx > NEAR) break;
        const dy = plot.y(points[at].y) - y;
        if (!(dx * dx + dy * dy < best)) continue;
        best = dx * dx + dy * dy;
        found = points[at];
      }
    }
    return found;
  }

  private textsOf(point: Point, { view, columns }: Seen): Record<string, unknown> {
    const { x, y, series } = this.lines;
    const locale = view.locale() as {
      format(specifier: string): (value: number) => string;
      utcFormat(specifier: string): (value: number) => string;
    };
    const type = columns.find(({ name }) => name === x)?.type ?? '';
    const isTime = type === 'date' || type.startsWith('timestamp');
    const number = locale.format(',.8~r');
    const texts: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    if (series !== null) texts[series] = point.series;
    texts[x] = isTime ? locale.utcFormat('%Y-%m-%d %H:%M:%S')(point.x) : number(point.x);
    texts[y] = number(point.y);
    if (point.row.state !== null) texts.Window = STATES[point.row.state] ?? 'unknown';
    return texts;
  }
}
