import { describe, expect, it } from 'vitest';
import type { ViewColumn } from '../view.js';
import { toVegaValue, wallClock, type ChartSpec } from '../index.js';
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

  it('gives columns the kind of their type, and panes the width that there is', () => {
    const y = { field: 'close' };
    const pane = { mark: 'line', encoding: { x: { field: 'windowEnd' }, y, x2: { field: 'made' } } };
    const of = (spec: Record<string, unknown>): Record<string, Record<string, unknown>[]> =>
      toVegaLite({ form: 'vegaLite', spec }, columns, light) as never;
    const [left, right] = of({ hconcat: [pane, { ...pane, width: 50 }] }).hconcat;
    expect(left.encoding).toMatchObject({
      x: { type: 'temporal', scale: { type: 'utc' } },
      y: { type: 'quantitative' },
      x2: { field: 'made' },
    });
    expect([left.width, right.width]).toEqual([324, 50]);
    expect(of({ vconcat: [{ hconcat: [pane, pane] }] }).vconcat[0]).toMatchObject({
      hconcat: [{ width: 324 }, { width: 324 }],
    });
    expect(of({ mark: 'bar', encoding: { y: { ...y, aggregate: 'count' } } }).encoding).toEqual({
      y: { field: 'close', aggregate: 'count' },
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

  it('lets no text be the name of what every object has', () => {
    for (const text of ['__proto__', 'constructor', 'toString']) {
      expect(text in Object.prototype).toBe(true);
      expect((toVegaValue('string', text) as string) in Object.prototype).toBe(false);
    }
    expect(toVegaValue('string', 'AAPL')).toBe('AAPL');
  });

  it('gives times of a zone, across changes of its clock and before our era', () => {
    const wall = wallClock('America/New_York');
    const at = (text: string): number => toVegaValue("timestamp('ms')", Date.parse(text), wall) as number;
    expect(at('2026-03-08T06:59:59.500Z')).toBe(Date.parse('2026-03-08T01:59:59.500Z'));
    expect(at('2026-03-08T07:00:00Z')).toBe(Date.parse('2026-03-08T03:00:00Z'));
    expect(at('2026-11-01T05:30:00Z')).toBe(at('2026-11-01T06:30:00Z'));
    expect(toVegaValue('date', 1, wall)).toBe(86_400_000);
    expect(Number.isFinite(wall(Date.UTC(-50, 0, 1)))).toBe(true);
    expect(wallClock('Asia/Kathmandu')(0)).toBe(5.5 * 3_600_000);
    expect(wall(8.64e15 + 1e9)).toBe(8.64e15 + 1e9);
    expect(wall(NaN)).toBeNaN();
    expect(() => wallClock('Mars/Olympus')).toThrow(RangeError);
  });
});
