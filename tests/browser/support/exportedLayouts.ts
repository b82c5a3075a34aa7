import type { Cell } from './exportedNotebook.js';

const text = (source: string): Cell => ({ type: 'markdown', source });
const code = (source: string): Cell => ({ type: 'code', source });

const OVERVIEW = `const overview = trades.chart({
  height: 140,
  params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
  mark: { type: 'point', size: 8 },
  encoding: { x: { field: 'ts', type: 'temporal' }, y: { field: 'price', scale: { zero: false } }, color: { field: 'symbol' } },
}, { maxRows: 2000 });
const picked = trades.where(overview.selection('brush'));
overview`;

const SEVERAL = `const large = trades.where(t => t.size.gt(450));
chart({
  layer: [
    { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'close', scale: { zero: false } }, color: { field: 'symbol' } } },
    { data: large, mark: { type: 'point', filled: true, size: 20 }, encoding: { x: { field: 'ts' }, y: { field: 'price' }, color: { field: 'symbol' } } },
  ],
}, { title: 'Closes, and large trades' })`;

const LAYOUT = `const least = input.range({ name: 'least size', min: 0, max: 500, step: 1, value: 100 });
layout.row(
  layout.column(least, md\`**\${trades.where(t => t.size.ge(least)).count()}** trades\`,
    bars.where(b => b.symbol.eq('AAPL')).stat({ value: 'close', label: 'AAPL' })),
  bars.line({ x: 'windowStart', y: 'close', color: 'symbol' }),
  bars,
)`;

const MATHS = `# Layouts

The volume-weighted mean of prices $p_i$ and sizes $s_i$ is

$$\\mathrm{VWAP} = \\frac{\\sum_i p_i s_i}{\\sum_i s_i}$$

between $5 and $6, with $\\frac{a}$ that is none.`;

/** Outputs in outputs, charts of several tables and what is selected in them, the clock, formulas. */
export const LAYOUT_CELLS: readonly Cell[] = [
  text(MATHS),
  code(`import { chart, clock, count, first, input, last, layout, max, md, min, replay, sum, tumble, udf, float64 } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });
const bars = trades.window(tumble('30 s')).groupBy('symbol').aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));
clock`),
  text('## A brush'),
  code(OVERVIEW),
  code(`picked.groupBy('symbol').aggregate(t => ({ volume: sum(t.size), n: count() }))`),
  text('## Several tables'),
  code(SEVERAL),
  text('## Beside each other'),
  code(LAYOUT),
  text('## In part'),
  code(`const twice = udf('twice', { args: [float64], returns: float64 }, (x: number) => x * 2);
layout.column(bars, trades.derive(t => ({ double: twice(t.price) })))`),
];
