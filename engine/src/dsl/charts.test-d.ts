/** Type tests of charts: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import { tumble, orderBook, exchange, first, last, max, min, sum, type Stream } from '../node/index.js';

interface Trade {
  ts: Temporal.Instant;
  symbol: string;
  price: number;
  size: number;
}
declare const trades: Stream<Trade>;
const bars = trades
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({
    open: first(t.price),
    high: max(t.price),
    low: min(t.price),
    close: last(t.price),
    volume: sum(t.size),
  }));
const book = orderBook(exchange.binance({ channel: 'book', symbols: ['ETHUSDT'] }), { depth: 10 });

// Short forms name columns.
bars.area({ x: 'windowStart', y: 'volume', color: 'symbol', stack: 'normalize' });
bars.bar({ x: 'windowStart', y: 'volume', last: '30 min', timeZone: 'Europe/Berlin' });
trades.point({ x: 'price', y: 'size' });
trades.histogram({ x: 'price', bins: 40 });
bars.heatmap({ x: 'windowStart', y: 'symbol', color: 'volume' });
trades.boxplot({ x: 'symbol', y: 'price' });
bars.stat({ value: 'close', delta: 'volume', sparkline: false });
bars.candlestick({ facet: 'symbol' });
bars.candlestick();
book.depth();
book.depth({ facet: 'symbol', title: 'Depth' });
// @ts-expect-error no such column
bars.area({ x: 'windowStart', y: 'vwpa' });
// @ts-expect-error no such column
bars.bar({ x: 'windowStrat', y: 'volume' });
// @ts-expect-error no such column
trades.point({ x: 'price', y: 'size', color: 'symbl' });
// @ts-expect-error no such column
trades.histogram({ x: 'prise' });
// @ts-expect-error no such column
bars.heatmap({ x: 'windowStart', y: 'symbol', color: 'volumen' });
// @ts-expect-error no such column
trades.boxplot({ y: 'prise' });
// @ts-expect-error no such column
bars.stat({ value: 'closing' });
// @ts-expect-error no such column
book.depth({ facet: 'symbl' });
// @ts-expect-error trades have no bids: each column has to be named
trades.depth();
// @ts-expect-error and no open
trades.candlestick({ x: 'ts' });
trades.depth({ bid: 'price', bidSize: 'size', ask: 'price', askSize: 'size' });

// Specs of one view, and of several in all the ways.
const x = { field: 'windowStart', type: 'temporal' } as const;
bars.chart({
  mark: 'bar',
  encoding: { x: { field: 'symbol' }, y: { field: 'volume', type: 'quantitative' } },
});
bars.chart({
  encoding: { x },
  layer: [
    { mark: 'line', encoding: { y: { field: 'close' } } },
    { mark: 'rule', encoding: { y: { datum: 5 } } },
  ],
});
bars.chart({
  hconcat: [
    { mark: 'line', encoding: { x, y: { field: 'close' } } },
    { mark: 'bar', encoding: { x, y: { field: 'volume' } } },
  ],
});
bars.chart({
  facet: { field: 'symbol' },
  columns: 2,
  spec: { mark: 'line', encoding: { x, y: { field: 'close' } } },
});
bars.chart({
  facet: { row: { field: 'symbol' } },
  spec: { mark: 'line', encoding: { x, y: { field: 'close' } } },
});
bars.chart({
  repeat: ['open', 'close'],
  spec: { mark: 'line', encoding: { x, y: { field: { repeat: 'repeat' } } } },
});
bars.chart({
  repeat: { row: ['open', 'close'] },
  spec: { mark: 'line', encoding: { x, y: { field: { repeat: 'row' } } } },
});
bars.chart({
  mark: 'bar',
  encoding: {
    y: { aggregate: 'count' },
    color: { condition: { test: 'datum.close > datum.open', value: 'red' }, value: 'blue' },
  },
});
bars.chart({ mark: 'bar', encoding: { x, tooltip: [{ field: 'open' }, { field: 'close' }] } });
// @ts-expect-error no such column
bars.chart({ encoding: { x }, layer: [{ mark: 'line', encoding: { y: { field: 'clos' } } }] });
// @ts-expect-error no such column
bars.chart({ hconcat: [{ mark: 'line', encoding: { y: { field: 'clos' } } }] });
// @ts-expect-error no such column
bars.chart({ vconcat: [{ layer: [{ mark: 'line', encoding: { y: { field: 'clos' } } }] }] });
// @ts-expect-error no such column
bars.chart({ facet: { field: 'symbl' }, spec: { mark: 'line', encoding: { x } } });
// @ts-expect-error no such column
bars.chart({ facet: { row: { field: 'symbl' } }, spec: { mark: 'line', encoding: { x } } });
// @ts-expect-error no such column
bars.chart({ facet: { field: 'symbol' }, spec: { mark: 'line', encoding: { y: { field: 'clos' } } } });
// @ts-expect-error no such column
bars.chart({ repeat: ['open', 'clos'], spec: { mark: 'line', encoding: { x } } });
// @ts-expect-error no such column in a condition
bars.chart({ mark: 'bar', encoding: { color: { condition: { test: 'true', field: 'clos' } } } });
// @ts-expect-error no such column in a tooltip
bars.chart({ mark: 'bar', encoding: { tooltip: [{ field: 'open' }, { field: 'clos' }] } });

// Fields that a transform makes, on whatever level.
bars.chart({
  transform: [{ calculate: 'datum.high - datum.low', as: 'range' }],
  mark: 'line',
  encoding: { x, y: { field: 'range' } },
});
bars.chart({
  encoding: { x },
  layer: [
    {
      transform: [
        { window: [{ op: 'mean', field: 'close', as: 'smooth' }], frame: [-5, 0], groupby: ['symbol'] },
      ],
      mark: 'line',
      encoding: { y: { field: 'smooth' } },
    },
  ],
});
bars.chart({
  transform: [{ fold: ['open', 'close'], as: ['which', 'price'] }],
  mark: 'line',
  encoding: { x, y: { field: 'price' }, color: { field: 'which' } },
});
bars.chart({
  transform: [{ fold: ['open', 'close'] }],
  mark: 'line',
  encoding: { y: { field: 'value' }, color: { field: 'key' } },
});
bars.chart({
  transform: [{ bin: true, field: 'close', as: 'binned' }],
  mark: 'bar',
  encoding: { x: { field: 'binned' }, x2: { field: 'binned_end' } },
});
bars.chart({
  transform: [{ aggregate: [{ op: 'sum', field: 'volume', as: 'total' }], groupby: ['symbol'] }],
  mark: 'bar',
  encoding: { x: { field: 'symbol' }, y: { field: 'total' } },
});
bars.chart({
  transform: [{ pivot: 'symbol', value: 'close' }],
  mark: 'line',
  encoding: { y: { field: 'AAPL' } },
});
// @ts-expect-error made by no transform
bars.chart({ transform: [{ calculate: '1', as: 'one' }], mark: 'line', encoding: { y: { field: 'two' } } });
// @ts-expect-error no such column to group by
bars.chart({ transform: [{ aggregate: [{ op: 'count', as: 'n' }], groupby: ['symbl'] }], mark: 'line' });
// @ts-expect-error no such column to aggregate
bars.chart({ transform: [{ aggregate: [{ op: 'sum', field: 'volumen', as: 'n' }] }], mark: 'line' });
// @ts-expect-error no such column to fold
bars.chart({ transform: [{ fold: ['opne', 'close'] }], mark: 'line' });
