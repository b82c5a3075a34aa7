import { refusedInSpec, type ChartSpec, type VegaLiteSpec } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import {
  knownBins,
  viewOptions,
  type BoxplotOptions,
  type CandlestickOptions,
  type ChartOptions,
  type DepthOptions,
  type Given,
  type HeatmapOptions,
  type HistogramOptions,
  type StackedOptions,
  type StatOptions,
  type XyOptions,
} from './chartOptions.js';
import { ChartSelections, type SelectionCondition } from './chartSelections.js';
import type { ChartSpecOf } from './chartSpecs.js';
import { DISPLAYABLE } from './displayable.js';
import type { Displayable, Displayed } from './displayable.js';
import { currentOwner } from '../session/client.js';
import type { SelectionsOf } from './selectionTypes.js';

export declare const CHARTED: unique symbol;

/** A chart of collections: shown by a cell whose last value it is. */
export class Chart implements Displayable {
  /** What can be selected in it: nothing in short forms. */
  protected readonly selections: ChartSelections | null;

  constructor(
    readonly plan: PlanNode,
    readonly chart: ChartSpec,
    readonly options: ChartOptions,
    /** Of a chart over several collections the others. */
    readonly others: readonly PlanNode[] = [],
  ) {
    // Told where the chart is made, not where it is shown.
    viewOptions(options, chart);
    if (chart.form === 'vegaLite') checkSpec(chart.spec);
    this.selections =
      chart.form === 'vegaLite'
        ? new ChartSelections(currentOwner(), this, chart.spec, [plan, ...others])
        : null;
  }

  [DISPLAYABLE](): Displayed {
    const selections = this.selections?.shown() ?? [];
    return {
      plan: this.plan,
      view: {
        kind: 'chart',
        chart: this.chart,
        ...viewOptions(this.options, this.chart),
        ...(selections.length === 0 ? {} : { selections }),
      },
      collection: null,
      ...(this.others.length === 0 ? {} : { others: this.others }),
    };
  }
}

/** A chart of a spec. `Selections` are the columns of what can be selected in it. */
export class SpecChart<Selections> extends Chart {
  /**
   * What is selected in the chart, as a condition on the rows of any stream or table that has the columns; where nothing is selected, it holds for all. The
   * selection is one of the spec's `params`, over plain columns. Making another one computes what is filtered by it anew, as moving an input does.
   *
   * @example
   * const overview = trades.chart({
   *   params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }],
   *   mark: 'point', encoding: { x: { field: 'ts' }, y: { field: 'price' } },
   * });
   * trades.where(overview.selection('brush')).groupBy('symbol').aggregate(t => ({ volume: sum(t.size) }))
   * @throws MillraceError `MR8310` for a selection that the spec does not have, `MR8311` for one by whose columns rows cannot be filtered
   */
  selection<Name extends keyof Selections & string>(name: Name): SelectionCondition<Selections[Name]> {
    const selections = this.selections ?? new ChartSelections(null, this, {}, [this.plan]);
    return selections.condition(name) as unknown as SelectionCondition<Selections[Name]>;
  }
}

function checkSpec(spec: VegaLiteSpec): void {
  const refused = refusedInSpec(spec);
  if (refused === null) return;
  throw new MillraceError('MR8300', `the chart's spec cannot have ${refused.what}.`, refused.instead);
}

/** The charts that every collection has. Each takes `title`, `last: '30 min'`, `maxRows` and `timeZone`. */
export abstract class Charts<Row> {
  /** Never there: what a chart over several collections knows the rows of each by. */
  declare readonly [CHARTED]?: Row;
  abstract readonly plan: PlanNode;

  /**
   * Any Vega-Lite chart of the rows: layered, faceted, concatenated, repeated. A `field` is a column of the row, or made by a transform of the spec (`as`).
   *
   * @example bars.chart({ mark: 'bar', encoding: { x: { field: 'symbol' }, y: { field: 'volume', type: 'quantitative' } } })
   * @throws MillraceError `MR1640` for a time zone that there is not, `MR8300` for what would lead out of the chart
   */
  chart<const Spec extends VegaLiteSpec>(
    spec: Spec & ChartSpecOf<Row, Spec>,
    options: ChartOptions = {},
  ): SpecChart<SelectionsOf<Row, Spec>> {
    return new SpecChart(
      this.plan,
      { form: 'vegaLite', spec: structuredClone(spec) as VegaLiteSpec },
      options,
    );
  }

  /**
   * A line of `y` over `x`, one a value of `color`. The point of an open window is hollow, that of a revised one a diamond.
   *
   * @example bars.line({ x: 'windowStart', y: 'vwap', color: 'symbol', last: '30 min' })
   */
  line(options: XyOptions<keyof Row & string>): Chart {
    return new Chart(this.plan, { form: 'line', ...xyOf(options) }, options);
  }

