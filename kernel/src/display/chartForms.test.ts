import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { chartPng } from './chartImage.js';

/** Where pictures are put to be looked at; nowhere by default. */
const FOLDER = process.env.MILLRACE_PICTURES;

const START = Date.UTC(2026, 0, 5, 14, 30);

const columns: ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'windowStart', type: "timestamp('us')", nullable: false },
  { name: 'windowEnd', type: "timestamp('us')", nullable: false },
  ...['open', 'high', 'low', 'close', 'volume'].map(name => ({ name, type: 'float64', nullable: true })),
];

/** Bars of two symbols; the last ones are open, one is revised. */
const rows = Array.from({ length: 40 }, (_, i) => {
  const minute = i >> 1;
  const close = 100 + (i % 2) * 4 + Math.sin(i / 4) * 3;
  const open = close - Math.cos(i) * 2;
  return {
    symbol: i % 2 === 0 ? 'AAPL' : 'MSFT',
    windowStart: START + minute * 60_000,
    windowEnd: START + (minute + 1) * 60_000,
    open,
    high: Math.max(open, close) + 1,
    low: Math.min(open, close) - 1,
    close,
    volume: 1000 + ((i * 7919) % 900),
    __state: minute === 19 ? 0 : minute === 12 ? 2 : minute > 15 ? 1 : 3,
  };
});

const bookColumns: ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'level', type: 'int32', nullable: false },
  ...['bid', 'bidSize', 'ask', 'askSize'].map(name => ({ name, type: 'float64', nullable: true })),
  { name: 'state', type: 'string', nullable: false },
];
const book = Array.from({ length: 20 }, (_, i) => ({
  symbol: 'ETHUSDT',
  level: i + 1,
  bid: 3000 - i * 0.5,
  bidSize: 1 + ((i * 31) % 7),
  ask: i === 19 ? null : 3000.5 + i * 0.5,
  askSize: i === 19 ? null : 1 + ((i * 17) % 5),
  state: 'synced',
}));

const xy = { x: 'windowStart', y: 'close', color: 'symbol' } as const;
const candles = {
  x: 'windowStart',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
};
const stat = {
  value: 'close',
  label: 'AAPL',
  delta: 'before',
  sparkline: true,
  x: null,
  format: ',.2f',
} as const;
const FORMS: Readonly<Record<string, ChartSpec>> = {
  line: { form: 'line', ...xy },
  area: { form: 'area', ...xy, stack: false },
  'stacked area': { form: 'area', ...xy, y: 'volume', stack: true },
  bar: { form: 'bar', ...xy, y: 'volume', stack: true },
  'bar of names': { form: 'bar', x: 'symbol', y: 'volume', color: null, stack: true },
  point: { form: 'point', x: 'close', y: 'volume', color: 'symbol' },
  histogram: { form: 'histogram', x: 'close', bins: 30, color: null },
  'histogram of series': { form: 'histogram', x: 'volume', bins: 12, color: 'symbol' },
  'histogram of times': { form: 'histogram', x: 'windowStart', bins: 12, color: null },
  heatmap: { form: 'heatmap', x: 'windowStart', y: 'symbol', color: 'volume' },
  'heatmap of numbers': { form: 'heatmap', x: 'close', y: 'volume', color: null },
  boxplot: { form: 'boxplot', x: 'symbol', y: 'close' },
  'one boxplot': { form: 'boxplot', x: null, y: 'close' },
  'boxplot over time': { form: 'boxplot', x: 'windowStart', y: 'close' },
  stat: { form: 'stat', ...stat },
  'stat alone': { form: 'stat', ...stat, delta: null, sparkline: false },
  'stat of a text': { form: 'stat', ...stat, value: 'symbol', delta: null },
  candlestick: { form: 'candlestick', ...candles, facet: 'symbol' },
  depth: { form: 'depth', bid: 'bid', bidSize: 'bidSize', ask: 'ask', askSize: 'askSize', facet: null },
};
const FACETED: ChartSpec = { ...(FORMS.depth as Extract<ChartSpec, { form: 'depth' }>), facet: 'symbol' };

async function picture(name: string, chart: ChartSpec, data: readonly object[], more = {}) {
  const view = { kind: 'chart', title: null, chart, lastUs: null, maxRows: 1000, ...more } as const;
  const shown = chart.form === 'depth' ? bookColumns : columns;
  const image = await chartPng(view, [{ columns: shown, rows: data as Record<string, unknown>[] }]);
  if (FOLDER !== undefined) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${name.replaceAll(' ', '-')}.png`), image.png);
  }
  return image;
}

const rowsOf = (chart: ChartSpec): readonly object[] => (chart.form === 'depth' ? book : rows);

describe('pictures of each form', () => {
  it.each(Object.entries({ ...FORMS, 'depth by symbol': FACETED }))('%s', async (name, chart) => {
    const drawn = await picture(name, chart, rowsOf(chart));
    const empty = await picture(`empty ${name}`, chart, []);
    expect(drawn.width).toBeGreaterThan(200);
    expect(drawn.width).toBeLessThanOrEqual(780);
    expect(Buffer.compare(drawn.png, empty.png)).not.toBe(0);
  });
});
