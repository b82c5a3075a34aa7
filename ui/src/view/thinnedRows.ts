import { linesOf, scatterOf, type ChartSpec, type Scatter, type ViewColumn } from '@millrace/protocol';
import { pointReader, type Point } from '../chart/pointReader.js';
import type { Row } from '../model/rows.js';

/**
 * At most so many of the rows that a view shows, to be saved: of a chart of lines those that keep its shape, of each series and part of the x axis the
 * first, last, least and greatest one; of a chart of points the newest of each cell; of all else the newest.
 */
export function thinnedRows(
  rows: readonly Row[],
  columns: readonly ViewColumn[],
  chart: ChartSpec | null,
  most: number,
): readonly Row[] {
  if (rows.length <= most || chart === null) return rows.slice(-most);
  const scatter = scatterOf(chart, columns);
  if (scatter !== null) return newestOfCells(rows, columns, scatter, most);
  const lines = linesOf(chart, columns);
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

/** How often cells are made larger for there to be few enough. */
const ATTEMPTS = 12;

function newestOfCells(
  rows: readonly Row[],
  columns: readonly ViewColumn[],
  { x, y, series }: Scatter,
  most: number,
): readonly Row[] {
  const points = rows
    .map(pointReader({ mark: 'line', x, y, series }, columns))
    .filter(point => Number.isFinite(point.x) && Number.isFinite(point.y));
  const ends: Point[] = [];
  const place = (read: (point: Point) => number): ((point: Point) => number) => {
    const least = points.reduce((found, point) => (read(point) < read(found) ? point : found), points[0]);
    const greatest = points.reduce((found, point) => (read(point) > read(found) ? point : found), points[0]);
    ends.push(least, greatest);
    const reach = read(greatest) - read(least);
    return point => (reach > 0 ? (read(point) - read(least)) / reach : 0);
  };
  if (points.length === 0) return rows.slice(-most);
  const [across, up] = [place(point => point.x), place(point => point.y)];
  let parts = Math.ceil(Math.sqrt(2 * most));
  for (let attempt = 0; attempt < ATTEMPTS && parts > 0; attempt++) {
    const cells = new Map<string, Row>();
    for (const point of points) {
      const cell = `${Math.floor(across(point) * parts)} ${Math.floor(up(point) * parts)}`;
      const key = JSON.stringify([cell, series === null ? null : String(point.series)]);
      const before = cells.get(key);
      if (before === undefined || before.id < point.row.id) cells.set(key, point.row);
    }
    const kept = new Set([...ends.map(({ row }) => row), ...cells.values()]);
    if (kept.size <= most) return [...kept].sort((a, b) => a.id - b.id);
    parts = Math.floor(parts * 0.8);
  }
  return rows.slice(-most);
}
