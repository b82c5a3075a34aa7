import { afterAll, beforeAll, expect, test } from 'vitest';
import { linesOf, toVegaValue, type ChartPixels, type Lines, type ViewColumn } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { PIXEL_LIMITS } from '../../engine/src/runtime/pixelRows.js';
import { encodeRows, viewColumns } from '../../engine/src/views/frames.js';
import type { ChartView } from '../../engine/src/views/viewSource.js';
import { decodeRows, type Row } from '../../ui/src/model/rows.js';
import { ChartFront } from './chartFront.js';
import { SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { runningPlan } from './runningPlan.js';

const usual = { ...PIXEL_LIMITS };

beforeAll(() => void Object.assign(PIXEL_LIMITS, { exact: 12, cells: 300, columns: 4, unseen: 40 }));
afterAll(() => void Object.assign(PIXEL_LIMITS, usual));

function makePlan(random: Random): PlanNode {
  const counts: PlanNode = {
    kind: 'aggregate',
    input: SOURCE,
    keys: ['symbol'],
    window: random.chance(0.7) ? { type: 'tumble', parameters: { sizeUs: 3 } } : null,
    allowedLatenessUs: random.pick([0, 20]),
    columns: ['price', 'size'].map(name => ({
      name,
      call: {
        fn: name === 'price' ? 'avg' : 'sum',
        args: [{ kind: 'column', name }],
        where: null,
        distinct: false,
        options: {},
      },
    })),
  };
  const plan = random.pick<PlanNode>([SOURCE, SOURCE, counts, counts]);
  const retention = { lastUs: random.pick([null, 150]), rows: random.pick([null, 120]), bytes: null };
  return random.chance(0.5) ? { kind: 'keep', input: plan, retention } : plan;
}

interface Point {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

/** Points of each series, in the order in which a line goes through them. */
function seriesOf(rows: readonly Row[], lines: Lines, columns: readonly ViewColumn[]): Map<string, Point[]> {
  const at = (name: string): number => columns.findIndex(column => column.name === name);
  const number = (row: Row, name: string): number => {
    const value = toVegaValue(columns[at(name)].type, row.values[at(name)]);
    return value === null ? NaN : Number(value);
  };
  const series = new Map<string, Point[]>();
  for (const row of rows) {
    const x = number(row, lines.x);
    if (!Number.isFinite(x)) continue;
    const name =
      lines.series === null
        ? ''
        : String(toVegaValue(columns[at(lines.series)].type, row.values[at(lines.series)]));
    const points = series.get(name) ?? [];
    points.push({ id: row.id, x, y: number(row, lines.y) });
    series.set(name, points);
  }
  for (const points of series.values()) points.sort((a, b) => a.x - b.x || a.id - b.id);
  return series;
}

/** What the line of a series draws: extents within each column, and the straight lines from one column to another. */
function drawn(points: readonly Point[], columnOf: (x: number) => string) {
  const extents = new Map<string, [number, number][]>();
  const crossings: string[] = [];
  const corners = new Map<string, string>();
  let before: Point | null = null;
  for (const point of points) {
    const column = columnOf(point.x);
    const isValid = Number.isFinite(point.y);
    if (!isValid) {
      before = null;
      continue;
    }
    const runs = extents.get(column) ?? [];
    extents.set(column, runs);
    if (before !== null && columnOf(before.x) === column) {
      const run = runs[runs.length - 1];
      run[0] = Math.min(run[0], point.y);
      run[1] = Math.max(run[1], point.y);
    } else {
      runs.push([point.y, point.y]);
      if (before !== null) crossings.push(`${before.x},${before.y} to ${point.x},${point.y}`);
    }
    corners.set(column, `${corners.get(column)?.split(' ')[0] ?? point.id} ${point.id}`);
    before = point;
  }
  return { extents, crossings, corners };
}

function expectSameDrawing(
  all: readonly Point[],
  some: readonly Point[],
  columnOf: (x: number) => string,
  what: string,
) {
  const wanted = drawn(all, columnOf);
  const found = drawn(some, columnOf);
  expect(found.crossings, what).toEqual(wanted.crossings);
  expect([...found.extents.keys()], what).toEqual([...wanted.extents.keys()]);
  expect(found.corners, what).toEqual(wanted.corners);
  for (const [column, runs] of wanted.extents) {
    const own = found.extents.get(column)!;
    const whole = (all: [number, number][]) => [
      Math.min(...all.map(r => r[0])),
      Math.max(...all.map(r => r[1])),
    ];
    expect(whole(own), what).toEqual(whole(runs));
    // Nothing is drawn where nothing is.
    for (const [from, to] of own)
      expect(
        runs.some(run => run[0] <= from && run[1] >= to),
        what,
      ).toBe(true);
  }
}

/** Of a column without a gap, by its definition. */
function m4(points: readonly Point[]): Set<number> {
  const by = (better: (a: Point, b: Point) => boolean): number =>
    points.reduce((best, point) =>
      better(point, best) || (!better(best, point) && point.id < best.id) ? point : best,
    ).id;
  return new Set([
    points[0].id,
    points[points.length - 1].id,
    by((a, b) => a.y < b.y),
    by((a, b) => a.y > b.y),
  ]);
}

test('the rows that a chart of lines is sent draw what all rows draw', () =>
  forRandom(
    random => {
      const query = runningPlan(makePlan(random));
      const { table } = query;
      const columns = viewColumns(table.schema.fields);
      const names = columns.map(({ name }) => name);
      const x = random.pick(['time', 'windowStart', 'size', 'level'].filter(name => names.includes(name)));
      const view: ChartView = {
        kind: 'chart',
        title: null,
        chart: {
          form: 'line',
          x,
          y: random.pick(['price', 'size'].filter(name => names.includes(name) && name !== x)),
          color: random.pick(['symbol', null]),
        },
        lastUs: random.pick([null, null, 100]),
        maxRows: random.pick([Number.MAX_SAFE_INTEGER, 100]),
      };
      const lines = linesOf(view.chart, columns)!;
      expect(lines).not.toBeNull();
      const makePixels = (): ChartPixels => {
        const { total } = table;
        const all = decodeRows(encodeRows(table, table.positions(0, total), encodeArrow), columns);
        const xs = [...seriesOf(all, lines, columns).values()].flat().map(point => point.x);
        const low = Math.min(...xs);
        const reach = Math.max(...xs) - low;
        const from = low + reach * (random.next() * 1.2 - 0.1);
        const to = from + reach * random.next();
        const isSpan = random.chance(0.5) && Number.isFinite(reach) && to > from;
        return { columns: 1 + random.below(40), span: isSpan ? [from, to] : null };
      };
      const front = new ChartFront(query, view, { columns: 20, span: null });
      const { model } = front;
      const check = (): void => {
        front.catchUp();
        const { pixels, span } = front;
        const all = front.allRows();
        const what = JSON.stringify({
          lines,
          pixels,
          span,
          total: all.length,
          drawn: model.status.drawn,
          rows: model.size,
        });
        const { drawn: said } = model.status;
        if (all.length <= PIXEL_LIMITS.exact) {
          expect(model.rows(), what).toEqual(all);
          expect(said, what).toBeUndefined();
          return;
        }
        const series = seriesOf(all, lines, columns);
        if (said === undefined) {
          // Too many series for so few columns, or no numbers at all.
          expect(
            PIXEL_LIMITS.cells / series.size < Math.min(PIXEL_LIMITS.columns, pixels.columns) ||
              series.size === 0,
            what,
          ).toBe(true);
          return;
        }
        front.expectRowsOf(all, what);
        expect(said, what).toEqual({ rows: model.size, of: all.length, columns: said.columns });
        const [from, to] = pixels.span ?? span ?? [-Infinity, Infinity];
        const some = seriesOf(model.rows(), lines, columns);
        expect([...some.keys()].sort(), what).toEqual([...series.keys()].sort());
        const xs = [...series.values()].flat().map(point => point.x);
        if (pixels.span === null && span !== null) {
          const [low, high] = [Math.min(...xs), Math.max(...xs)];
          expect(span[0] <= low && span[1] >= high, what).toBe(true);
          const reach = high - low;
          expect(span[1] - span[0], what).toBeLessThanOrEqual(reach * 1.4 + 1e-9);
        }
        const seen = (points: readonly Point[]): Point[] =>
          points.filter(point => point.x >= from && point.x <= to);
        const marked = new Set(
          all.filter(row => table.hasStates && (row.state === 0 || row.state === 2)).map(row => row.id),
        );
        for (const row of all)
          if (marked.has(row.id))
            expect(
              model.rows().some(each => each.id === row.id),
              what,
            ).toBe(true);
        const columnOf = (x: number): string => {
          if (x < from) return 'before';
          if (x > to) return 'behind';
          return to > from
            ? String(Math.min(said.columns, Math.floor(((x - from) / (to - from)) * said.columns)))
            : '0';
        };
        for (const [name, points] of series) {
          const found = some.get(name)!;
          // The axis of y stays as it is.
          const ys = (list: readonly Point[]) => list.map(point => point.y).filter(Number.isFinite);
          expect([Math.min(...ys(found)), Math.max(...ys(found))], what).toEqual([
            Math.min(...ys(points)),
            Math.max(...ys(points)),
          ]);
          if (said.columns === 0) {
            expect(seen(found), what).toEqual(seen(points));
            continue;
          }
          const inside = (list: readonly Point[]) => {
            // With the nearest ones outside, which lead in and out.
            const first = list.findIndex(point => point.x >= from);
            const last = list.findLastIndex(point => point.x <= to);
            return first < 0 || last < first ? [] : list.slice(Math.max(0, first - 1), last + 2);
          };
          expectSameDrawing(inside(points), inside(found), columnOf, what);
          for (const column of new Set(seen(points).map(point => columnOf(point.x)))) {
            const cell = seen(points).filter(point => columnOf(point.x) === column);
            if (cell.some(point => !Number.isFinite(point.y))) continue;
            const sent = seen(found).filter(point => columnOf(point.x) === column && !marked.has(point.id));
            const wanted = [...m4(cell)].filter(id => !marked.has(id));
            expect(sent.map(point => point.id).sort(), what).toEqual(wanted.sort());
          }
        }
      };
      front.follow(random, 250, random.chance(0.2), makePixels, check);
    },
    Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2),
  ));
