import type { ChartSpec, VegaLiteSpec, ViewDescription } from '@millrace/protocol';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import type { PlanNode } from '../plan/plan.js';
import { DISPLAYABLE } from './displayable.js';
import type { Displayable, Displayed } from './displayable.js';

/** Options of every chart. */
export interface ChartOptions {
  readonly title?: string;
  /** Only rows of the last so long of event time are drawn: `'30 min'`. */
  readonly last?: DurationText;
  /** At most so many rows, the latest ones (5,000). */
  readonly maxRows?: number;
}

/** Columns of a candlestick chart; each has the name that bars usually give it. */
export interface CandlestickOptions<Column> extends ChartOptions {
  readonly x?: Column;
  readonly open?: Column;
  readonly high?: Column;
  readonly low?: Column;
  readonly close?: Column;
  /** Bars of volume below; null: none. */
  readonly volume?: Column | null;
  /** One chart a value of this column. */
  readonly facet?: Column;
}

/** A Vega-Lite spec without data whose `field`s are columns of the row, or made by a `transform`. */
export type ChartSpecOf<Row> = VegaLiteSpec & { readonly encoding?: EncodingOf<keyof Row & string> };
type EncodingOf<Column extends string> = {
  readonly [channel: string]: ChannelOf<Column> | readonly ChannelOf<Column>[];
};
type ChannelOf<Column extends string> = { readonly field?: Column | { readonly repeat: string } } & {
  readonly [option: string]: unknown;
};

/** A chart of a collection: shown by a cell whose last value it is. */
export class Chart implements Displayable {
  constructor(
    readonly plan: PlanNode,
    readonly chart: ChartSpec,
    readonly options: ChartOptions,
  ) {}

  [DISPLAYABLE](): Displayed {
    const { title, last, maxRows } = this.options;
    const view: ViewDescription = {
      kind: 'chart',
      title: title ?? null,
      chart: this.chart,
      lastUs: last === undefined ? null : parseDuration(last, 'the time to draw'),
      maxRows: maxRows ?? 5000,
    };
    return { plan: this.plan, view, collection: null };
  }
}

/** The charts that every collection has. */
export abstract class Charts<Row> {
  abstract readonly plan: PlanNode;

  /**
   * Any Vega-Lite chart of the rows, typed against their columns.
   *
   * @example bars.chart({ mark: 'bar', encoding: { x: { field: 'symbol' }, y: { field: 'volume', type: 'quantitative' } } })
   */
  chart<const Spec extends ChartSpecOf<Row>>(spec: Spec, options: ChartOptions = {}): Chart {
    return new Chart(this.plan, { form: 'vegaLite', spec: structuredClone(spec) as VegaLiteSpec }, options);
  }

  /** A line of `y` over `x`, one a value of `color`. */
  line(
    options: ChartOptions & {
      readonly x: keyof Row & string;
      readonly y: keyof Row & string;
      readonly color?: keyof Row & string;
    },
  ): Chart {
    const { x, y, color } = options;
    return new Chart(this.plan, { form: 'line', x, y, color: color ?? null }, options);
  }

  /** Candlesticks with volume below. Bars by symbol: filter one, or `facet: 'symbol'`. */
  candlestick(options: CandlestickOptions<keyof Row & string> = {}): Chart {
    const chart: ChartSpec = {
      form: 'candlestick',
      x: options.x ?? 'windowStart',
      open: options.open ?? 'open',
      high: options.high ?? 'high',
      low: options.low ?? 'low',
      close: options.close ?? 'close',
      volume: options.volume === undefined ? 'volume' : options.volume,
      facet: options.facet ?? null,
    };
    return new Chart(this.plan, chart, options);
  }
}
