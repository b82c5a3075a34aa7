import type { ViewColumn } from '../view.js';
import type { ChartSpec } from './options.js';
import { AXIS_KEYS, hasOnly, LEGEND_KEYS, measures, plainField, SPEC_KEYS } from './plainChannels.js';
import { isObject } from './specTree.js';

/** What a chart of plain lines or areas draws: one a value of `series`, straight from row to row along `x`, each at its own height. */
export interface Lines {
  readonly mark: 'line' | 'area';
  readonly x: string;
  readonly y: string;
  readonly series: string | null;
}

/** As many rows as the table has: only charts of lines can be given so many, see `linesOf`. */
export const ALL_ROWS = Number.MAX_SAFE_INTEGER;

/**
 * The lines of a chart that draws nothing else, or null. Of such a chart the rows that make no pixel can be left out: nothing is computed over its rows,
 * none of them is drawn by itself but those of windows that are open or revised, and what one series draws does not depend on another. A chart that
 * adds up, counts, stacks, sorts otherwise or transforms its rows is none.
 *
 * @param columns of the view; not there: what the columns' types say is left open.
 * @example linesOf({ form: 'line', x: 'ts', y: 'price', color: 'symbol' }, columns) // { mark: 'line', x: 'ts', y: 'price', series: 'symbol' }
 */
export function linesOf(chart: ChartSpec, columns?: readonly ViewColumn[]): Lines | null {
  const lines = formLines(chart);
  if (lines === null || columns === undefined) return lines;
  const measure = measures(columns);
  const isX = ['temporal', 'quantitative'].includes(measure(lines.x) ?? '');
  const isSeries = lines.series === null || measure(lines.series) !== null;
  return isX && isSeries && measure(lines.y) === 'quantitative' ? lines : null;
}

function formLines(chart: ChartSpec): Lines | null {
  switch (chart.form) {
    case 'line':
      return { mark: 'line', x: chart.x, y: chart.y, series: chart.color };
    case 'area':
      return chart.stack === false || chart.color === null
        ? { mark: 'area', x: chart.x, y: chart.y, series: chart.color }
        : null;
    case 'vegaLite':
      return specLines(chart.spec);
    default:
      return null;
  }
}

const SCALE_KEYS = ['zero', 'nice', 'domain', 'range', 'scheme'];

function specLines(spec: { readonly [key: string]: unknown }): Lines | null {
  const { mark, encoding } = spec;
  const isLine = mark === 'line' || (isObject(mark) && mark.type === 'line' && hasOnly(mark, ['type']));
  if (!isLine || !isObject(encoding) || !hasOnly(spec, SPEC_KEYS) || !hasOnly(encoding, ['x', 'y', 'color']))
    return null;
  const x = plainField(encoding.x, AXIS_KEYS, SCALE_KEYS, ['temporal', 'quantitative']);
  const y = plainField(encoding.y, AXIS_KEYS, SCALE_KEYS, ['quantitative']);
  const series = plainField(encoding.color, LEGEND_KEYS, SCALE_KEYS, ['nominal']);
  if (x === null || y === null || (series === null && encoding.color !== undefined)) return null;
  return { mark: 'line', x: x.field, y: y.field, series: series?.field ?? null };
}
