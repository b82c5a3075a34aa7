import type { ViewColumn } from '../view.js';
import { bars } from './bars.js';
import { boxplot, heatmap, histogram } from './binned.js';
import { candlestick } from './candlestick.js';
import { depth } from './depth.js';
import { ROWS } from './fields.js';
import { line } from './line.js';
import type { ChartSpec, VegaLiteSpec } from './options.js';
import { points } from './points.js';
import { stat } from './stat.js';
import { tableColumns } from './tables.js';
import { themeConfig, type ChartTheme } from './theme.js';
import { isObject } from './specTree.js';
import { cleanUserSpec, mergeDeep } from './userSpec.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/**
 * The Vega-Lite spec of a chart, over a data source named `rows` that is filled by who draws: `view.data('rows', rows)`
 * where the chart is live, `{ ...spec, data: { values: rows } }` where it is a picture. Rows are objects by column name,
 * made with `toVegaValue` (times are epoch milliseconds), plus `__state` where the table has windows.
 *
 * @param others the columns of the chart's other tables
 * @example
 * const spec = toVegaLite({ form: 'line', x: 'windowEnd', y: 'vwap', color: 'symbol' }, columns, { mode: 'light', width: 760 });
 */
export function toVegaLite(
  chart: ChartSpec,
  columns: readonly ViewColumn[],
  theme: ChartTheme,
  others: readonly (readonly ViewColumn[])[] = [],
): VegaLiteSpec {
  const body = bodyOf(chart, columns, theme, others);
  const { config, ...rest } = body;
  return {
    $schema: SCHEMA,
    data: { name: ROWS },
    // Labels grow while data come in: the room for them is worked out at every update.
    autosize: { type: 'pad', resize: true },
    ...rest,
    ...sizeOf(rest, theme),
    config: mergeDeep(themeConfig(theme), isObject(config) ? config : {}),
  };
}

function bodyOf(
  chart: ChartSpec,
  columns: readonly ViewColumn[],
  theme: ChartTheme,
  others: readonly (readonly ViewColumn[])[],
): Record<string, unknown> {
  switch (chart.form) {
    case 'vegaLite':
      return cleanUserSpec(
        chart.spec,
        columns,
        theme,
        chart.tables === undefined ? null : tableColumns(columns, others),
      );
    case 'line':
    case 'area':
      return line(chart, columns, theme);
    case 'bar':
      return bars(chart, columns, theme);
    case 'point':
      return points(chart, columns, theme);
    case 'histogram':
      return histogram(chart, columns, theme);
    case 'heatmap':
      return heatmap(chart, columns, theme);
    case 'boxplot':
      return boxplot(chart, columns, theme);
    case 'depth':
      return depth(chart, columns, theme);
    case 'stat':
      return stat(chart, columns, theme);
    case 'candlestick':
      return candlestick(chart, columns, theme);
  }
}

/** Whether a spec is one view, or views laid over each other: what Vega-Lite can fit to a width by itself. */
export function isSingleView(spec: VegaLiteSpec): boolean {
  const encoding = isObject(spec.encoding) ? spec.encoding : {};
  const composed = ['facet', 'concat', 'hconcat', 'vconcat', 'repeat'].some(key => key in spec);
  return !composed && !['row', 'column', 'facet'].some(channel => channel in encoding);
}

function sizeOf(body: Record<string, unknown>, theme: ChartTheme): Record<string, unknown> {
  if (!isSingleView(body)) return {};
  const fits = body.width === undefined || body.width === 'container';
  return fits
    ? { width: theme.width ?? 'container', autosize: { type: 'fit-x', contains: 'padding', resize: true } }
    : {};
}
