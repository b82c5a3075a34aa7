import type { ChartSpec } from '@millrace/protocol';
import { describeSpec } from './describeSpec.js';
import { listed, plainText } from './plainText.js';

/** Columns of one of a chart's tables that are drawn along its axes, of which a summary tells where they lie. */
export interface Drawn {
  /** Which of the chart's tables. */
  readonly table: number;
  readonly x: string | null;
  readonly y: string | null;
  readonly series: string | null;
}

/** What a chart shows, in words, and what it draws. */
export interface Described {
  readonly text: string;
  readonly drawn: readonly Drawn[];
}

/**
 * Says what a chart shows, by its spec alone.
 *
 * @example describeChart({ form: 'line', x: 'ts', y: 'price', color: 'symbol' }).text // 'Line chart of price by ts, one line a symbol'
 */
export function describeChart(chart: ChartSpec): Described {
  const text = (sentence: string, of: Partial<Drawn> = {}): Described => ({
    text: sentence,
    drawn: [{ table: 0, x: null, y: null, series: null, ...of }],
  });
  switch (chart.form) {
    case 'vegaLite':
      return describeSpec(chart.spec);
    case 'line':
    case 'area':
    case 'bar':
    case 'point': {
      const { x, y, color: series } = chart;
      const each = series === null ? '' : `, one ${ONE[chart.form]} a ${plainText(series)}`;
      const isShares = 'stack' in chart && chart.stack === 'normalize';
      const shares = isShares ? ', as shares of their sum' : '';
      return text(`${NAMES[chart.form]} of ${plainText(y)} by ${plainText(x)}${each}${shares}`, {
        x,
        y,
        series,
      });
    }
    case 'histogram': {
      const each = chart.color === null ? '' : `, one colour a ${plainText(chart.color)}`;
      return text(`Histogram of ${plainText(chart.x)}${each}`, { x: chart.x });
    }
    case 'heatmap': {
      const { x, y, color } = chart;
      const what = color === null ? 'how many rows there are' : `the mean of ${plainText(color)}`;
      return text(`Heat map of ${what} by ${plainText(x)} and ${plainText(y)}`, { x, y: color, series: y });
    }
    case 'boxplot': {
      const { x, y } = chart;
      return text(`Box plot of ${plainText(y)}${x === null ? '' : ` by ${plainText(x)}`}`, { y, series: x });
    }
    case 'depth': {
      const { facet: series, bid, ask } = chart;
      const drawn = { table: 0, series };
      return {
        text: `Depth of a book of orders: how much is bid and asked up to each price${chartEach(series)}`,
        drawn: [
          { ...drawn, x: bid, y: chart.bidSize },
          { ...drawn, x: ask, y: chart.askSize },
        ],
      };
    }
    case 'stat':
      return text(`The newest ${plainText(chart.value)}`, { x: chart.x, y: chart.value });
    case 'candlestick': {
      const { x, open, high, low, close, volume, facet: series } = chart;
      const prices = listed([open, high, low, close].map(name => plainText(name)));
      const bars = volume === null ? '' : `, with bars of ${plainText(volume)}`;
      const drawn = { x, y: close, series };
      return text(`Candlestick chart of ${prices} by ${plainText(x)}${bars}${chartEach(series)}`, drawn);
    }
  }
}

const NAMES = { line: 'Line chart', area: 'Area chart', bar: 'Bar chart', point: 'Points' } as const;
const ONE = { line: 'line', area: 'area', bar: 'colour', point: 'colour' } as const;

function chartEach(facet: string | null): string {
  return facet === null ? '' : `, one chart a ${plainText(facet)}`;
}
