import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { linesOf, toVegaLite, toVegaValue, type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Spec } from 'vega';
import type { Row } from '../model/rows.js';
import { thinnedRows } from '../view/thinnedRows.js';
import { withoutLines } from './lineMarks.js';
import { pointReader } from './pointReader.js';
import { SeriesPoints } from './seriesPoints.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = process.env.MILLRACE_SEED === undefined ? undefined : Number(process.env.MILLRACE_SEED);

const COLUMNS: readonly ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: true },
  { name: 'at', type: "timestamp('us')", nullable: true },
  { name: 'price', type: 'float64', nullable: true },
];
const LINE: ChartSpec = { form: 'line', x: 'at', y: 'price', color: 'symbol' };
const LINES = linesOf(LINE, COLUMNS)!;
const READ = pointReader(LINES, COLUMNS);

const value = fc.tuple(
  fc.constantFrom('a', 'a', 'a', 'a', 'b', '__proto__', null),
  fc.option(fc.integer({ min: -5, max: 90 }), { nil: null, freq: 10 }),
  fc.option(fc.double({ min: -9, max: 9 }), { nil: null, freq: 8 }),
);

function compiled(chart: ChartSpec): Spec {
  const spec = toVegaLite(chart, COLUMNS, { mode: 'light', width: 500 });
  return compile(spec as unknown as TopLevelSpec).spec as Spec;
}

type Pieces = Map<string, readonly [from: number, to: number]>;

/** The pieces that lines are drawn of, and from where to where along x each is. */
function piecesOf(points: SeriesPoints): Pieces {
  const pieces: Pieces = new Map();
  points.series.forEach((one, place) =>
    one.points.forEach(({ x, y, row }, at) => {
      const next = one.points.at(at + 1) ?? { x, y };
      const piece = JSON.stringify([place, one.value, row.id, row.state, x, y, next.x, next.y]);
      pieces.set(piece, [x, next.x]);
    }),
  );
  return pieces;
}

function different(before: Pieces, after: Pieces): readonly [number, number, string][] {
  const only = (some: Pieces, others: Pieces): [number, number, string][] =>
    [...some].flatMap(([piece, [from, to]]) => (others.has(piece) ? [] : [[from, to, piece]]));
  return [...only(before, after), ...only(after, before)];
}

describe('SeriesPoints', () => {
  it('are in order, whatever came and went', () => {
    const step = fc.record({
      upserts: fc.array(fc.tuple(fc.nat(140), value), { maxLength: 8 }),
      gone: fc.array(fc.nat(140), { maxLength: 5 }),
      reset: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 140, size: 'max' }),
        fc.array(step, { maxLength: 12 }),
        (start, steps) => {
          const points = new SeriesPoints();
          let rows = new Map<number, Row>();
          const first = { upserts: start.map((values, id) => [id, values] as const), gone: [], reset: true };
          for (const { upserts, gone, reset } of [first, ...steps]) {
            const isReset = reset && upserts.length > 6;
            const before = isReset ? new Map<number, Row>() : new Map(rows);
            const news = new Map(upserts.map(([id, values]) => [id, { id, state: id % 4, values }]));
            const removed = gone.flatMap(id => (news.has(id) ? [] : (before.get(id) ?? [])));
            rows = new Map([...before, ...news]);
            for (const { id } of removed) rows.delete(id);
            const [updated, inserted] = [true, false].map(known =>
              [...news.values()].filter(({ id }) => before.has(id) === known),
            );
            const drawn = piecesOf(points);
            points.apply({ reset: isReset, inserted, updated, removed: [...new Set(removed)] }, READ);
            const stale = points.stale.take();
            // What lies outside of the parts that are stale is as it was.
            for (const [from, to, piece] of different(drawn, piecesOf(points)))
              expect(stale === null || stale.some(part => part[0] <= from && to <= part[1]), piece).toBe(
                true,
              );
            const wanted = [...rows.values()].map(READ).filter(({ x }) => Number.isFinite(x));
            wanted.sort((a, b) => a.x - b.x || a.row.id - b.row.id);
            const names = new Set(wanted.map(({ series }) => series));
            expect(new Set(points.series.map(one => one.value))).toEqual(names);
            for (const one of points.series)
              expect(one.points).toEqual(wanted.filter(({ series }) => series === one.value));
            const ys = wanted.map(({ y }) => y).filter(Number.isFinite);
            const xs = wanted.map(({ x }) => x);
            const ends = (all: number[]) => [Math.min(...all), Math.max(...all)];
            expect(points.reach()).toEqual(xs.length === 0 ? null : { x: ends(xs), y: ends(ys) });
            expect(points.marked().length).toBe(
              wanted.filter(({ row }) => [0, 2].includes(row.state!)).length,
            );
          }
        },
      ),
      { numRuns: runs, seed },
    );
  });

  it('has the numbers that Vega would have', () => {
    const types = ["timestamp('ns')", "timestamp('s')", 'date', 'int64', 'decimal(9, 2)', "duration('ms')"];
    for (const type of types) {
      const columns = COLUMNS.map(column => (column.name === 'at' ? { ...column, type } : column));
      for (const at of [5, -1_767_623_400, null]) {
        const { x } = pointReader(LINES, columns)({ id: 0, state: null, values: ['a', at, 1] });
        expect(x).toBe(at === null ? NaN : toVegaValue(type, at));
      }
    }
  });
});

