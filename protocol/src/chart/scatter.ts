import type { ViewColumn } from '../view.js';
import type { ChartSpec } from './options.js';
import {
  AXIS_KEYS,
  hasOnly,
  LEGEND_KEYS,
  measures,
  plainField,
  SPEC_KEYS,
  type PlainField,
} from './plainChannels.js';
import { isObject } from './specTree.js';

/** What a chart of plain points draws: a mark a row, at the place of two numbers. */
export interface Scatter {
  readonly x: string;
  readonly y: string;
  /** A column that tells marks apart by colour or shape: marks of others of its values are not hidden by those of one. */
  readonly series: string | null;
  /** A column of numbers that is the marks' colour: the reach of its scale is that of all rows. */
  readonly measure: string | null;
}

/**
 * The points of a chart that draws nothing else, or null. Of such a chart rows whose marks lie under newer ones can be left out: every mark is as large as the
 * others and covers what is under it, and nothing is computed over rows. A chart whose marks have sizes of their own, or are so light that many of them
 * look other than one, is none.
 *
 * @param columns of the view; not there: what the columns' types say is left open.
 * @example scatterOf({ form: 'point', x: 'size', y: 'price', color: 'symbol' }, columns) // { x: 'size', y: 'price', series: 'symbol', measure: null }
 */
export function scatterOf(chart: ChartSpec, columns?: readonly ViewColumn[]): Scatter | null {
  const parts = partsOf(chart);
  if (parts === null) return null;
  const measure = measures(columns ?? []);
  const { x, y, color, shape } = parts;
  const isPlace = (name: string): boolean =>
    columns === undefined || ['temporal', 'quantitative'].includes(measure(name) ?? '');
  if (!isPlace(x) || !isPlace(y)) return null;
  const isKnown = [color?.field, shape].every(
    name => name == null || columns === undefined || measure(name) !== null,
  );
  if (!isKnown) return null;
  const isMeasure = color !== null && (color.type ?? measure(color.field) ?? 'nominal') !== 'nominal';
  // A colour by numbers that are texts is Vega's to make something of.
  if (isMeasure && columns !== undefined && measure(color.field) === 'nominal') return null;
  const names = new Set([isMeasure ? null : (color?.field ?? null), shape].filter(name => name !== null));
  if (names.size > 1) return null;
  const [series = null] = names;
  return { x, y, series, measure: isMeasure ? color.field : null };
}

interface Parts {
  readonly x: string;
  readonly y: string;
  readonly color: PlainField | null;
  readonly shape: string | null;
}

function partsOf(chart: ChartSpec): Parts | null {
  if (chart.form === 'point') {
    const { x, y, color } = chart;
    return { x, y, color: color === null ? null : { field: color, type: 'nominal' }, shape: null };
  }
  return chart.form === 'vegaLite' ? specParts(chart.spec) : null;
}

const CHANNELS = ['x', 'y', 'color', 'shape', 'tooltip'];
const MARKS = ['point', 'circle', 'square'];
const MARK_KEYS = ['type', 'filled', 'size', 'opacity', 'color', 'tooltip', 'shape', 'strokeWidth'];
const TIP_KEYS = ['field', 'type', 'title', 'format'];
/** Of places: a scale with a domain of its own has other pixels than the rows say. */
const AXIS_SCALE_KEYS = ['zero', 'nice'];
const LEGEND_SCALE_KEYS = ['range', 'scheme'];

/** Marks that are lighter than this are there to be counted. */
const LIGHTEST = 0.5;

function specParts(spec: { readonly [key: string]: unknown }): Parts | null {
  const { mark, encoding } = spec;
  if (!hasOnly(spec, SPEC_KEYS) || !isPointMark(mark) || !isObject(encoding) || !hasOnly(encoding, CHANNELS))
    return null;
  const places = ['temporal', 'quantitative'];
  const x = plainField(encoding.x, AXIS_KEYS, AXIS_SCALE_KEYS, places);
  const y = plainField(encoding.y, AXIS_KEYS, AXIS_SCALE_KEYS, places);
  const color = plainField(encoding.color, LEGEND_KEYS, LEGEND_SCALE_KEYS, [...places, 'nominal']);
  const shape = plainField(encoding.shape, LEGEND_KEYS, LEGEND_SCALE_KEYS, ['nominal']);
  if (x === null || y === null || !isTip(encoding.tooltip)) return null;
  if ((color === null && encoding.color !== undefined) || (shape === null && encoding.shape !== undefined))
    return null;
  return { x: x.field, y: y.field, color, shape: shape?.field ?? null };
}

function isPointMark(mark: unknown): boolean {
  if (typeof mark === 'string') return MARKS.includes(mark);
  if (!isObject(mark) || !hasOnly(mark, MARK_KEYS) || !MARKS.includes(String(mark.type))) return false;
  const { opacity = 1 } = mark;
  return typeof opacity === 'number' && opacity >= LIGHTEST;
}

function isTip(tooltip: unknown): boolean {
  if (tooltip === undefined || tooltip === null) return true;
  const list: readonly unknown[] = Array.isArray(tooltip) ? tooltip : [tooltip];
  return list.every(one => isObject(one) && hasOnly(one, TIP_KEYS));
}
