/** A Vega-Lite specification without `data`, as plain JSON. */
export type VegaLiteSpec = { readonly [key: string]: unknown };

/**
 * What a chart draws, as plain data. `vegaLite` is any spec; the short forms name columns and are made into a spec by
 * the one function that drawing, snapshots and exports share (`chart/toVegaLite.ts`).
 */
export type ChartSpec =
  | { readonly form: 'vegaLite'; readonly spec: VegaLiteSpec }
  | { readonly form: 'line'; readonly x: string; readonly y: string; readonly color: string | null }
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
