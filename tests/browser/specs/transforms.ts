import { price, size, start, symbol, ts, type OwnSpec } from './spec.js';

const y = (field: string) => ({ field, type: 'quantitative' }) as const;

/** Every transform of Vega-Lite that needs nothing from outside. */
export const TRANSFORMS: readonly OwnSpec[] = [
  [
    'aggregate',
    'bars',
    {
      transform: [{ aggregate: [{ op: 'sum', field: 'volume', as: 'total' }], groupby: ['symbol'] }],
      mark: 'bar',
      encoding: { x: symbol, y: y('total') },
    },
  ],
  [
    'bin',
    'trades',
    {
      transform: [{ bin: { maxbins: 10 }, field: 'price', as: 'binned' }],
      mark: 'bar',
      encoding: {
        x: { field: 'binned', bin: 'binned' },
        x2: { field: 'binned_end' },
        y: { aggregate: 'count' },
      },
    },
  ],
  [
    'calculate',
    'bars',
    {
      transform: [{ calculate: 'datum.high - datum.low', as: 'range' }],
      mark: 'line',
      encoding: { x: start, y: y('range'), color: symbol },
    },
  ],
  [
    'density',
    'trades',
    {
      transform: [{ density: 'price', groupby: ['symbol'] }],
      mark: 'area',
      encoding: { x: y('value'), y: y('density'), color: symbol },
    },
  ],
  [
    'extent',
    'bars',
    {
      transform: [
        { extent: 'close', param: 'whole' },
        { calculate: '(datum.close - whole[0]) / (whole[1] - whole[0])', as: 'share' },
      ],
      mark: 'point',
      encoding: { x: start, y: y('share') },
    },
  ],
  [
    'filter',
    'trades',
    {
      transform: [{ filter: "datum.symbol === 'A'" }, { filter: { field: 'size', gte: 10 } }],
      mark: 'point',
      encoding: { x: ts, y: price },
    },
  ],
  [
    'flatten',
    'bars',
    {
      transform: [{ calculate: '[datum.low, datum.high]', as: 'ends' }, { flatten: ['ends'] }],
      mark: 'point',
      encoding: { x: start, y: y('ends') },
    },
  ],
  [
    'fold',
    'bars',
    {
      transform: [{ fold: ['low', 'high'], as: ['end', 'price'] }],
      mark: 'line',
      encoding: { x: start, y: y('price'), color: { field: 'end' }, detail: symbol },
    },
  ],
  [
    'impute',
    'bars',
    {
      transform: [{ impute: 'close', key: 'windowStart', groupby: ['symbol'], method: 'mean' }],
      mark: 'line',
      encoding: { x: start, y: y('close'), color: symbol },
    },
  ],
  [
    'joinaggregate',
    'bars',
    {
      transform: [
        { joinaggregate: [{ op: 'max', field: 'volume', as: 'most' }], groupby: ['symbol'] },
        { calculate: 'datum.volume / datum.most', as: 'share' },
      ],
      mark: 'bar',
      encoding: { x: start, y: y('share'), color: symbol },
    },
  ],
  [
    'loess',
    'trades',
    {
      transform: [{ loess: 'price', on: 'ts', groupby: ['symbol'] }],
      mark: 'line',
      encoding: { x: ts, y: price, color: symbol },
    },
  ],
  [
    'lookup within its data',
    'bars',
    {
      transform: [
        {
          lookup: 'symbol',
          from: {
            data: {
              values: [
                { id: 'A', name: 'Apple' },
                { id: 'B', name: 'Banana' },
              ],
            },
            key: 'id',
            fields: ['name'],
          },
        },
      ],
      mark: 'bar',
      encoding: { x: { field: 'name', type: 'nominal' }, y: { field: 'volume', aggregate: 'sum' } },
    },
  ],
  [
    'pivot',
    'bars',
    {
      transform: [{ pivot: 'symbol', value: 'close', groupby: ['windowStart'] }],
      mark: 'line',
      encoding: { x: start, y: y('A') },
    },
  ],
  [
    'quantile',
    'trades',
    {
      transform: [{ quantile: 'price', probs: [0.1, 0.25, 0.5, 0.75, 0.9] }],
      mark: 'point',
      encoding: { x: y('prob'), y: y('value') },
    },
  ],
  [
    'regression',
    'trades',
    {
      transform: [{ regression: 'price', on: 'size' }],
      mark: 'line',
      encoding: { x: size, y: price },
    },
  ],
  ['sample', 'trades', { transform: [{ sample: 20 }], mark: 'point', encoding: { x: ts, y: price } }],
  [
    'stack',
    'bars',
    {
      transform: [
        { stack: 'volume', groupby: ['windowStart'], as: ['from', 'to'], sort: [{ field: 'symbol' }] },
      ],
      mark: 'bar',
      encoding: { x: start, y: y('from'), y2: { field: 'to' }, color: symbol },
    },
  ],
  [
    'timeUnit',
    'trades',
    {
      transform: [{ timeUnit: 'utchoursminutes', field: 'ts', as: 'minute' }],
      mark: 'bar',
      encoding: { x: { field: 'minute', type: 'temporal' }, y: { aggregate: 'count' } },
    },
  ],
  [
    'window',
    'bars',
    {
      transform: [
        {
          window: [{ op: 'mean', field: 'close', as: 'smooth' }],
          frame: [-3, 0],
          groupby: ['symbol'],
          sort: [{ field: 'windowStart' }],
        },
      ],
      mark: 'line',
      encoding: { x: start, y: y('smooth'), color: symbol },
    },
  ],
];
