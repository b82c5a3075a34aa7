/** Type tests of charts over several tables, and of their selections: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import { chart, tumble, count, last, sum, type Chart, type Stream, type Table } from '../node/index.js';

interface Trade {
  ts: Temporal.Instant;
  symbol: string;
  price: number;
  size: number | null;
}
interface Fill {
  at: Temporal.Instant;
  price: number;
  side: string;
}
declare const trades: Stream<Trade>;
declare const fills: Table<Fill>;
const bars = trades
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({ close: last(t.price), volume: sum(t.size) }));

// Each view is typed by its own table.
chart({
  layer: [
    { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'close' } } },
    { data: fills, mark: 'point', encoding: { x: { field: 'at' }, y: { field: 'price' } } },
  ],
});
chart({
  data: bars,
  vconcat: [
    { mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'close' } } },
    { data: fills, mark: 'point', encoding: { x: { field: 'at' }, y: { field: 'price' } } },
  ],
});
chart({
  hconcat: [
    {
      data: trades,
      facet: { field: 'symbol' },
      spec: { mark: 'point', encoding: { y: { field: 'price' } } },
    },
    {
      data: fills,
      repeat: ['price'],
      spec: { mark: 'bar', encoding: { x: { field: { repeat: 'repeat' } } } },
    },
  ],
});
// What is encoded above views that are laid over each other is a column of all of them.
chart({
  encoding: { y: { field: 'price' } },
  layer: [
    { data: trades, mark: 'line', encoding: { x: { field: 'ts' } } },
    { data: fills, mark: 'point', encoding: { x: { field: 'at' } } },
  ],
});
chart({
  layer: [
    {
      data: bars,
      transform: [{ calculate: 'datum.close * 2', as: 'twice' }],
      mark: 'line',
      encoding: { y: { field: 'twice' } },
    },
    { data: { values: [{ at: 5 }] }, mark: 'rule', encoding: { y: { field: 'at' } } },
  ],
});
chart({
  // @ts-expect-error fills have no close
  layer: [{ data: fills, mark: 'line', encoding: { y: { field: 'close' } } }],
});
const byClose = { mark: 'line', encoding: { y: { field: 'close' } } } as const;
chart({ data: bars, vconcat: [byClose, { data: bars, ...byClose }] });
// @ts-expect-error below its own data a view has those columns alone
chart({ data: bars, vconcat: [byClose, { data: fills, ...byClose }] });
chart({
  // @ts-expect-error fills have no symbol
  encoding: { color: { field: 'symbol' } },
  layer: [
    { data: trades, mark: 'line' },
    { data: fills, mark: 'point' },
  ],
});
// @ts-expect-error misspelt on the level that has the data
chart({ data: fills, mark: 'line', encoding: { y: { field: 'prise' } } });
// @ts-expect-error misspelt in a facet
chart({ data: fills, facet: { field: 'syde' }, spec: { mark: 'point' } });
// @ts-expect-error an address is no table
chart({ data: { url: 'fills.csv' }, mark: 'line' });

// Selections are conditions on what has their columns.
const overview = trades.chart({
  params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
  mark: 'point',
  encoding: { x: { field: 'ts' }, y: { field: 'price' } },
});
trades
  .where(overview.selection('brush'))
  .groupBy('symbol')
  .aggregate(() => ({ n: count() }));
trades.where(t => overview.selection('brush')(t).and(t.price.gt(5)));
// @ts-expect-error bars have no ts
bars.where(overview.selection('brush'));
// @ts-expect-error no such selection
overview.selection('brsh');
const both = trades.chart({
  params: [{ name: 'area', select: 'interval' }],
  mark: 'point',
  encoding: { x: { field: 'price' }, y: { field: 'size' } },
});
trades.where(both.selection('area'));
// @ts-expect-error fills have a price, and no size
fills.where(both.selection('area'));
const legend = trades.chart({
  vconcat: [
    {
      params: [{ name: 'which', select: { type: 'point', fields: ['symbol'] }, bind: 'legend' }],
      mark: 'line',
      encoding: { x: { field: 'ts' }, color: { field: 'symbol' } },
    },
  ],
});
bars.where(legend.selection('which'));
// @ts-expect-error fills have no symbol
fills.where(legend.selection('which'));
const several = chart({
  layer: [
    { data: bars, mark: 'line', encoding: { x: { field: 'windowStart' }, y: { field: 'close' } } },
    {
      data: fills,
      params: [{ name: 'some', select: { type: 'interval', encodings: ['y'] } }],
      mark: 'point',
      encoding: { x: { field: 'at' }, y: { field: 'price' } },
    },
  ],
});
fills.where(several.selection('some'));
trades.where(several.selection('some'));
// @ts-expect-error bars have no price
bars.where(several.selection('some'));
// Whatever can be selected in it, a chart is a chart.
const all: readonly Chart[] = [overview, both, several, bars.line({ x: 'windowStart', y: 'close' })];
void all;
