import type { Change } from '../model/viewModel.js';
import type { Row } from '../model/rows.js';
import { lowest } from './lowest.js';
import type { Point, PointReader } from './pointReader.js';
import { StaleSpans } from './staleSpans.js';

/** The points of one line. */
export interface Series {
  readonly value: unknown;
  /** By x; those of one x as their rows came. */
  points: Point[];
}

interface Pending {
  readonly series: Series;
  readonly added: Point[];
  readonly removed: Point[];
}

/** From where to where points reach. */
export interface Reach {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Of more than this part of a line's points it is put together anew. */
const FEW = 1 / 8;

/**
 * The points of the lines of a chart, in order, kept current with its rows: a change costs what changed. Of windows that are open or revised,
 * whose points are marked, it is known how many there are.
 */
export class SeriesPoints {
  /** Where lines are other than when it was last taken. */
  readonly stale = new StaleSpans();
  private readonly byValue = new Map<unknown, Series>();
  private readonly byRow = new Map<number, Point>();
  private readonly pending = new Map<unknown, Pending>();
  private readonly windows = { open: 0, revised: 0 };
  private reachKnown: Reach | null = null;

  get series(): readonly Series[] {
    return [...this.byValue.values()];
  }

  /** Whether any window is revised. */
  get hasRevised(): boolean {
    return this.windows.revised > 0;
  }

  /** Points whose windows are open (0) or revised (2), which are marked. */
  marked(): Point[] {
    const marked: Point[] = [];
    if (this.windows.open + this.windows.revised === 0) return marked;
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
      Object.assign(this.windows, { open: 0, revised: 0 });
      this.stale.addAll();
    }
    for (const row of change.removed) this.remove(row);
    for (const row of change.updated) {
      this.remove(row);
      this.add(read(row));
    }
    for (const row of change.inserted) this.add(read(row));
    for (const pending of this.pending.values()) this.settle(pending);
    this.pending.clear();
    this.reachKnown = null;
  }

  private add(point: Point): void {
    // What has no place is not drawn.
    if (!Number.isFinite(point.x)) return;
    this.byRow.set(point.row.id, point);
    this.pendingOf(point.series).added.push(point);
    this.count(point, 1);
  }

  private remove(row: Row): void {
    const point = this.byRow.get(row.id);
    if (point === undefined) return;
    this.byRow.delete(row.id);
    this.pendingOf(point.series).removed.push(point);
    this.count(point, -1);
  }

  private count({ row: { state } }: Point, by: 1 | -1): void {
    if (state === 0) this.windows.open += by;
    else if (state === 2) this.windows.revised += by;
  }

  private pendingOf(value: unknown): Pending {
    let pending = this.pending.get(value);
    if (pending !== undefined) return pending;
    let series = this.byValue.get(value);
    if (series === undefined) {
      this.byValue.set(value, (series = { value, points: [] }));
      this.stale.addAll();
    }
    this.pending.set(value, (pending = { series, added: [], removed: [] }));
    return pending;
  }

  private settle({ series, added, removed }: Pending): void {
    const { points } = series;
    if (added.length + removed.length > FEW * points.length) {
      this.stale.addAll();
      const gone = new Set(removed);
      series.points = merged(
        points.filter(point => !gone.has(point)),
        added.sort(byPlace),
      );
    } else {
      this.takeOut(points, removed.sort(byPlace));
      this.putIn(series, added.sort(byPlace));
    }
    if (series.points.length > 0) return;
    this.byValue.delete(series.value);
    this.stale.addAll();
  }

  /** Takes a few points, which are in order, out of others. */
  private takeOut(points: Point[], removed: readonly Point[]): void {
    if (removed.length === 0) return;
    const places = removed.map(point => placeOf(points, point));
    for (const place of places) this.touch(points, place);
    // Those that are oldest, mostly.
    if (places[places.length - 1] === places.length - 1) {
      points.splice(0, places.length);
      return;
    }
    let next = 0;
    let kept = places[0];
    for (let at = kept; at < points.length; at++) {
      if (places[next] === at) next++;
      else points[kept++] = points[at];
    }
    points.length = kept;
  }

  /** Puts a few points, which are in order, among others. */
  private putIn(series: Series, added: readonly Point[]): void {
    if (added.length === 0) return;
    const { points } = series;
    const first = placeOf(points, added[0]);
    const behind = first === points.length ? [] : points.splice(first);
    for (const point of merged(behind, added)) points.push(point);
    for (const point of added) this.touch(points, placeOf(points, point));
  }

  /** A point that goes or has come: what is between its neighbours is other than it was. */
  private touch(points: readonly Point[], at: number): void {
    const from = points[Math.max(0, at - 1)].x;
    this.stale.add(from, points[Math.min(points.length - 1, at + 1)].x);
  }
}

function byPlace(a: Point, b: Point): number {
  return a.x - b.x || a.row.id - b.row.id;
}

/** Where a point is among others, or is to be. */
function placeOf(points: readonly Point[], wanted: Point): number {
  return lowest(points, point => byPlace(point, wanted) >= 0);
}

/** Two lists in order as one. */
function merged(points: readonly Point[], added: readonly Point[]): Point[] {
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
