import type { ViewColumn } from '../view.js';
import {
  colorChannel,
  hasWindows,
  IS_OPEN,
  IS_REVISED,
  measure,
  stateText,
  timeChannel,
  tooltips,
  xChannel,
  type Json,
} from './channels.js';
import { datumOf, fieldOf } from './fields.js';
import { stackOf } from './line.js';
import type { ChartSpec } from './options.js';
import { palette, type ChartTheme } from './theme.js';

type Bars = Extract<ChartSpec, { form: 'bar' }>;

/**
 * A bar a row. Along time and numbers it is as wide as seven tenths of what its window or the smallest distance of two is. The bar of an open window is
 * hollow, that of a revised one has a dashed frame.
 */
export function bars(chart: Bars, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const isNamed = measure(chart.x, columns) === 'nominal';
  const { series, text } = palette(theme.mode);
  const color = colorChannel(chart.color);
  const frame = color.color === undefined ? { value: series[0] } : { ...(color.color as Json), legend: null };
  return {
    height: 260,
    transform: [...stateText(columns), ...(isNamed ? [] : sides(chart.x, columns))],
    mark: { type: 'bar', orient: 'vertical', strokeWidth: 1.25 },
    encoding: {
      ...(isNamed ? { x: xChannel(chart.x, columns, theme) } : wideX(chart.x, columns, theme)),
      y: {
        field: fieldOf(chart.y),
        type: 'quantitative',
        title: chart.y,
        stack: chart.color === null ? null : stackOf(chart.stack),
      },
      ...color,
      stroke: { condition: { test: IS_REVISED, value: text }, ...frame },
      strokeDash: { condition: { test: IS_REVISED, value: [3, 2] }, value: [1, 0] },
      fillOpacity: { condition: { test: IS_OPEN, value: 0 }, value: 1 },
      tooltip: tooltips([chart.color, chart.x, chart.y], columns),
    },
  };
}

/** The two sides of a bar along a continuous axis. */
function wideX(name: string, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const isTime = measure(name, columns) === 'temporal';
  const x = isTime
    ? timeChannel('__from', theme)
    : { field: '__from', type: 'quantitative', scale: { zero: false }, title: name };
  return { x, x2: { field: '__to' } };
}

/** `__from` and `__to`: where a bar begins and ends. */
function sides(name: string, columns: readonly ViewColumn[]): Json[] {
  const x = datumOf(name);
  const between = (width: string): Json[] => [
    { calculate: `${x} + ${width} * 0.15`, as: '__from' },
    { calculate: `${x} + ${width} * 0.85`, as: '__to' },
  ];
  if (name === 'windowStart' && hasWindows(columns)) return between('(datum.windowEnd - datum.windowStart)');
  const alone = measure(name, columns) === 'temporal' ? '60000' : '1';
  return [
    // A name of no path, since what is computed is found again by it.
    { calculate: x, as: '__x' },
    { window: [{ op: 'lag', field: '__x', as: '__before' }], sort: [{ field: '__x' }] },
    {
      calculate: `datum.__before === null || datum.__x === datum.__before ? null : datum.__x - datum.__before`,
      as: '__step',
    },
    { joinaggregate: [{ op: 'min', field: '__step', as: '__gap' }] },
    { calculate: `datum.__gap > 0 ? datum.__gap : ${alone}`, as: '__gap' },
    ...between('datum.__gap'),
  ];
}
