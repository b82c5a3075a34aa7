import type { ViewColumn } from '../view.js';
import { NUMBER_FORMAT, type Json } from './channels.js';
import { facets } from './facets.js';
import { datumOf, fieldOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { palette, type ChartTheme } from './theme.js';

type Depth = Extract<ChartSpec, { form: 'depth' }>;
type Side = 'bid' | 'ask';

/**
 * An order book as steps: how much could be sold down to a price, and bought up to one. A book that is not in step with its exchange is drawn paler.
 */
export function depth(chart: Depth, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const layers = (['bid', 'ask'] as const).flatMap(side => sideLayers(chart, side, columns, theme));
  const height = chart.facet === null ? 260 : 180;
  if (chart.facet === null) return { height, layer: layers };
  const width = typeof theme.width === 'number' ? Math.max(120, theme.width - 70) : 600;
  return facets(chart.facet, { width, height, layer: layers }, 'independent');
}

function sideLayers(chart: Depth, side: Side, columns: readonly ViewColumn[], theme: ChartTheme): Json[] {
  const { up, down } = palette(theme.mode);
  const [price, size] = side === 'bid' ? [chart.bid, chart.bidSize] : [chart.ask, chart.askSize];
  const transform: Json[] = [
    { calculate: datumOf(price), as: '__price' },
    { calculate: datumOf(size), as: '__size' },
    { filter: 'isValid(datum.__price) && isValid(datum.__size)' },
    {
      window: [{ op: 'sum', field: '__size', as: '__depth' }],
      // From the best price on.
      sort: [{ field: '__price', order: side === 'bid' ? 'descending' : 'ascending' }],
      groupby: chart.facet === null ? [] : [fieldOf(chart.facet)],
      frame: [null, 0],
    },
  ];
  const hasState = columns.some(({ name, type }) => name === 'state' && type === 'string');
  const stale = `datum.state === 'gap' || datum.state === 'unsynced'`;
  const encoding: Json = {
    x: {
      field: '__price',
      type: 'quantitative',
      scale: { zero: false, nice: false },
      title: null,
      axis: { format: NUMBER_FORMAT },
    },
    y: { field: '__depth', type: 'quantitative', stack: null, title: 'size', scale: { zero: true } },
  };
  const word = side === 'bid' ? 'Bid' : 'Ask';
  return [
    {
      transform,
      mark: {
        type: 'area',
        line: { color: side === 'bid' ? up : down, strokeWidth: 1.5 },
        color: side === 'bid' ? up : down,
        // Between two prices the size is that of the one farther from the middle for bids seen from the left, nearer for asks.
        interpolate: side === 'bid' ? 'step-before' : 'step-after',
        fillOpacity: 0.25,
      },
      encoding: hasState
        ? { ...encoding, opacity: { condition: { test: stale, value: 0.4 }, value: 1 } }
        : encoding,
    },
    {
      transform,
      mark: { type: 'point', filled: true, size: 60, opacity: 0 },
      encoding: {
        ...encoding,
        tooltip: [
          { field: '__price', type: 'quantitative', title: word, format: NUMBER_FORMAT },
          { field: '__size', type: 'quantitative', title: 'Size', format: ',.6~r' },
          { field: '__depth', type: 'quantitative', title: 'Up to here', format: ',.6~r' },
          ...(hasState ? [{ field: 'state', type: 'nominal', title: 'Book' }] : []),
        ],
      },
    },
  ];
}
