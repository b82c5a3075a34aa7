import { describe, expect, it } from 'vitest';
import type { ChartSpec } from './options.js';
import { scatterOf } from './scatter.js';

const COLUMNS = [
  { name: 'ts', type: 'timestamp(us)', nullable: false },
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'side', type: 'string', nullable: false },
  { name: 'price', type: 'float64', nullable: true },
  { name: 'size', type: 'int32', nullable: false },
];
const x = { field: 'size', type: 'quantitative' };
const y = { field: 'price', type: 'quantitative' };
const color = { field: 'symbol', type: 'nominal' };
const XY = { x: 'size', y: 'price', color: 'symbol' } as const;
const spec = (spec: Record<string, unknown>): ChartSpec => ({ form: 'vegaLite', spec });

describe('scatterOf', () => {
  it('knows charts of nothing but points', () => {
    const found = { x: 'size', y: 'price', series: 'symbol', measure: null };
    expect(scatterOf({ form: 'point', ...XY }, COLUMNS)).toEqual(found);
    expect(scatterOf({ form: 'point', ...XY })).toEqual(found);
    expect(scatterOf({ form: 'point', ...XY, x: 'ts' }, COLUMNS)?.x).toBe('ts');
    for (const mark of ['point', 'circle', { type: 'square', opacity: 0.7, tooltip: true }])
      expect(scatterOf(spec({ mark, encoding: { x, y, color } }), COLUMNS)).toEqual(found);
    const shape = { ...color, scale: { range: ['circle', 'square'] } };
    expect(scatterOf(spec({ mark: 'point', encoding: { x, y, shape } }), COLUMNS)).toEqual(found);
    const warm = { field: 'price', type: 'quantitative', scale: { scheme: 'viridis' } };
    const tooltip = [{ field: 'ts' }, { field: 'price', format: '.2f' }];
    expect(
      scatterOf(spec({ mark: 'point', encoding: { x, y, color: warm, shape, tooltip } }), COLUMNS),
    ).toEqual({ ...found, measure: 'price' });
    expect(
      scatterOf(spec({ mark: 'point', encoding: { x, y, color: { field: 'price' } } }), COLUMNS),
    ).toEqual({ ...found, series: null, measure: 'price' });
  });

  it('leaves charts alone whose rows are all needed', () => {
    const none: readonly ChartSpec[] = [
      { form: 'line', ...XY },
      { form: 'point', ...XY, x: 'symbol' },
      { form: 'point', ...XY, y: 'gone' },
      { form: 'point', ...XY, color: 'gone' },
      spec({ mark: { type: 'circle', opacity: 0.2 }, encoding: { x, y } }),
      spec({ mark: 'point', encoding: { x, y, opacity: { value: 0.2 } } }),
      spec({ mark: 'point', encoding: { x, y, size: { field: 'size', type: 'quantitative' } } }),
      spec({ mark: 'point', encoding: { x, y: { ...y, aggregate: 'mean' } } }),
      spec({ mark: 'point', encoding: { x: { ...x, bin: true }, y } }),
      spec({ mark: 'point', encoding: { x, y: { ...y, scale: { type: 'log' } } } }),
      spec({ mark: 'point', encoding: { x, y: { ...y, scale: { domain: [0, 1] } } } }),
      spec({ mark: 'point', encoding: { x, y, color, shape: { field: 'side', type: 'nominal' } } }),
      spec({ mark: 'point', encoding: { x, y, color: { field: 'symbol', type: 'quantitative' } } }),
      spec({ mark: 'point', encoding: { x, y }, transform: [{ filter: 'datum.price > 1' }] }),
      spec({ mark: 'point', encoding: { x, y }, params: [] }),
      spec({ mark: 'point', encoding: { x, y, tooltip: { field: 'price', aggregate: 'mean' } } }),
      spec({ layer: [{ mark: 'point', encoding: { x, y } }] }),
      spec({}),
    ];
    for (const chart of none) expect(scatterOf(chart, COLUMNS), JSON.stringify(chart)).toBeNull();
  });
});