describe('withoutLines', () => {
  it('hides lines and areas of a compiled spec, and knows how they look', () => {
    const line = withoutLines(compiled(LINE), LINES, true)!;
    expect(line.spec.marks?.length).toBe(3);
    expect(JSON.stringify(line.spec.marks)).not.toContain('tooltip');
    expect(line.look).toEqual({ line: { color: null, width: 1.5 }, area: null, paper: '#ffffff' });
    const area: ChartSpec = { form: 'area', x: 'at', y: 'price', color: null, stack: false };
    expect(withoutLines(compiled(area), linesOf(area, COLUMNS)!, true)?.look).toEqual({
      line: { color: '#1b7aa6', width: 1.5 },
      area: { color: '#1b7aa6', opacity: 0.25 },
      paper: '#ffffff',
    });
    const x = { field: 'at' };
    const y = { field: 'price' };
    const own: ChartSpec = { form: 'vegaLite', spec: { mark: 'line', encoding: { x, y } } };
    expect(withoutLines(compiled(own), linesOf(own, COLUMNS)!, false)?.look.line?.color).toBe('#1b7aa6');
  });

  it('leaves alone what it does not know', () => {
    for (const mark of [
      'bar',
      { type: 'line', interpolate: 'step' },
      { type: 'line', opacity: 0.5 },
      'rule',
    ]) {
      const encoding = { x: { field: 'at' }, y: { field: 'price' } };
      expect(withoutLines(compiled({ form: 'vegaLite', spec: { mark, encoding } }), LINES, false)).toBeNull();
    }
  });
});

describe('thinnedRows', () => {
  it('keeps the reach of every line', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), fc.integer({ min: 16, max: 60 }), (values, most) => {
        const rows = values.map((values, id) => ({ id, state: null, values }));
        const kept = thinnedRows(rows, COLUMNS, LINE, most);
        expect(kept.length).toBeLessThanOrEqual(most);
        const shown = rows.map(READ).filter(({ x }) => Number.isFinite(x));
        if (rows.length <= most || shown.length === 0) return;
        const ends = (all: readonly Row[]) => {
          const xs = all
            .map(READ)
            .map(({ x }) => x)
            .filter(Number.isFinite);
          return [Math.min(...xs), Math.max(...xs)];
        };
        expect(ends(kept)).toEqual(ends(rows));
      }),
      { numRuns: runs, seed },
    );
  });
});
