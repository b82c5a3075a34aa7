import { describe, expect, it } from 'vitest';
import type { ViewColumn } from '../view.js';
import { toVegaValue, type ChartSpec } from '../index.js';
import { toVegaLite } from './toVegaLite.js';

const columns: ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'windowStart', type: "timestamp('us')", nullable: false },
  { name: 'windowEnd', type: "timestamp('us')", nullable: false },
  ...['open', 'high', 'low', 'close', 'bid.px'].map(name => ({ name, type: 'float64', nullable: false })),
  { name: 'volume', type: 'int64', nullable: false },
];
const light = { mode: 'light', width: 800 } as const;

/** Every object inside a JSON value, itself included. */
function* objectsOf(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const child of Object.values(value)) yield* objectsOf(child);
}

describe('toVegaLite', () => {
  const candles: ChartSpec = {
    form: 'candlestick',
    x: 'windowStart',
    open: 'open',
    high: 'high',
    low: 'low',
    close: 'close',
    volume: 'volume',
    facet: null,
  };

  it('draws candles with volume below on one time axis, in UTC', () => {
    const spec = toVegaLite(candles, columns, light);
    expect(spec.data).toEqual({ name: 'rows' });
    const panes = spec.vconcat as { layer?: unknown[]; encoding?: Record<string, unknown> }[];
    expect(panes).toHaveLength(2);
    expect(panes[0].layer).toHaveLength(5);
    expect(panes[1].encoding?.y).toMatchObject({ field: 'volume' });
    expect(spec.resolve).toEqual({ scale: { x: 'shared' } });
    const times = [...objectsOf(spec)].filter(part => part.type === 'temporal');
    expect(times.length).toBeGreaterThan(3);
    for (const time of times) expect(time.scale).toEqual({ type: 'utc' });
  });

  it('gives each facet its own price scale, and can leave volume out', () => {
    expect(toVegaLite({ ...candles, facet: 'symbol' }, columns, light)).toMatchObject({
      facet: { field: 'symbol' },
      resolve: { scale: { x: 'shared', y: 'independent' } },
    });
    expect(toVegaLite({ ...candles, volume: null }, columns, light)).not.toHaveProperty('vconcat');
  });

  it('has other colours in the dark', () => {
    expect(toVegaLite(candles, columns, { mode: 'dark' })).not.toEqual(
      toVegaLite(candles, columns, { mode: 'light' }),
    );
  });

  it('takes a column name for a name, never for a path or code', () => {
    const spec = toVegaLite({ form: 'line', x: 'windowEnd', y: 'bid.px', color: null }, columns, light);
    expect(JSON.stringify(spec)).toContain(JSON.stringify('bid\\.px'));
    const hostile = `x"] + alert(1) + datum["`;
    const text = JSON.stringify(toVegaLite({ ...candles, x: hostile }, columns, light));
    const calculations = [...objectsOf(JSON.parse(text))]
      .map(part => part.calculate)
      .filter(Boolean) as string[];
    for (const calculation of calculations) {
      expect(calculation.replaceAll(JSON.stringify(hostile), '')).not.toContain('alert');
    }
  });

  it("lays the user's spec over the theme, without data from elsewhere", () => {
    const spec = toVegaLite(
      {
        form: 'vegaLite',
        spec: {
          data: { url: 'https://example.org/x.json' },
          usermeta: { embedOptions: {} },
          datasets: { rows: [] },
          layer: [
            { data: { url: 'x.csv' }, mark: 'line' },
            { data: { values: [{ y: 1 }] }, mark: 'rule' },
          ],
          encoding: {
            x: { field: 'windowEnd', type: 'temporal' },
            y: { field: 'windowEnd', type: 'temporal', timeUnit: 'hours' },
          },
          config: { axis: { labelFontSize: 20 } },
        },
      },
      columns,
      light,
    );
    expect(spec.data).toEqual({ name: 'rows' });
    expect(spec).not.toHaveProperty('usermeta');
    expect(spec).not.toHaveProperty('datasets');
    expect(spec.layer).toEqual([{ mark: 'line' }, { data: { values: [{ y: 1 }] }, mark: 'rule' }]);
    expect(spec.encoding).toMatchObject({ x: { scale: { type: 'utc' } }, y: { timeUnit: 'utchours' } });
    expect((spec.config as { axis: Record<string, unknown> }).axis).toMatchObject({
      labelFontSize: 20,
      gridColor: '#e9ecef',
    });
  });

  it('fits a single view to the width, and leaves a width that the user gave', () => {
    const point = (width?: number): unknown =>
      toVegaLite({ form: 'vegaLite', spec: { mark: 'point', width } }, columns, light).width;
    expect(point()).toBe(800);
    expect(point(300)).toBe(300);
  });
});

describe('toVegaValue', () => {
  it('turns ticks of any unit into epoch milliseconds, keeping microseconds', () => {
    expect(toVegaValue("timestamp('us')", 1_700_000_000_123_456)).toBe(1_700_000_000_123.456);
    expect(toVegaValue("timestamp('ns')", 1_700_000_000_123_456_789n)).toBeCloseTo(1_700_000_000_123.457, 3);
    expect(toVegaValue("timestamp('s')", 2)).toBe(2000);
    expect(toVegaValue('date', 1)).toBe(86_400_000);
    expect(toVegaValue('int64', 5n)).toBe(5);
    expect(toVegaValue('string', null)).toBeNull();
  });
});
