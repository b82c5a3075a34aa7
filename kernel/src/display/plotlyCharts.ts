import { TIME_AXIS_FORMAT } from '@millrace/protocol';
import { MillraceError } from 'millrace/session';
import { ends, type TextTable } from './html.js';
import { histogramRows, pointsOf, type Points } from './plotlyRows.js';
import { cellText } from './recordTable.js';
import { counted, cut } from './safely.js';

/** A trace of Plotly, as far as danfojs makes them. */
export interface PlotlyTrace {
  readonly type?: string;
  readonly mode?: string;
  readonly name?: unknown;
  readonly x?: readonly unknown[];
  readonly y?: readonly unknown[];
  readonly values?: readonly unknown[];
  readonly labels?: readonly unknown[];
  readonly header?: { readonly values?: readonly unknown[] };
  readonly cells?: { readonly values?: readonly (readonly unknown[])[] };
}

/** The layout of a plot, as far as it says something that a chart has. */
export interface PlotlyLayout {
  readonly title?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly xaxis?: { readonly title?: unknown };
  readonly yaxis?: { readonly title?: unknown };
}

type Json = Record<string, unknown>;

/** Traces as a Vega-Lite spec with their values in it. What is more than a picture can show is thinned out, and said. */
export function vegaLiteOf(traces: readonly PlotlyTrace[], layout: PlotlyLayout): Json {
  const kind = kindOf(traces);
  const isMany = traces.length > 1;
  const points: Points =
    kind === 'histogram'
      ? { rows: histogramRows(traces), x: 'quantitative', y: 'quantitative', step: 1 }
      : pointsOf(traces);
  const { rows, step } = points;
  const thinned = step === 1 ? [] : [`one of every ${step} values is shown`];
  const title = titleOf(layout.title);
  const head = title === null && step === 1 ? {} : { title: { text: title ?? '', subtitle: thinned } };
  const size = {
    width: lengthOf(layout.width, 640),
    height: lengthOf(layout.height, 320),
  };
  return { ...head, ...size, data: { values: rows }, ...bodyOf(kind, points, layout, isMany) };
}

type Kind = 'line' | 'points' | 'bar' | 'histogram' | 'box' | 'pie';

function kindOf(traces: readonly PlotlyTrace[]): Kind {
  const { type, mode } = traces[0] ?? {};
  switch (type ?? 'scatter') {
    case 'scatter':
      return mode !== undefined && !mode.includes('lines') ? 'points' : 'line';
    case 'bar':
    case 'histogram':
    case 'box':
    case 'pie':
      return type as Kind;
    default:
      throw new MillraceError(
        'MR4105',
        `plots of type '${cut(String(type), 40)}' cannot be drawn in a notebook.`,
        'Use plot().line, bar, scatter, hist, box, pie or table.',
      );
  }
}

function bodyOf(kind: Kind, points: Points, layout: PlotlyLayout, isMany: boolean): Json {
  const series = { field: 'series', type: 'nominal', title: null };
  const colour = isMany ? { color: series } : {};
  const x = axis('x', points, titleOf(layout.xaxis?.title));
  const y = axis('y', points, titleOf(layout.yaxis?.title));
  const open = points.y === 'quantitative' ? { ...y, scale: { zero: false } } : y;
  switch (kind) {
    case 'line':
      return { mark: 'line', encoding: { x, y: open, ...colour } };
    case 'points':
      return { mark: { type: 'point', filled: true }, encoding: { x, y: open, ...colour } };
    case 'bar': {
      const band = {
        ...x,
        ...(x.type === 'quantitative'
          ? { type: 'ordinal', ...(points.rows.length <= FEW_NAMES ? LEVEL : {}) }
          : {}),
      };
      return {
        mark: 'bar',
        encoding: { x: band, y, ...colour, ...(isMany ? { xOffset: { field: 'series' } } : {}) },
      };
    }
    case 'histogram': {
      const start = { ...x, field: 'start', type: 'quantitative', bin: { binned: true } };
      return {
        mark: { type: 'bar', opacity: isMany ? 0.6 : 1 },
        encoding: {
          x: start,
          x2: { field: 'end' },
          y: { field: 'count', type: 'quantitative', title: 'count', stack: null },
          ...colour,
        },
      };
    }
    case 'box': {
      const place =
        isMany || points.x === 'quantitative'
          ? { ...series, axis: isMany ? LEVEL.axis : null }
          : { ...x, type: 'nominal' };
      const boxColour = isMany ? { color: { ...series, legend: null } } : {};
      return { mark: { type: 'boxplot', size: 30 }, encoding: { x: place, y: open, ...boxColour } };
    }
    case 'pie':
      return {
        mark: { type: 'arc', stroke: 'white' },
        encoding: {
          theta: { field: 'y', type: 'quantitative', stack: true },
          color: { field: 'x', type: 'nominal', title: null, sort: null },
          ...(isMany ? { facet: { field: 'series', title: null, columns: 3 } } : {}),
        },
        ...(isMany ? { width: 180, height: 180 } : {}),
      };
  }
}

function axis(field: 'x' | 'y', { rows, [field]: shape }: Points, title: string | null): Json {
  if (shape === 'temporal') {
    return { field, type: shape, title, scale: { type: 'utc' }, axis: { format: TIME_AXIS_FORMAT } };
  }
  if (shape === 'quantitative') return { field, type: shape, title };
  return { field, type: shape, title, sort: null, ...(rows.length <= FEW_NAMES ? LEVEL : {}) };
}

/** Names on an axis stand level where there are few of them. */
const LEVEL = { axis: { labelAngle: 0 } };
const FEW_NAMES = 12;

function titleOf(title: unknown): string | null {
  const text = typeof title === 'object' && title !== null ? (title as { text?: unknown }).text : title;
  return typeof text === 'string' && text !== '' ? cut(text, 200) : null;
}

/** Pixels that a layout asks for, within what a notebook can show. */
function lengthOf(length: unknown, otherwise: number): number {
  return typeof length === 'number' && length >= 50 && length <= 3000 ? length : otherwise;
}

/** Rows of a plotted table that are shown. */
const MOST_ROWS = 50;

/** The table that traces are; null where they are a chart. */
export function tableTrace(
  traces: readonly PlotlyTrace[],
): { readonly table: TextTable; readonly caption: string } | null {
  const [trace] = traces;
  if (trace?.type !== 'table') return null;
  const columns = (trace.header?.values ?? []).map(name => String(Array.isArray(name) ? name[0] : name));
  const data = trace.cells?.values ?? [];
  const count = data[0]?.length ?? 0;
  const { shown, gapBefore } = ends([...Array(count).keys()], MOST_ROWS);
  const table = {
    columns,
    rows: shown.map(row => columns.map((_, i) => cellText(data[i]?.[row]))),
    numeric: columns.map((_, i) => shown.every(row => typeof data[i]?.[row] === 'number')),
    gapBefore,
  };
  return { table, caption: counted(count, 'row') };
}
