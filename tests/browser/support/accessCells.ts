import { BARS, CANDLES, PLAY, REPLAY } from './cells.js';

const SOURCE = REPLAY.replace(
  'import {',
  'import { chart, float64, input, layout, md, schema, string, Table, timestamp,',
);
const ONE = `bars.where(b => b.symbol.eq('AAPL'))`;

/** What Millrace draws, a cell each. */
const VIEWS = {
  candles: CANDLES,
  line: `bars.line({ x: 'windowStart', y: 'vwap', color: 'symbol', title: 'Prices' })`,
  bar: `bars.bar({ x: 'windowStart', y: 'volume', color: 'symbol', last: '20 min' })`,
  stat: `${ONE}.stat({ value: 'close', label: 'AAPL', format: ',.2f' })`,
  heatmap: `bars.heatmap({ x: 'windowStart', y: 'symbol', color: 'volume' })`,
  depth: `Table.of({ bid: [99, 98, 97, 95], bidSize: [2, 5, 1, 9], ask: [101, 102, 104, 105], askSize: [1, 4, 4, 8] }).depth()`,
  selection: `const overview = trades.chart({
  height: 140,
  params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } },
    { name: 'size', value: 8, bind: { input: 'range', min: 2, max: 30, step: 1, name: 'Size of points' } }],
  mark: { type: 'point', size: { expr: 'size' } },
  encoding: { x: { field: 'ts', type: 'temporal' }, y: { field: 'price', scale: { zero: false } }, color: { field: 'symbol' } },
}, { maxRows: 2000 });
overview`,
  several: `const large = trades.where(t => t.size.gt(350));
chart({
  layer: [
    { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'vwap', scale: { zero: false } }, color: { field: 'symbol' } } },
    { data: large, mark: { type: 'point', filled: true, size: 20 }, encoding: { x: { field: 'ts' }, y: { field: 'price' }, color: { field: 'symbol' } } },
  ],
}, { title: 'Prices, and large trades' })`,
  layout: `layout.row(layout.column(md\`**\${bars.count()}** bars\`, ${ONE}.stat({ value: 'close', label: 'AAPL' })), bars)`,
  inputs: `const least = input.range({ min: 0, max: 1000, value: 100, label: 'At least' });
const symbol = input.select({ options: { All: '%', Apple: 'AAPL' }, label: 'Symbol' });
const odd = input.toggle({ value: false, label: 'Only odd sizes' });
const note = input.text({ value: 'shares', label: 'Unit' });
const from = input.date({ value: '2026-01-05T00:00:00Z', label: 'From' });
display(least); display(symbol); display(odd); display(note); from`,
  clock: 'clock',
  rejects: `const Quotes = schema({ ts: timestamp('ms'), symbol: string, bid: float64 });
const quotes = replay('quotes.csv', { name: 'quotes', schema: Quotes, time: 'ts' });
quotes`,
  prose: `md\`There are **\${trades.count()}** trades since \${trades.min('ts')}\``,
  values: `for (const each of progress([1, 2, 3], { label: 'steps' })) void each;
({ a: 1, b: [new Date(0), { c: null }], rows: [{ x: 1, y: 'a' }, { x: 2, y: 'b' }] })`,
  error: `throw new Error('broken')`,
} as const;

/** Quotes of which one is none. */
export const QUOTES =
  'ts,symbol,bid\n2026-01-05T14:30:00Z,AAPL,1\n2026-01-05T14:30:01Z,AAPL,none\n2026-01-05T14:30:02Z,,2\n';

/** The cells: source, table, all views, and the replay that is begun. */
export const accessCells = (speed: number): string[] => [
  SOURCE,
  BARS(),
  ...Object.values(VIEWS),
  PLAY(speed),
];

/** The cell of a view. */
export const cellOf = (view: keyof typeof VIEWS): number => 2 + Object.keys(VIEWS).indexOf(view);
