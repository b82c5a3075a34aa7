import { element } from '../dom.js';
import type { LineLook } from './lineMarks.js';
import { cornersOf, paintLines, paintMarked, reachOfPoint, type Plot, type PlotPart } from './linePainter.js';
import type { SeriesPoints } from './seriesPoints.js';

/** What is painted: of a change of anything but the points all is painted anew. */
interface Painting {
  readonly plot: Plot;
  readonly look: LineLook;
  readonly points: SeriesPoints;
  readonly colorOf: (value: unknown) => string;
}

/** Parts that are so many pixels apart, or fewer, are painted as one. */
const NEAR = 16;

/** Of more than this part of the plot's width all of it is painted. */
const MOST = 0.6;

/**
 * The canvas of lines, which lies above that of the axes. Turning lines into pixels is most of what a frame takes, by far. While axes stand still, rows
 * come at one end and go at the other: only there the canvas is painted again, by all that reaches into that part.
 */
export class LinesCanvas {
  readonly node = element('canvas', 'millrace-Chart-lines');
  private painted = '';
  private readonly forget = (): void => {
    this.painted = '';
  };

  constructor() {
    // A canvas whose pixels were lost begins empty.
    this.node.addEventListener('contextrestored', this.forget);
  }

  /** Paints what has changed since the last time. */
  paint(under: HTMLCanvasElement, painting: Painting): void {
    const context = this.node.getContext('2d');
    const stale = painting.points.stale.take();
    if (context === null) return this.forget();
    this.fitTo(under);
    const ratio = under.width / (Number.parseFloat(under.style.width) || under.width);
    const key = keyOf(under, painting, ratio);
    const isSame = key === this.painted;
    this.painted = key;
    const width = painting.plot.width;
    const parts = isSame && stale !== null ? partsOf(stale, painting) : null;
    const painted = parts?.reduce((total, { from, to }) => total + to - from, 0) ?? Infinity;
    if (parts === null || !(painted <= MOST * width)) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.node.width, this.node.height);
      paintPart(context, painting, ratio);
    } else for (const part of parts) this.paintAgain(context, painting, ratio, part);
  }

  /** Paints a part of the plot, up to whole pixels of the canvas. */
  private paintAgain(
    context: CanvasRenderingContext2D,
    painting: Painting,
    ratio: number,
    { from, to }: PlotPart,
  ): void {
    const { left } = painting.plot;
    const start = Math.max(0, Math.floor((left + from) * ratio));
    const end = Math.min(this.node.width, Math.ceil((left + to) * ratio));
    if (!(end > start)) return;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(start, 0, end - start, this.node.height);
    context.clip();
    context.clearRect(start, 0, end - start, this.node.height);
    const reach = reachOfPoint(painting.look);
    paintPart(context, painting, ratio, {
      from: start / ratio - left - reach,
      to: end / ratio - left + reach,
    });
    context.restore();
  }

  private fitTo(under: HTMLCanvasElement): void {
    const { node } = this;
    if (node.width === under.width && node.height === under.height) return;
    node.width = under.width;
    node.height = under.height;
    node.style.width = under.style.width;
    node.style.height = under.style.height;
    this.forget();
  }
}

/** Paints all that reaches into a part of the plot; not given: all. */
function paintPart(
  context: CanvasRenderingContext2D,
  { plot, look, points, colorOf }: Painting,
  ratio: number,
  part?: PlotPart,
): void {
  context.setTransform(ratio, 0, 0, ratio, ratio * plot.left, ratio * plot.top);
  paintLines(context, plot, points.series, look, colorOf, part);
  if (look.paper !== null) paintMarked(context, plot, points.marked(), look.paper, colorOf, part);
}

/** What is the same as long as points alone change. */
function keyOf(under: HTMLCanvasElement, { plot, look, points, colorOf }: Painting, ratio: number): string {
  const place = [plot.left, plot.top, plot.width, plot.height];
  const axes = [plot.x(0), plot.x(1e9), plot.y(0), plot.y(1e9)];
  const lines = points.series.map(one => [colorOf(one.value), cornersOf(one.points, plot)]);
  return JSON.stringify([under.width, under.height, ratio, place, axes, look, lines]);
}

/** The parts of the plot in which points of these places are seen: apart from each other, in order. */
function partsOf(stale: readonly (readonly [number, number])[], { plot, look }: Painting): PlotPart[] {
  const reach = reachOfPoint(look);
  const inOrder = stale
    .map(([from, to]) => ({ from: plot.x(from) - reach, to: plot.x(to) + reach }))
    .filter(({ from, to }) => !(to < -reach || from > plot.width + reach))
    .sort((a, b) => a.from - b.from);
  const parts: { from: number; to: number }[] = [];
  for (const { from, to } of inOrder) {
    const last = parts.at(-1);
    if (last !== undefined && from <= last.to + NEAR) last.to = Math.max(last.to, to);
    else parts.push({ from, to });
  }
  return parts.map(({ from, to }) => ({
    from: Math.max(from, -2 * reach),
    to: Math.min(to, plot.width + 2 * reach),
  }));
}
