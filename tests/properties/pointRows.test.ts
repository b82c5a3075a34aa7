import { afterAll, beforeAll, expect, test } from 'vitest';
import { scatterOf, toVegaValue, type ChartPixels, type Scatter, type ViewColumn } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import { POINT_LIMITS, PointRows } from '../../engine/src/runtime/pointRows.js';
import { RowLog } from '../../engine/src/runtime/rowLog.js';
import { encodeRows, viewColumns } from '../../engine/src/views/frames.js';
import { cellOf, isCellSeen } from '../../engine/src/views/pointGrid.js';
import type { ChartView } from '../../engine/src/views/viewSource.js';
import { decodeRows, type Row } from '../../ui/src/model/rows.js';
import { ChartFront } from './chartFront.js';
import { batchOf, cut, FIELDS, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { runningPlan } from './runningPlan.js';

const usual = { ...POINT_LIMITS };
const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 4);

beforeAll(
  () => void Object.assign(POINT_LIMITS, { exact: 12, most: 100, largest: 1e4, cells: 3000, unseen: 60 }),
);
afterAll(() => void Object.assign(POINT_LIMITS, usual));

interface Point {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly series: string;
  readonly measure: number;
}

function pointsOf(rows: readonly Row[], scatter: Scatter, columns: readonly ViewColumn[]): Point[] {
  const at = (name: string): number => columns.findIndex(column => column.name === name);
  const value = (row: Row, name: string | null): unknown =>
    name === null ? null : toVegaValue(columns[at(name)].type, row.values[at(name)]);
  const number = (row: Row, name: string | null): number => {
    const found = value(row, name);
    return found === null ? NaN : Number(found);
  };
  return rows
    .map(row => ({
      id: row.id,
      x: number(row, scatter.x),
      y: number(row, scatter.y),
      series: String(value(row, scatter.series)),
      measure: number(row, scatter.measure),
    }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

function endsOf(numbers: readonly number[]): [number, number] {
  const finite = numbers.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}

function makeScatter(random: Random): Scatter {
  const x = random.pick(['time', 'size']);
  return {
    x,
    y: random.pick(['price', 'size', 'time'].filter(name => name !== x)),
    series: random.pick(['symbol', null]),
    measure: random.pick(['level', 'price', null]),
  };
}

test('of each cell of each series the newest row is drawn, and none once all have gone', () =>
  forRandom(random => {
    const log = new RowLog({ fields: FIELDS });
    const scatter = makeScatter(random);
    const makePixels = (): ChartPixels => {
      const from = random.pick([0, 950, 1100]) + random.below(50);
      const span = random.chance(0.5) ? ([from, from + 1 + random.below(60)] as const) : null;
      return { columns: 1 + random.below(200), rows: 1 + random.below(60), span };
    };
    const rows = new PointRows(log, scatter, makePixels(), undefined);
    const present = (): number[] => {
      const found: number[] = [];
      for (let p = log.head; p < log.tail; p++) if (log.removed[p] === 0) found.push(p);
      return found;
    };
    const remove = (position: number): void => {
      rows.removed(position);
      log.remove(position);
    };
    let least = 0;
    const check = (): void => {
      log.closeGaps();
      if (random.chance(0.2)) least = random.below(1 + log.size);
      const first = Math.max(log.head, log.tail - log.size + Math.min(least, log.size));
      const marked = present().filter(p => p >= first && random.chance(0.02));
      const drawn = rows.positions(
        first,
        marked.map(p => log.rowIds[p]),
      );
      const { grid } = rows;
      if (drawn === null || grid === null) {
        expect(POINT_LIMITS.cells).toBeLessThan(1);
        return;
      }
      const columns = viewColumns(FIELDS);
      const source = { ...log, rowId: (p: number) => log.rowIds[p], hasStates: false, schema: log.schema };
      const positions = Int32Array.from(present().filter(p => p >= first));
      const gather = (all: Int32Array) => log.columns.map(column => column.gather(all));
      const all = decodeRows(encodeRows({ ...source, gather } as never, positions, encodeArrow), columns);
      const points = pointsOf(all, scatter, columns);
      const cell = (point: Point): number => cellOf(grid, point.x, point.y);
      const isSeen = (point: Point): boolean => isCellSeen(grid, cell(point));
      const seen = points.filter(isSeen);
      const isExact = seen.length <= POINT_LIMITS.exact;
      const wanted = new Set<number>(marked.map(p => log.rowIds[p]));
      for (const key of ['x', 'y', 'measure'] as const) {
        const own = points.filter(point => Number.isFinite(point[key]));
        const [low, high] = endsOf(own.map(point => point[key]));
        for (const end of [low, high]) {
          const found = own.find(point => point[key] === end);
          if (found !== undefined) wanted.add(found.id);
        }
      }
      const newest = new Map<string, number>();
      for (const point of points) newest.set(`${point.series} ${cell(point)}`, point.id);
      for (const id of newest.values()) wanted.add(id);
      if (isExact) for (const point of seen) wanted.add(point.id);
      const what = JSON.stringify({ scatter, grid, total: all.length });
      expect(
        Array.from(drawn, p => log.rowIds[p]),
        what,
      ).toEqual([...wanted].sort((a, b) => a - b));
      expect(points.every(point => cell(point) >= 0)).toBe(true);
      expect(newest.size, what).toBeLessThanOrEqual(POINT_LIMITS.most * 1.3 + 8);
      expect(rows.drawing.columns === 0, what).toBe(isExact);
    };
    for (const piece of cut(random, makeHistory(random, 200, { boundUs: 10, wide: random.chance(0.1) }))) {
      const batch = batchOf(piece);
      log.reserve(batch.length);
      const old = present();
      const at = Int32Array.from({ length: batch.length }, () =>
        old.length > 0 && random.chance(0.3) ? old.splice(random.below(old.length), 1)[0] : log.append(-1),
      );
      log.write(batch, at);
      rows.written(batch, at);
      while (random.chance(0.3) && log.head < log.tail) {
        if (log.removed[log.head] === 0) rows.removed(log.head);
        log.dropOldest();
      }
      for (const position of present()) if (random.chance(0.03)) remove(position);
      if (random.chance(0.05)) rows.show(makePixels());
      if (random.chance(0.05)) rows.settle();
      if (random.chance(0.5)) check();
    }
    check();
    least = 0;
    for (const position of present()) remove(position);
    log.closeGaps();
    expect(rows.positions(log.head, [])?.length ?? 0).toBe(0);
    rows.close();
    expect(rows.bytes()).toBe(0);
  }, RUNS));

test('the rows that a chart of points is sent cover what all rows draw', () =>
  forRandom(random => {
    const { x, y, series } = makeScatter(random);
    const retention = { lastUs: random.pick([null, 150]), rows: random.pick([null, 120]), bytes: null };
    const query = runningPlan(random.chance(0.5) ? { kind: 'keep', input: SOURCE, retention } : SOURCE);
    const { table } = query;
    const columns = viewColumns(table.schema.fields);
    const view: ChartView = {
      kind: 'chart',
      title: null,
      chart: { form: 'point', x, y, color: series },
      lastUs: random.pick([null, null, 100]),
      maxRows: random.pick([Number.MAX_SAFE_INTEGER, 100]),
    };
    const scatter = scatterOf(view.chart, columns)!;
    const makePixels = (): ChartPixels => {
      const from = random.pick([0, 1, 1.05]) + random.next() / 20;
      const isSpan = x === 'time' && random.chance(0.5);
      const span = isSpan ? ([from, from + 0.001 + random.next() / 10] as const) : null;
      return { columns: 1 + random.below(200), rows: 1 + random.below(60), span };
    };
    const front = new ChartFront(query, view, makePixels());
    const { model } = front;
    const check = (): void => {
      front.catchUp();
      const { pixels } = front;
      const all = front.allRows();
      const what = JSON.stringify({ scatter, pixels, total: all.length, drawn: model.status.drawn });
      const { drawn: said } = model.status;
      if (all.length <= POINT_LIMITS.exact) {
        expect(model.rows(), what).toEqual(all);
        expect(said, what).toBeUndefined();
        return;
      }
      expect(said, what).toEqual({ ...said, rows: model.size, of: all.length });
      front.expectRowsOf(all, what);
      const points = pointsOf(all, scatter, columns);
      const some = pointsOf(model.rows(), scatter, columns);
      const ends = (list: readonly Point[]) => [endsOf(list.map(p => p.x)), endsOf(list.map(p => p.y))];
      expect(ends(some), what).toEqual(ends(points));
      const names = (list: readonly Point[]) => [...new Set(list.map(point => point.series))].sort();
      expect(names(some), what).toEqual(names(points));
      const [[low, high], [bottom, top]] = ends(points);
      const [from, to] = pixels.span ?? [low, high];
      const seen = (list: readonly Point[]) => list.filter(point => point.x >= from && point.x <= to);
      const cell = said?.cell;
      if (cell === undefined) {
        expect(seen(some), what).toEqual(seen(points));
        return;
      }
      // A newer mark of its series lies no further away than a cell: cells are of what is seen, with what of it is free.
      const wide = (to - from) / Math.max(1, Math.ceil(pixels.columns / (cell + 0.05))) / (7 / 8);
      const high1 = (top - bottom) / Math.max(1, Math.ceil(pixels.rows! / (cell + 0.05))) / (7 / 8);
      for (const point of seen(points)) {
        const isCovered = some.some(
          other =>
            other.series === point.series &&
            other.id >= point.id &&
            Math.abs(other.x - point.x) <= wide * 1.0001 &&
            Math.abs(other.y - point.y) <= high1 * 1.0001,
        );
        expect(isCovered, `${what} ${JSON.stringify(point)}`).toBe(true);
      }
    };
    front.follow(random, 200, false, makePixels, check);
  }, RUNS));
