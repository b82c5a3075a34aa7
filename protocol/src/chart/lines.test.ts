import { describe, expect, it } from 'vitest';
import type { ViewColumn } from '../view.js';
import { linesOf } from './lines.js';
import type { ChartSpec } from './options.js';

const COLUMNS: readonly ViewColumn[] = [
  { name: 'ts', type: "timestamp('us')", nullable: false },
  { name: 'price', type: 'float64', nullable: true },
  { name: 'symbol', type: 'string', nullable: true },
];
const XY = { x: 'ts', y: 'price', color: 'symbol' } as const;
const x = { field: 'ts' };
const y = { field: 'price', scale: { zero: false } };
const spec = (spec: { readonly [key: string]: unknown }): ChartSpec => ({ form: 'vegaLite', spec });

describe('linesOf', () => {
  it('knows lines and areas that stand alone', () => {
    const lines = { x: 'ts', y: 'price', series: 'symbol' };
    expect(linesOf({ form: 'line', ...XY }, COLUMNS)).toEqual({ mark: 'line', ...lines });
    expect(linesOf({ form: 'area', ...XY, stack: false }, COLUMNS)).toEqual({ mark: 'area', ...lines });
    const own = {
      mark: 'line',
      encoding: { x, y, color: { field: 'symbol' } },
      title: 'Prices',
      height: 100,
    };
    expect(linesOf(spec(own), COLUMNS)).toEqual({ mark: 'line', ...lines });
    expect(linesOf(spec({ mark: { type: 'line' }, encoding: { x, y } }), COLUMNS)?.series).toBeNull();
  });

  it('leaves charts alone whose rows are all needed', () => {
    const none: readonly ChartSpec[] = [
      { form: 'area', ...XY, stack: true },
      { form: 'bar', ...XY, stack: false },
      { form: 'point', ...XY },
      { form: 'histogram', x: 'price', bins: 10, color: null },
      { form: 'line', ...XY, x: 'symbol' },
      { form: 'line', ...XY, y: 'ts' },
      { form: 'line', ...XY, x: 'gone' },
      spec({ mark: 'line', encoding: { x, y: { ...y, aggregate: 'mean' } } }),
      spec({ mark: 'line', encoding: { x: { ...x, timeUnit: 'yearmonth' }, y } }),
      spec({ mark: 'line', encoding: { x, y }, transform: [{ filter: 'datum.price > 1' }] }),
      spec({ mark: 'line', encoding: { x, y }, params: [] }),
      spec({ mark: 'line', encoding: { x, y, tooltip: { field: 'price' } } }),
      spec({ mark: 'line', encoding: { x, y: { ...y, scale: { type: 'log' } } } }),
      spec({ mark: { type: 'line', point: true }, encoding: { x, y } }),
      spec({ mark: { type: 'line', interpolate: 'step' }, encoding: { x, y } }),
      spec({ mark: 'area', encoding: { x, y } }),
      spec({ mark: 'line', encoding: { x, y, color: { field: 'price', type: 'quantitative' } } }),
      spec({ layer: [{ mark: 'line', encoding: { x, y } }] }),
      spec({ mark: 'line', encoding: { x, y }, data: { values: [] } }),
      spec({}),
    ];
    for (const chart of none) expect(linesOf(chart, COLUMNS), JSON.stringify(chart)).toBeNull();
  });
});
