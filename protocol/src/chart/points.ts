import type { ViewColumn } from '../view.js';
import {
  colorChannel,
  IS_OPEN,
  IS_REVISED,
  NUMBER_FORMAT,
  stateText,
  tooltips,
  xChannel,
  type Json,
} from './channels.js';
import { fieldOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { palette, type ChartTheme } from './theme.js';

type Points = Extract<ChartSpec, { form: 'point' }>;

/** A point a row: hollow while its window is open, a diamond once it is revised. */
export function points(chart: Points, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const color = colorChannel(chart.color);
  const stroke = color.color === undefined ? {} : { stroke: { ...(color.color as Json), legend: null } };
  return {
    height: 260,
    transform: stateText(columns),
    mark: {
      type: 'point',
      filled: true,
      size: 40,
      strokeWidth: 1.5,
      opacity: 0.8,
      ...strokeOf(chart, theme),
    },
    encoding: {
      x: xChannel(chart.x, columns, theme),
      y: {
        field: fieldOf(chart.y),
        type: 'quantitative',
        scale: { zero: false },
        title: chart.y,
        axis: { format: NUMBER_FORMAT },
      },
      ...color,
      ...stroke,
      fillOpacity: { condition: { test: IS_OPEN, value: 0 }, value: 1 },
      shape: { condition: { test: IS_REVISED, value: 'diamond' }, value: 'circle' },
      tooltip: tooltips([chart.color, chart.x, chart.y], columns),
    },
  };
}

function strokeOf(chart: Points, theme: ChartTheme): Json {
  return chart.color === null ? { stroke: palette(theme.mode).series[0] } : {};
}
