import { close, PIXEL, start, symbol, volume, type OwnSpec } from './spec.js';

/** Every mark of Vega-Lite, over bars or trades. */
export const MARKS: readonly OwnSpec[] = [
  ['area', 'bars', { mark: 'area', encoding: { x: start, y: volume, color: symbol } }],
  ['arc', 'bars', { mark: 'arc', encoding: { theta: { field: 'volume', aggregate: 'sum' }, color: symbol } }],
  ['bar', 'bars', { mark: 'bar', encoding: { x: start, y: volume, color: symbol } }],
  ['boxplot', 'trades', { mark: 'boxplot', encoding: { x: symbol, y: { field: 'price' } } }],
  ['circle', 'trades', { mark: 'circle', encoding: { x: { field: 'ts' }, y: { field: 'price' } } }],
  ['errorband', 'bars', { mark: { type: 'errorband', extent: 'iqr' }, encoding: { x: start, y: close } }],
  ['errorbar', 'bars', { mark: { type: 'errorbar', extent: 'stdev' }, encoding: { x: symbol, y: close } }],
  [
    'image of its own',
    'bars',
    { mark: { type: 'image', url: PIXEL, width: 8, height: 8 }, encoding: { x: start, y: close } },
  ],
  ['line', 'bars', { mark: { type: 'line', point: true }, encoding: { x: start, y: close, color: symbol } }],
  ['point', 'trades', { mark: 'point', encoding: { x: { field: 'price' }, y: { field: 'size' } } }],
  [
    'rect',
    'bars',
    { mark: 'rect', encoding: { x: { ...start, type: 'ordinal' }, y: symbol, color: volume } },
  ],
  ['rule', 'bars', { mark: 'rule', encoding: { x: start, y: { field: 'low' }, y2: { field: 'high' } } }],
  ['square', 'trades', { mark: 'square', encoding: { x: { field: 'ts' }, y: { field: 'size' } } }],
  ['text', 'bars', { mark: 'text', encoding: { x: start, y: close, text: symbol } }],
  ['tick', 'trades', { mark: 'tick', encoding: { x: { field: 'price' }, y: symbol } }],
  ['trail', 'bars', { mark: 'trail', encoding: { x: start, y: close, size: volume, color: symbol } }],
];
