import type { ViewColumn } from '../view.js';
import {
  colorChannel,
  hasWindows,
  measure,
  NUMBER_FORMAT,
  TIME_FORMAT,
  timeChannel,
  tooltipTitle,
  type Json,
} from './channels.js';
import { datumOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { palette, type ChartTheme } from './theme.js';

type Histogram = Extract<ChartSpec, { form: 'histogram' }>;
type Heatmap = Extract<ChartSpec, { form: 'heatmap' }>;
type Boxplot = Extract<ChartSpec, { form: 'boxplot' }>;

/** Cells of a heatmap along an axis of numbers or time. */
const CELLS = { x: 60, y: 20 } as const;

/** How many rows there are of the values between two round ones. */
export function histogram(chart: Histogram, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const { color } = chart;
  const series = color === null ? [] : ['__series'];
  const isNamed = measure(chart.x, columns) === 'nominal';
  const along = isNamed
    ? { x: { field: '__x', type: 'nominal', title: chart.x, axis: { labelAngle: 0 } } }
    : continuous('x', chart.x, columns, theme);
  const groupby = isNamed ? ['__x', ...series] : ['__xFrom', '__xTo', ...series];
  return {
    height: 260,
    transform: [
      // Names that are no paths, since what is grouped is found again by them.
      ...(color === null ? [] : [{ calculate: datumOf(color), as: '__series' }]),
      ...binned('x', chart.x, isNamed ? null : chart.bins),
      { aggregate: [{ op: 'count', as: '__rows' }], groupby },
    ],
    mark: { type: 'bar', orient: 'vertical', binSpacing: 1 },
    encoding: {
      ...along,
      y: { field: '__rows', type: 'quantitative', title: 'rows', axis: { tickMinStep: 1 } },
      ...colorChannel(color === null ? null : '__series'),
      tooltip: [
        ...(color === null ? [] : [{ field: '__series', type: 'nominal', title: tooltipTitle(color) }]),
        ...ends('x', chart.x, columns),
        { field: '__rows', type: 'quantitative', title: 'Rows', format: ',' },
      ],
    },
  };
}

/** A cell a pair of values, coloured by the mean of a column, or by how many rows it has. */
export function heatmap(chart: Heatmap, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const sides = (['x', 'y'] as const).map(axis => {
    const name = chart[axis];
    if (measure(name, columns) === 'nominal') {
      return {
        transform: binned(axis, name, null),
        groupby: [`__${axis}`],
        channels: {
          [axis]: {
            field: `__${axis}`,
            type: 'nominal',
            title: axis === 'x' ? null : name,
            axis: { labelAngle: 0 },
          },
        },
      };
    }
    const isWindow = name === 'windowStart' && hasWindows(columns);
    return {
      transform: isWindow ? windowSides(axis) : binned(axis, name, CELLS[axis]),
      groupby: [`__${axis}From`, `__${axis}To`],
      channels: continuous(axis, name, columns, theme),
    };
  });
  const { color } = chart;
  const op = color === null ? { op: 'count', as: '__cell' } : { op: 'mean', field: '__color', as: '__cell' };
  const title = color ?? 'rows';
  const { up } = palette(theme.mode);
  const ground = theme.mode === 'dark' ? '#1a2a35' : '#e8f1f6';
  return {
    height: 260,
    transform: [
      ...(color === null ? [] : [{ calculate: datumOf(color), as: '__color' }]),
      ...sides.flatMap(side => side.transform),
      { aggregate: [op], groupby: sides.flatMap(side => side.groupby) },
    ],
    mark: { type: 'rect' },
    encoding: {
      ...sides[0].channels,
      ...sides[1].channels,
      color: {
        field: '__cell',
        type: 'quantitative',
        title,
        scale: { range: [ground, up], zero: false },
        legend: { gradientLength: 180, format: ',.4~s' },
      },
      tooltip: [
        ...ends('x', chart.x, columns),
        ...ends('y', chart.y, columns),
        { field: '__cell', type: 'quantitative', title: tooltipTitle(title), format: ',.6~r' },
      ],
    },
  };
}

/** Boxes from the first to the third quartile with the median, whiskers to 1.5 times that, what is beyond as points. */
export function boxplot(chart: Boxplot, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const { x } = chart;
  const ground = theme.background ?? (theme.mode === 'dark' ? '#111111' : '#ffffff');
  const isTime = x !== null && measure(x, columns) === 'temporal';
  const time = {
    timeUnit: 'utcyearmonthdatehoursminutesseconds',
    axis: { format: '%H:%M', labelAngle: 0, title: null },
  };
  return {
    height: 260,
    transform: [
      { calculate: datumOf(chart.y), as: '__y' },
      ...(x === null ? [] : [{ calculate: datumOf(x), as: '__x' }]),
    ],
    mark: {
      type: 'boxplot',
      extent: 1.5,
      size: 24,
      median: { color: ground, strokeWidth: 2 },
      ticks: { size: 10 },
    },
    encoding: {
      ...(x === null
        ? {}
        : {
            x: {
              field: '__x',
              type: 'ordinal',
              title: tooltipTitle(x),
              ...(isTime ? time : { axis: { labelAngle: 0, title: null } }),
            },
          }),
      y: { field: '__y', type: 'quantitative', scale: { zero: false }, title: tooltipTitle(chart.y) },
    },
  };
}

/** The column under a name that is no path, in bins where it is to be. */
function binned(axis: 'x' | 'y', name: string, bins: number | null): Json[] {
  const named = { calculate: datumOf(name), as: `__${axis}` };
  if (bins === null) return [named];
  const bin = { bin: { maxbins: bins }, field: `__${axis}`, as: [`__${axis}From`, `__${axis}To`] };
  // NULL and NaN are in no bin.
  return [named, { filter: `isValid(datum.__${axis}) && isFinite(datum.__${axis})` }, bin];
}

function windowSides(axis: 'x' | 'y'): Json[] {
  return [
    { calculate: 'datum.windowStart', as: `__${axis}From` },
    { calculate: 'datum.windowEnd', as: `__${axis}To` },
  ];
}

/** The two sides of a bin or cell along a continuous axis. */
function continuous(axis: 'x' | 'y', name: string, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const field = `__${axis}From`;
  const isTime = measure(name, columns) === 'temporal';
  const from = isTime
    ? timeChannel(field, theme, { bin: 'binned' })
    : {
        field,
        type: 'quantitative',
        bin: 'binned',
        title: name,
        scale: { zero: false },
        axis: { format: NUMBER_FORMAT },
      };
  return { [axis]: from, [`${axis}2`]: { field: `__${axis}To` } };
}

/** What the tooltip says of a bin. */
function ends(axis: 'x' | 'y', name: string, columns: readonly ViewColumn[]): Json[] {
  const type = measure(name, columns);
  if (type === 'nominal') return [{ field: `__${axis}`, type, title: tooltipTitle(name) }];
  const format =
    type === 'temporal'
      ? { timeUnit: 'utcyearmonthdatehoursminutesseconds', format: TIME_FORMAT }
      : { format: NUMBER_FORMAT };
  return [
    { field: `__${axis}From`, type, title: `${tooltipTitle(name)} from`, ...format },
    { field: `__${axis}To`, type, title: `${tooltipTitle(name)} to`, ...format },
  ];
}
