/** A Vega-Lite specification without `data`, as plain JSON. */
export type VegaLiteSpec = { readonly [key: string]: unknown };

/**
 * What a chart draws, as plain data. `vegaLite` is any spec; the short forms name columns and are made into a spec by
 * the one function that drawing, snapshots and exports share (`chart/toVegaLite.ts`).
 */
export type ChartSpec =
  | {
      readonly form: 'vegaLite';
      readonly spec: VegaLiteSpec;
      /** Of a chart over several tables how many there are: parts of the spec name theirs (`tableName`). */
      readonly tables?: number;
    }
  | XyChart<'line'>
  | XyChart<'point'>
  | (XyChart<'area'> & Stacked)
  | (XyChart<'bar'> & Stacked)
  | {
      readonly form: 'histogram';
      readonly x: string;
      /** At most so many bins. */
      readonly bins: number;
      readonly color: string | null;
    }
  | {
      readonly form: 'heatmap';
      readonly x: string;
      readonly y: string;
      /** Drawn is its mean in each cell; null: how many rows there are. */
      readonly color: string | null;
    }
  | { readonly form: 'boxplot'; readonly x: string | null; readonly y: string }
  | {
      readonly form: 'depth';
      readonly bid: string;
      readonly bidSize: string;
      readonly ask: string;
      readonly askSize: string;
      /** One chart a value of this column, below each other. */
      readonly facet: string | null;
    }
  | {
      readonly form: 'stat';
      readonly value: string;
      readonly label: string;
      /** A column with the change; `before`: against the row before; null: none. */
      readonly delta: { readonly column: string } | 'before' | null;
      readonly sparkline: boolean;
      /** What puts the rows in order; null: a time column of theirs, or else as they stand. */
      readonly x: string | null;
      /** Of d3-format. */
      readonly format: string;
    }
  | {
      readonly form: 'candlestick';
      readonly x: string;
      readonly open: string;
      readonly high: string;
      readonly low: string;
      readonly close: string;
      /** Drawn as bars below where it is given. */
      readonly volume: string | null;
      /** One chart a value of this column, below each other. */
      readonly facet: string | null;
    };

/** Marks at a place of their row, one series a value of `color`. */
interface XyChart<Form extends string> {
  readonly form: Form;
  readonly x: string;
  readonly y: string;
  readonly color: string | null;
}

interface Stacked {
  /** Series upon each other; `normalize`: as shares of their sum. */
  readonly stack: boolean | 'normalize';
}
