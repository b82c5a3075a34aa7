import type { View } from 'vega';
import type { LineLook } from './lineMarks.js';
import { lowest } from './lowest.js';
import type { Point } from './pointReader.js';
import type { Series } from './seriesPoints.js';

/** Where a chart's plot lies on its canvas, and where a value in it, in pixels of the page. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** A scale of numbers or times, as Vega gives it. */
interface Scale {
  domain(): readonly unknown[];
  range(): readonly unknown[];
}

/** The plot of a view as it is drawn now. */
export function plotOf(view: View): Plot {
  const padding = view.padding() as { left?: number; top?: number } | number;
  const [left, top] =
    typeof padding === 'number' ? [padding, padding] : [padding.left ?? 0, padding.top ?? 0];
  const [originX, originY] = view.origin();
  return {
    left: left + originX,
    top: top + originY,
    width: view.width(),
    height: view.height(),
    x: along(view.scale('x') as unknown as Scale),
    y: along(view.scale('y') as unknown as Scale),
  };
}

/** The scale as a function of numbers: Vega's own makes dates of times. */
function along(scale: Scale): (value: number) => number {
  const [from, to] = scale.domain().map(Number);
  const [start, end] = scale.range().map(Number);
  const step = (end - start) / (to - from);
  // All of an axis that has no reach is in its middle.
  return to === from ? () => (start + end) / 2 : value => start + (value - from) * step;
}

/** Points a pixel from which on a line has corners of another kind. */
const DENSE = 2.5;

/** A corner reaches at most so many widths of its line beyond its point, as canvases have it. */
const MITER = 5;

/** From where to where a plot is painted, in its pixels. */
export interface PlotPart {
  readonly from: number;
  readonly to: number;
}

/** How far, in pixels, anything that is painted for a point reaches to its sides. */
export function reachOfPoint({ line }: LineLook): number {
  return Math.ceil(Math.max(DIAMOND, MITER * (line?.width ?? 0))) + 1;
}

/** The kind of corners that a line has. */
export function cornersOf(points: readonly Point[], plot: Plot): CanvasLineJoin {
  const [first, behind] = placesIn(points, plot, { from: 0, to: plot.width });
  // Where a line goes up and down within a pixel, mitred corners would reach beyond its values.
  return behind - first > DENSE * plot.width ? 'bevel' : 'miter';
}

/** Draws lines and areas as Vega draws them; where a part of the plot is given, only what can be seen in it. */
export function paintLines(
  context: CanvasRenderingContext2D,
  plot: Plot,
  series: readonly Series[],
  look: LineLook,
  colorOf: (value: unknown) => string,
  part: PlotPart = { from: 0, to: plot.width },
): void {
  context.save();
  context.beginPath();
  context.rect(0, 0, plot.width, plot.height);
  context.clip();
  const seen = series.map(({ value, points }) => ({
    value,
    points: points.slice(...placesIn(points, plot, part)),
    corners: cornersOf(points, plot),
  }));
  if (look.area !== null) {
    context.globalAlpha = look.area.opacity;
    for (const { value, points } of seen) {
      context.fillStyle = look.area.color ?? colorOf(value);
      context.beginPath();
      traceArea(context, plot, points);
      context.fill();
    }
  }
  if (look.line !== null) {
    context.globalAlpha = 1;
    context.lineWidth = look.line.width;
    for (const { value, points, corners } of seen) {
      context.strokeStyle = look.line.color ?? colorOf(value);
      context.lineJoin = corners;
      context.beginPath();
      traceLine(context, plot, points);
      context.stroke();
    }
  }
  context.restore();
}

/** Where the points of a part of a plot are, with one on each side of it. */
function placesIn(
  points: readonly Point[],
  plot: Plot,
  { from, to }: PlotPart,
): [first: number, behind: number] {
  const first = lowest(points, point => plot.x(point.x) >= from);
  const behind = lowest(points, point => plot.x(point.x) > to);
  return [Math.max(0, first - 1), Math.min(points.length, behind + 1)];
}

function traceLine(context: CanvasRenderingContext2D, { x, y }: Plot, points: readonly Point[]): void {
  let isOpen = false;
  for (const point of points) {
    if (point.y - point.y !== 0) {
      isOpen = false;
    } else if (isOpen) {
      context.lineTo(x(point.x), y(point.y));
    } else {
      context.moveTo(x(point.x), y(point.y));
      isOpen = true;
    }
  }
}

function traceArea(context: CanvasRenderingContext2D, { x, y }: Plot, points: readonly Point[]): void {
  const ground = y(0);
  let from = 0;
  for (let at = 0; at <= points.length; at++) {
    const isGap = at === points.length || points[at].y - points[at].y !== 0;
    if (!isGap) {
      if (at === from) context.moveTo(x(points[at].x), y(points[at].y));
      else context.lineTo(x(points[at].x), y(points[at].y));
      continue;
    }
    if (at > from) {
      context.lineTo(x(points[at - 1].x), ground);
      context.lineTo(x(points[from].x), ground);
      context.closePath();
    }
    from = at + 1;
  }
}

/** Sizes as Vega has them: the square of a width. */
const CIRCLE = Math.sqrt(50) / 2;
const DIAMOND = Math.sqrt(70) / 2;
const RING = Math.sqrt(18) / 2;

/** Draws the points of windows that are open, as rings, or revised, as diamonds. */
export function paintMarked(
  context: CanvasRenderingContext2D,
  plot: Plot,
  marked: readonly Point[],
  paper: string,
  colorOf: (value: unknown) => string,
  part: PlotPart = { from: -Infinity, to: Infinity },
): void {
  const disc = (point: Point, radius: number): void => {
    context.beginPath();
    context.arc(plot.x(point.x), plot.y(point.y), radius, 0, 2 * Math.PI);
    context.fill();
  };
  const shown = marked.filter(({ x, y }) => {
    const at = plot.x(x);
    return Number.isFinite(y) && at >= part.from && at <= part.to;
  });
  for (const point of shown) {
    context.fillStyle = colorOf(point.series);
    if (point.row.state === 0) disc(point, CIRCLE);
    else diamond(context, plot.x(point.x), plot.y(point.y));
  }
  context.fillStyle = paper;
  for (const point of shown) if (point.row.state === 0) disc(point, RING);
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x - DIAMOND, y);
  context.lineTo(x, y - DIAMOND);
  context.lineTo(x + DIAMOND, y);
  context.lineTo(x, y + DIAMOND);
  context.closePath();
  context.fill();
}
