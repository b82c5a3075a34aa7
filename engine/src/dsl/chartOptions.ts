import { ALL_ROWS, linesOf, scatterOf, type ChartSpec, type ViewDescription } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';

/** Options of every chart. */
export interface ChartOptions {
  readonly title?: string;
  /** Only rows of the last so long of event time are drawn: `'30 min'`. */
  readonly last?: DurationText;
  /** At most so many rows, the latest ones (lines, areas and points: all that the table has; other charts: 5,000). */
  readonly maxRows?: number;
  /** Times are drawn as a clock in this zone shows them: `'America/New_York'` (UTC). */
  readonly timeZone?: string;
}

/** Columns of marks at a place of their row. */
export interface XyOptions<Column> extends ChartOptions {
  readonly x: Column;
  readonly y: Column;
  /** One series a value of this column. */
  readonly color?: Column;
}

/** Columns of an area or bars. */
export interface StackedOptions<Column> extends XyOptions<Column> {
  /** Series upon each other (of bars true, of areas false), or `'normalize'`: as shares of their sum. */
  readonly stack?: boolean | 'normalize';
}

/** The column of a histogram. */
export interface HistogramOptions<Column> extends ChartOptions {
  readonly x: Column;
  /** At most so many bins, of round sizes (30). */
  readonly bins?: number;
  /** One series a value of this column, upon each other. */
  readonly color?: Column;
}

/** Columns of a heatmap. */
export interface HeatmapOptions<Column> extends ChartOptions {
  readonly x: Column;
  readonly y: Column;
  /** The column whose mean colours a cell; without it how many rows the cell has. */
  readonly color?: Column;
}

/** Columns of box plots. */
export interface BoxplotOptions<Column> extends ChartOptions {
  /** One box a value of this column. */
  readonly x?: Column;
  readonly y: Column;
}

/** What a number that stands alone shows. */
export interface StatOptions<Column> extends ChartOptions {
  /** The newest row's value is shown. */
  readonly value: Column;
  /** What stands above it: the column's name. */
  readonly label?: string;
  /** A column with the change, or true: against the row before (true). */
  readonly delta?: Column | boolean;
  /** The way there as a line (true). */
  readonly sparkline?: boolean;
  /** The column that says which row is the newest: the first timestamp, or else the order of the table. */
  readonly x?: Column;
  /** How the number is written, as d3-format has it (`',.6~r'`). */
  readonly format?: string;
}

/** Columns that have a usual name: given where the row has none of that name. */
type Named<Row, Name extends string> = {
  readonly [K in Name as K extends keyof Row ? K : never]?: keyof Row & string;
} & {
  readonly [K in Name as K extends keyof Row ? never : K]: keyof Row & string;
};

/** Columns of a candlestick chart; each has the name that bars usually give it. */
export type CandlestickOptions<Row> = ChartOptions &
  Named<Row, 'open' | 'high' | 'low' | 'close'> &
  ('windowStart' extends keyof Row
    ? { readonly x?: keyof Row & string }
    : { readonly x: keyof Row & string }) & {
    /** Bars of volume below; null: none. */
    readonly volume?: (keyof Row & string) | null;
    /** One chart a value of this column. */
    readonly facet?: keyof Row & string;
  };

/** Columns of an order book; each has the name that `orderBook` gives it. */
export type DepthOptions<Row> = ChartOptions &
  Named<Row, 'bid' | 'bidSize' | 'ask' | 'askSize'> & {
    /** One chart a value of this column: `'symbol'`. */
    readonly facet?: keyof Row & string;
  };

/** Options, which may be left out where none of them has to be given. */
export type Given<Options> =
  Record<string, never> extends Options ? readonly [options?: Options] : readonly [options: Options];

type ChartView = Extract<ViewDescription, { kind: 'chart' }>;

/** The options of every chart as a view has them. */
export function viewOptions(options: ChartOptions, chart: ChartSpec): Omit<ChartView, 'kind' | 'chart'> {
  const { title, last, maxRows, timeZone } = options;
  return {
    title: title ?? null,
    lastUs: last === undefined ? null : parseDuration(last, 'the time to draw'),
    maxRows: maxRows ?? (linesOf(chart) === null && scatterOf(chart) === null ? 5000 : ALL_ROWS),
    ...(timeZone === undefined ? {} : { timeZone: knownZone(timeZone) }),
  };
}

function knownZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return timeZone;
  } catch {
    throw new MillraceError(
      'MR1640',
      `there is no time zone '${String(timeZone).slice(0, 80)}', in which a chart's times were to be drawn.`,
      "Write the name that the IANA database has: timeZone: 'America/New_York'.",
    );
  }
}

/** The number of bins of a histogram, checked. */
export function knownBins(bins: number): number {
  if (Number.isInteger(bins) && bins >= 1 && bins <= 1000) return bins;
  throw new MillraceError(
    'MR1641',
    `a histogram has 1 to 1,000 bins, not ${String(bins)}.`,
    'Write how many there are to be at most: histogram({ x: "price", bins: 40 }).',
  );
}