  /**
   * The area below `y` over `x`, one a value of `color`, one behind the other, or with `stack` upon each other.
   *
   * @example bars.area({ x: 'windowStart', y: 'volume', color: 'symbol', stack: true })
   */
  area(options: StackedOptions<keyof Row & string>): Chart {
    return new Chart(this.plan, { form: 'area', ...xyOf(options), stack: options.stack ?? false }, options);
  }

  /**
   * A bar a row, as high as `y`; those of one `x` stand upon each other by `color`. The bar of an open window is hollow, that of a revised one dashed.
   *
   * @example bars.bar({ x: 'windowStart', y: 'volume', color: 'symbol' })
   */
  bar(options: StackedOptions<keyof Row & string>): Chart {
    return new Chart(this.plan, { form: 'bar', ...xyOf(options), stack: options.stack ?? true }, options);
  }

  /**
   * A point a row.
   *
   * @example trades.point({ x: 'price', y: 'size', color: 'symbol' })
   */
  point(options: XyOptions<keyof Row & string>): Chart {
    return new Chart(this.plan, { form: 'point', ...xyOf(options) }, options);
  }

  /**
   * How many rows have values of `x` between two round ones.
   *
   * @example trades.histogram({ x: 'price', bins: 40 })
   * @throws MillraceError `MR1641` for a number of bins that it cannot have
   */
  histogram(options: HistogramOptions<keyof Row & string>): Chart {
    const { x, bins, color } = options;
    const chart: ChartSpec = { form: 'histogram', x, bins: knownBins(bins ?? 30), color: color ?? null };
    return new Chart(this.plan, chart, options);
  }

  /**
   * Cells of `x` and `y`, coloured by the mean of `color`, or by how many rows they have. Numbers and times are cut into bins.
   *
   * @example bars.heatmap({ x: 'windowStart', y: 'symbol', color: 'volume' })
   */
  heatmap(options: HeatmapOptions<keyof Row & string>): Chart {
    const { x, y, color } = options;
    return new Chart(this.plan, { form: 'heatmap', x, y, color: color ?? null }, options);
  }

  /**
   * Quartiles, median, whiskers and what is beyond them, a box a value of `x`.
   *
   * @example trades.boxplot({ x: 'symbol', y: 'price' })
   */
  boxplot(options: BoxplotOptions<keyof Row & string>): Chart {
    return new Chart(this.plan, { form: 'boxplot', x: options.x ?? null, y: options.y }, options);
  }

  /**
   * One large number, the newest row's, with how it has changed and a small line of the way there. Of several symbols filter one.
   *
   * @example best.where(b => b.symbol.eq('ETHUSDT')).stat({ value: 'spread', label: 'Spread' })
   */
  stat(options: StatOptions<keyof Row & string>): Chart {
    const { value, label, delta = true, sparkline, x, format } = options;
    const chart: ChartSpec = {
      form: 'stat',
      value,
      label: label ?? value,
      delta: typeof delta === 'string' ? { column: delta } : delta ? 'before' : null,
      sparkline: sparkline ?? true,
      x: x ?? null,
      format: format ?? ',.6~r',
    };
    return new Chart(this.plan, chart, options);
  }

  /**
   * An order book's sizes added up from the best price on, as steps. Books by symbol: filter one, or `facet: 'symbol'`.
   *
   * @example orderBook(changes, { depth: 50 }).depth({ facet: 'symbol' })
   */
  depth(...[options]: Given<DepthOptions<Row>>): Chart {
    const named: Partial<Record<string, string>> & ChartOptions = (options ?? {}) as never;
    const chart: ChartSpec = {
      form: 'depth',
      bid: named.bid ?? 'bid',
      bidSize: named.bidSize ?? 'bidSize',
      ask: named.ask ?? 'ask',
      askSize: named.askSize ?? 'askSize',
      facet: named.facet ?? null,
    };
    return new Chart(this.plan, chart, named);
  }

  /**
   * Candlesticks with volume below. Bars by symbol: filter one, or `facet: 'symbol'`.
   *
   * @example bars.candlestick({ facet: 'symbol', timeZone: 'America/New_York' })
   */
  candlestick(...[options]: Given<CandlestickOptions<Row>>): Chart {
    const named: Partial<Record<string, string>> & ChartOptions & { readonly volume?: string | null } =
      (options ?? {}) as never;
    const chart: ChartSpec = {
      form: 'candlestick',
      x: named.x ?? 'windowStart',
      open: named.open ?? 'open',
      high: named.high ?? 'high',
      low: named.low ?? 'low',
      close: named.close ?? 'close',
      volume: named.volume === undefined ? 'volume' : named.volume,
      facet: named.facet ?? null,
    };
    return new Chart(this.plan, chart, named);
  }
}

function xyOf({ x, y, color }: XyOptions<string>): { x: string; y: string; color: string | null } {
  return { x, y, color: color ?? null };
}
