import { linesOf, type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { pointReader, type Point } from '../chart/pointReader.js';
import type { Row } from '../model/rows.js';

/**
 * At most so many of the rows that a view shows, to be saved: of a chart of lines those that keep its shape, of each series and part of the x axis the
 * first, last, least and greatest one; of all else the newest.
 */
export function thinnedRows(
  rows: readonly Row[],
  columns: readonly ViewColumn[],
  chart: ChartSpec | null,
  most: number,
): readonly Row[] {
  const lines = rows.length <= most || chart === null ? null : linesOf(chart, columns);
  if (lines === null) return rows.slice(-most);
  const points = rows.map(pointReader(lines, columns)).filter(({ x }) => Number.isFinite(x));
  const parts = Math.floor(most / (4 * new Set(points.map(({ series }) => series)).size));
  const kept = parts < 1 ? [] : extremes(points, parts);
  return kept.length === 0 || kept.length > most ? rows.slice(-most) : kept;
}

function extremes(points: readonly Point[], parts: number): Row[] {
  const low = points.reduce((least, { x }) => Math.min(least, x), Infinity);
  const reach = points.reduce((greatest, { x }) => Math.max(greatest, x), -Infinity) - low;
  const cells = new Map<unknown, Point[][]>();
  for (const point of points) {
    let own = cells.get(point.series);
    if (own === undefined) cells.set(point.series, (own = []));
    const part = reach > 0 ? Math.min(parts - 1, Math.floor(((point.x - low) / reach) * parts)) : 0;
    (own[part] ??= []).push(point);
  }
  const kept = new Set<Row>();
  for (const cell of [...cells.values()].flatMap(own => Object.values(own))) {
    const best = (better: (a: Point, b: Point) => boolean): Row =>
      cell.reduce((found, point) => (better(point, found) ? point : found)).row;
    kept.add(best((a, b) => a.x < b.x));
    kept.add(best((a, b) => a.x >= b.x));
    kept.add(best((a, b) => a.y < b.y));
    kept.add(best((a, b) => a.y > b.y));
  }
  return [...kept].sort((a, b) => a.id - b.id);
}
