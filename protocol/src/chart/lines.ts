import type { ViewColumn } from '../view.js';
import { measureOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { isObject } from './userSpec.js';

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
  const measure = (name: string): string | null => {
    const column = columns.find(each => each.name === name);
    return column === undefined ? null : measureOf(column);
  };
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

/** What a spec of lines may say: all of it is looked at, so that what is new in a spec is never taken for lines. */
const SPEC_KEYS = ['$schema', 'title', 'description', 'name', 'width', 'height', 'mark', 'encoding'];
const AXIS_KEYS = ['field', 'type', 'title', 'axis', 'scale'];
const SERIES_KEYS = ['field', 'type', 'title', 'legend', 'scale'];
const SCALE_KEYS = ['zero', 'nice', 'domain', 'range', 'scheme'];

function specLines(spec: { readonly [key: string]: unknown }): Lines | null {
  const { mark, encoding } = spec;
  const isLine = mark === 'line' || (isObject(mark) && mark.type === 'line' && has(mark, ['type']));
  if (!isLine || !isObject(encoding) || !has(spec, SPEC_KEYS) || !has(encoding, ['x', 'y', 'color']))
    return null;
  const x = fieldIn(encoding.x, AXIS_KEYS, ['temporal', 'quantitative']);
  const y = fieldIn(encoding.y, AXIS_KEYS, ['quantitative']);
  const series = fieldIn(encoding.color, SERIES_KEYS, ['nominal']);
  if (x === null || y === null || (series === null && encoding.color !== undefined)) return null;
  return { mark: 'line', x, y, series };
}

/** The column of a channel that is nothing but a column. A name with a path in it is none. */
function fieldIn(channel: unknown, keys: readonly string[], types: readonly string[]): string | null {
  if (!isObject(channel) || !has(channel, keys)) return null;
  const { field, type, scale } = channel;
  if (typeof field !== 'string' || /[.[\]\\]/.test(field)) return null;
  if (type !== undefined && !types.includes(String(type))) return null;
  return scale === undefined || (isObject(scale) && has(scale, SCALE_KEYS)) ? field : null;
}

function has(object: object, keys: readonly string[]): boolean {
  return Object.keys(object).every(key => keys.includes(key));
}
