import type { ViewColumn } from '../view.js';
import { fieldOf, measureOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { TIME_AXIS_FORMAT } from './theme.js';

type Line = Extract<ChartSpec, { form: 'line' }>;
type Json = Record<string, unknown>;

/** A line per value of `color`, with unseen points that carry the tooltips. Windows still open end in a lighter point. */
export function line(chart: Line, columns: readonly ViewColumn[]): Json {
  const columnOf = (name: string): ViewColumn | undefined => columns.find(column => column.name === name);
  const xMeasure = measureOf(columnOf(chart.x));
  const x: Json = {
    field: fieldOf(chart.x),
    type: xMeasure,
    title: null,
    ...(xMeasure === 'temporal' ? { scale: { type: 'utc' }, axis: { format: TIME_AXIS_FORMAT } } : {}),
  };
  const y: Json = { field: fieldOf(chart.y), type: 'quantitative', scale: { zero: false }, title: chart.y };
  const color: Json =
    chart.color === null
      ? {}
      : { color: { field: fieldOf(chart.color), type: 'nominal', legend: { orient: 'top', title: null } } };
  const time = 'utcyearmonthdatehoursminutesseconds';
  return {
    height: 260,
    encoding: { x, ...color },
    layer: [
      { mark: { type: 'line', clip: true }, encoding: { y } },
      {
        mark: { type: 'point', filled: true, size: 50, opacity: 0 },
        encoding: {
          y,
          tooltip: [
            ...(chart.color === null ? [] : [{ field: fieldOf(chart.color), type: 'nominal' }]),
            {
              field: fieldOf(chart.x),
              type: xMeasure,
              ...(xMeasure === 'temporal' ? { timeUnit: time, format: '%Y-%m-%d %H:%M:%S' } : {}),
            },
            { field: fieldOf(chart.y), type: 'quantitative', format: ',.8~r' },
          ],
        },
      },
    ],
  };
}
