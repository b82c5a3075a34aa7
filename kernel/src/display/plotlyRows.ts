import { MillraceError } from 'millrace/session';
import type { PlotlyTrace } from './plotlyCharts.js';

/** A point of a chart. */
export type Row = Readonly<Record<string, unknown>>;

/** Points of a chart: more cannot be told apart, and a notebook is a file. */
const MOST_POINTS = 20_000;

/** What a column of a chart holds. */
export type Shape = 'quantitative' | 'temporal' | 'ordinal';

/** The points of a chart and what they are. */
export interface Points {
  readonly rows: readonly Row[];
  readonly x: Shape;
  readonly y: Shape;
  /** Of how many values one is shown; 1 where all are. */
  readonly step: number;
}

/** The points of all traces; where there are too many, one of every few. */
export function pointsOf(traces: readonly PlotlyTrace[]): Points {
  const lists = traces.map((trace, i) => ({
    series: String(trace.name ?? `trace ${i}`),
    xs: trace.labels ?? trace.x ?? [],
    ys: trace.values ?? trace.y ?? [],
  }));
  const lengths = lists.map(({ xs, ys }) => Math.max(xs.length, ys.length));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const step = Math.max(1, Math.ceil(total / MOST_POINTS));
  const x = shapeOf(lists.map(({ xs }) => xs));
  const y = shapeOf(lists.map(({ ys }) => ys));
  const rows: Row[] = [];
  for (const [i, { series, xs, ys }] of lists.entries()) {
    for (let at = 0; at < lengths[i]; at += step) {
      rows.push({ x: plain(xs[at], x), y: plain(ys[at], y), series });
    }
  }
  return { rows, x, y, step };
}

/** Numbers, times (Dates, or texts that begin with a date), or names. */
function shapeOf(lists: readonly (readonly unknown[])[]): Shape {
  let numbers = true;
  let times = true;
  let any = false;
  for (const list of lists) {
    for (const value of list) {
      if (value == null || Number.isNaN(value)) continue;
      any = true;
      numbers &&= typeof value === 'number' || typeof value === 'bigint';
      times &&= value instanceof Date || isTimeText(value);
      if (!numbers && !times) return 'ordinal';
    }
  }
  return times && any ? 'temporal' : 'quantitative';
}

function isTimeText(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}([T ]|$)/.test(value) && !Number.isNaN(Date.parse(value))
  );
}

/** A value that a spec can hold: what is missing is NULL, and danfojs has NaN for it. */
function plain(value: unknown, shape: Shape): unknown {
  if (value == null) return null;
  if (shape === 'ordinal') return String(value);
  const number =
    value instanceof Date
      ? value.getTime()
      : shape === 'temporal'
        ? Date.parse(String(value))
        : Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Bins of a histogram, the same ones for all traces. */
const BINS = 30;

/** How many values of each trace lie in each bin. */
export function histogramRows(traces: readonly PlotlyTrace[]): Row[] {
  const lists = traces.map(({ x, y, type }) => ((type === 'histogram' ? (x ?? y) : y) ?? []).map(numberOf));
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new MillraceError(
      'MR4105',
      'a histogram is one of numbers, and there are none.',
      'Count other values first: frame.groupby([column]).count().',
    );
  }
  const width = niceWidth(high - low);
  const first = Math.floor(low / width);
  const bins = Math.floor(high / width) - first + 1;
  const rows: Row[] = [];
  for (const [i, list] of lists.entries()) {
    const counts = new Array<number>(bins).fill(0);
    for (const value of list) {
      if (Number.isFinite(value)) counts[Math.min(bins - 1, Math.floor(value / width) - first)]++;
    }
    const series = String(traces[i].name ?? `trace ${i}`);
    counts.forEach((count, bin) => {
      if (count > 0)
        rows.push({ start: (first + bin) * width, end: (first + bin + 1) * width, count, series });
    });
  }
  return rows;
}

/** What is missing, and infinite, lies in no bin. */
function numberOf(value: unknown): number {
  const number = value == null || value === '' ? NaN : Number(value);
  return Number.isFinite(number) ? number : NaN;
}

/** A width of 1, 2 or 5 times a power of ten that makes about as many bins as wanted. */
function niceWidth(span: number): number {
  if (span === 0) return 1;
  const least = span / BINS;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find(step => step * power >= least) ?? 10);
}
