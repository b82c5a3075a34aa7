import { close, price, size, start, symbol, ts, volume, type OwnSpec } from './spec.js';

const line = { mark: 'line', encoding: { x: start, y: close, color: symbol } };
const bar = { mark: 'bar', encoding: { x: start, y: volume } };

/** Views in views, selections, conditions, scales, axes and tooltips. */
export const VIEWS: readonly OwnSpec[] = [
  [
    'layer',
    'bars',
    {
      encoding: { x: start },
      layer: [
        { mark: 'line', encoding: { y: close } },
        { mark: 'rule', encoding: { y: { field: 'close', aggregate: 'mean' } } },
      ],
    },
  ],
  [
    'layer of two axes',
    'bars',
    {
      layer: [line, { mark: { type: 'bar', opacity: 0.3 }, encoding: { x: start, y: volume } }],
      resolve: { scale: { y: 'independent' } },
    },
  ],
  ['facet by wrap', 'bars', { facet: symbol, columns: 2, spec: { ...line, height: 80 } }],
  ['facet by row', 'bars', { facet: { row: symbol }, spec: { ...bar, height: 60 } }],
  ['facet by column', 'bars', { mark: 'bar', width: 120, encoding: { x: start, y: volume, column: symbol } }],
  ['concat', 'bars', { concat: [line, bar], columns: 2 }],
  ['hconcat', 'bars', { hconcat: [line, bar] }],
  ['vconcat', 'bars', { vconcat: [line, { ...bar, height: 60 }] }],
  [
    'repeat',
    'bars',
    {
      repeat: ['open', 'close'],
      columns: 2,
      spec: {
        mark: 'line',
        encoding: { x: start, y: { field: { repeat: 'repeat' }, type: 'quantitative' } },
      },
    },
  ],
  [
    'repeat of layers',
    'bars',
    {
      repeat: { layer: ['low', 'high'] },
      spec: {
        mark: 'line',
        encoding: {
          x: start,
          y: { field: { repeat: 'layer' }, type: 'quantitative' },
          color: { datum: { repeat: 'layer' } },
        },
      },
    },
  ],
  [
    'repeat of rows and columns',
    'trades',
    {
      repeat: { row: ['price'], column: ['size', 'price'] },
      spec: {
        mark: 'point',
        width: 120,
        height: 80,
        encoding: {
          x: { field: { repeat: 'column' }, type: 'quantitative' },
          y: { field: { repeat: 'row' }, type: 'quantitative' },
        },
      },
    },
  ],
  [
    'interval selection',
    'trades',
    {
      params: [{ name: 'brush', select: 'interval' }],
      mark: 'point',
      encoding: { x: ts, y: price, color: { condition: { param: 'brush', ...symbol }, value: 'grey' } },
    },
  ],
  [
    'selection that filters another view',
    'trades',
    {
      vconcat: [
        {
          params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
          mark: 'point',
          encoding: { x: ts, y: price },
        },
        {
          transform: [{ filter: { param: 'brush' } }],
          mark: 'bar',
          encoding: { x: symbol, y: { aggregate: 'count' } },
        },
      ],
    },
  ],
  [
    'point selection',
    'bars',
    {
      params: [{ name: 'pick', select: { type: 'point', fields: ['symbol'] } }],
      mark: 'bar',
      encoding: { x: start, y: volume, opacity: { condition: { param: 'pick', value: 1 }, value: 0.3 } },
    },
  ],
  [
    'selection bound to scales',
    'trades',
    {
      params: [{ name: 'grid', select: 'interval', bind: 'scales' }],
      mark: 'point',
      encoding: { x: size, y: price },
    },
  ],
  [
    'selection by legend',
    'bars',
    {
      params: [{ name: 'which', select: { type: 'point', fields: ['symbol'] }, bind: 'legend' }],
      mark: 'line',
      encoding: {
        x: start,
        y: close,
        color: symbol,
        opacity: { condition: { param: 'which', value: 1 }, value: 0.2 },
      },
    },
  ],
  [
    'condition',
    'bars',
    {
      mark: 'bar',
      encoding: {
        x: start,
        y: volume,
        color: { condition: { test: 'datum.close > datum.open', value: 'seagreen' }, value: 'firebrick' },
      },
    },
  ],
  [
    'condition on the state of windows',
    'bars',
    {
      mark: 'bar',
      encoding: {
        x: start,
        y: volume,
        opacity: { condition: { test: 'datum.__state === 0', value: 0.4 }, value: 1 },
      },
    },
  ],
  [
    'sort by another field',
    'bars',
    { mark: 'bar', encoding: { x: { ...symbol, sort: '-y' }, y: { field: 'volume', aggregate: 'sum' } } },
  ],
  [
    'sort of one’s own',
    'bars',
    {
      mark: 'bar',
      encoding: { x: { ...symbol, sort: ['B', 'A'] }, y: { field: 'volume', aggregate: 'sum' } },
    },
  ],
  ['log scale', 'trades', { mark: 'point', encoding: { x: ts, y: { ...size, scale: { type: 'log' } } } }],
  [
    'symlog scale',
    'trades',
    { mark: 'point', encoding: { x: ts, y: { ...size, scale: { type: 'symlog' } } } },
  ],
  ['sqrt scale', 'trades', { mark: 'point', encoding: { x: ts, y: { ...size, scale: { type: 'sqrt' } } } }],
  ['time scale', 'trades', { mark: 'point', encoding: { x: { ...ts, scale: { type: 'time' } }, y: price } }],
  [
    'utc scale',
    'trades',
    { mark: 'point', encoding: { x: { ...ts, scale: { type: 'utc', nice: 'minute' } }, y: price } },
  ],
  [
    'band scale',
    'bars',
    {
      mark: 'bar',
      encoding: {
        x: { ...symbol, scale: { type: 'band', padding: 0.4 } },
        y: { field: 'volume', aggregate: 'sum' },
      },
    },
  ],
  [
    'ordinal',
    'bars',
    {
      mark: 'point',
      encoding: { x: { field: 'windowStart', type: 'ordinal', timeUnit: 'utchoursminutes' }, y: close },
    },
  ],
  [
    'axes and formats',
    'bars',
    {
      mark: 'line',
      encoding: {
        x: { ...start, axis: { format: '%H:%M', labelAngle: -45, title: 'Minute' } },
        y: { ...close, axis: { format: '$,.2f', orient: 'right', grid: false } },
      },
    },
  ],
  [
    'labels by an expression',
    'bars',
    {
      mark: 'bar',
      encoding: {
        x: { ...symbol, axis: { labelExpr: "'<' + datum.label + '>'" } },
        y: { field: 'volume', aggregate: 'max' },
      },
    },
  ],
  [
    'tooltips',
    'bars',
    { mark: { type: 'point', tooltip: { content: 'data' } }, encoding: { x: start, y: close } },
  ],
  [
    'tooltips by channel',
    'bars',
    {
      mark: 'bar',
      encoding: {
        x: start,
        y: volume,
        tooltip: [symbol, { ...close, format: '.3f', title: 'Close' }, start],
      },
    },
  ],
  [
    'title, and a width of its own',
    'bars',
    { title: { text: 'Bars', subtitle: 'by minute' }, width: 300, height: 120, ...line },
  ],
];
