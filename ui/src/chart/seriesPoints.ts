import type { Change } from '../model/viewModel.js';
import type { Row } from '../model/rows.js';
import type { Point, PointReader } from './pointReader.js';

/** The points of one line. */
export interface Series {
  readonly value: unknown;
  /** By x; those of one x as their rows came. */
  points: Point[];
}

interface Pending {
  readonly series: Series;
  readonly added: Point[];
  isThinned: boolean;
}

/** From where to where points reach. */
export interface Reach {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The points of the lines of a chart, in order, kept current with its rows: a change costs what changed, and a look at the lines that it is of. */
export class SeriesPoints {
  private readonly byValue = new Map<unknown, Series>();
  private readonly byRow = new Map<number, Point>();
  private readonly pending = new Map<unknown, Pending>();
  private reachKnown: Reach | null = null;

  get series(): readonly Series[] {
    return [...this.byValue.values()];
  }

  /** Points whose windows are open (0) or revised (2), which are marked. */
  marked(): Point[] {
    const marked: Point[] = [];
    for (const { points } of this.byValue.values())
      for (const point of points) if (point.row.state === 0 || point.row.state === 2) marked.push(point);
    return marked;
  }

  /** From where to where all points reach; null where there are none. */
  reach(): Reach | null {
    return (this.reachKnown ??= reachOf(this.byValue.values()));
  }

  apply(change: Change, read: PointReader): void {
    if (change.reset) {
      this.byValue.clear();
      this.byRow.clear();
    }
    for (const row of change.removed) this.remove(row);
    for (const row of change.updated) {
      this.remove(row);
      this.add(read(row));
    }
    for (const row of change.inserted) this.add(read(row));
    this.settle();
    this.reachKnown = null;
  }

  private add(point: Point): void {
    // What has no place is not drawn.
    if (!Number.isFinite(point.x)) return;
    this.byRow.set(point.row.id, point);
    this.pendingOf(point.series).added.push(point);
  }

  private remove(row: Row): void {
    const point = this.byRow.get(row.id);
    if (point === undefined) return;
    this.byRow.delete(row.id);
    this.pendingOf(point.series).isThinned = true;
  }

  private pendingOf(value: unknown): Pending {
    let pending = this.pending.get(value);
    if (pending !== undefined) return pending;
    let series = this.byValue.get(value);
    if (series === undefined) this.byValue.set(value, (series = { value, points: [] }));
    this.pending.set(value, (pending = { series, added: [], isThinned: false }));
    return pending;
  }

  private settle(): void {
    for (const { series, added, isThinned } of this.pending.values()) {
      const kept = isThinned
        ? series.points.filter(point => this.byRow.get(point.row.id) === point)
        : series.points;
      series.points = merged(kept, added.sort(byPlace));
      if (series.points.length === 0) this.byValue.delete(series.value);
    }
    this.pending.clear();
  }
}

function byPlace(a: Point, b: Point): number {
  return a.x - b.x || a.row.id - b.row.id;
}

/** Two lists in order as one. */
function merged(points: Point[], added: readonly Point[]): Point[] {
  if (added.length === 0) return points;
  const all: Point[] = [];
  let at = 0;
  for (const point of added) {
    while (at < points.length && byPlace(points[at], point) <= 0) all.push(points[at++]);
    all.push(point);
  }
  while (at < points.length) all.push(points[at++]);
  return all;
}

function reachOf(series: Iterable<Series>): Reach | null {
  let [fromX, toX, fromY, toY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { points } of series) {
    if (points.length === 0) continue;
    fromX = Math.min(fromX, points[0].x);
    toX = Math.max(toX, points[points.length - 1].x);
    for (const { y } of points) {
      if (y - y !== 0) continue;
      if (y < fromY) fromY = y;
      if (y > toY) toY = y;
    }
  }
  return fromX > toX ? null : { x: [fromX, toX], y: [fromY, toY] };
}
