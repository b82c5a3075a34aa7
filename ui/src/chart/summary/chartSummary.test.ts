import { describe, expect, it } from 'vitest';
import type { ChartSpec, ViewColumn } from '@millrace/protocol';
import { bytesToBase64 } from '../../model/base64.js';
import { encodeRows } from '../../model/encodeRows.js';
import { GroupModel } from '../../model/groupModel.js';
import type { Row, Value } from '../../model/rows.js';
import { ViewModel } from '../../model/viewModel.js';
import { output, STATUS } from '../../testing.js';
import { chartSummary } from './chartSummary.js';
import { describeChart } from './describe.js';

const COLUMNS: readonly ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: true },
  { name: 'at', type: "timestamp('us')", nullable: false },
  { name: 'price', type: 'float64', nullable: true },
  { name: 'size', type: 'int64', nullable: true },
  { name: 'cash', type: 'decimal(12, 2)', nullable: true },
];
const MINUTE = 60_000_000;
const START = 1_767_623_400_000_000;

const rowsOf = (values: readonly (readonly Value[])[]): Row[] =>
  values.map((each, id) => ({ id, state: null, values: each }));

const ROWS = rowsOf([
  ['AAPL', START, 187.5, 10, 1250],
  ['MSFT', START, 40, 20, 300],
  ['AAPL', START + 2 * MINUTE, 189.2, 30, 1300],
  // Late: the last of a series is the newest along x.
  ['AAPL', START + MINUTE, 187.1, 40, 1200],
  ['MSFT', START + MINUTE, null, 50, null],
  [null, START + MINUTE, NaN, null, null],
]);

function modelOf(rows: readonly Row[], total = rows.length, columns = COLUMNS): ViewModel {
  const status = { ...STATUS, total };
  return new ViewModel({
    ...output([], 'chart'),
    columns,
    snapshot: { arrow: bytesToBase64(encodeRows(rows, columns)), status },
  });
}

const LINE: ChartSpec = { form: 'line', x: 'at', y: 'price', color: 'symbol' };

describe('the summary of a chart', () => {
  it('says what is drawn, how much of it, from where to where, and each series', () => {
    expect(chartSummary(LINE, modelOf(ROWS, 2000))).toBe(
      'Line chart of price by at, one line a symbol. 6 rows of 2,000. at from 2026-01-05 14:30:00 to 2026-01-05 14:32:00. AAPL: last 189.2, from 187.1 to 189.2. MSFT: last 40.0, from 40.0 to 40.0.',
    );
  });

  it('is in the zone of the chart, and exact of decimals', () => {
    const chart: ChartSpec = { form: 'bar', x: 'at', y: 'cash', color: null, stack: true };
    expect(chartSummary(chart, modelOf(ROWS), 'America/New_York')).toBe(
      'Bar chart of cash by at. 6 rows. at from 2026-01-05 09:30:00 GMT-5 to 2026-01-05 09:32:00 GMT-5. cash: last 13.00, from 3.00 to 13.00.',
    );
  });

  it('says that there are no rows', () => {
    expect(chartSummary(LINE, modelOf([]))).toBe(
      'Line chart of price by at, one line a symbol. No rows so far.',
    );
  });

  it('tells of a few series, and how many others there are', () => {
    const rows = rowsOf(Array.from({ length: 40 }, (_, k) => [`S${k}`, START + k, k, k, k]));
    const text = chartSummary(LINE, modelOf(rows));
    expect(text).toContain('S4: last 4, from 4 to 4. And 35 others.');
    expect(text).not.toContain('S5:');
  });

  it.each<[string, ChartSpec]>([
    [
      'Area chart of price by at, one area a symbol, as shares of their sum',
      { ...LINE, form: 'area', stack: 'normalize' },
    ],
    ['Histogram of price, one colour a symbol', { form: 'histogram', x: 'price', bins: 10, color: 'symbol' }],
    [
      'Heat map of how many rows there are by at and symbol',
      { form: 'heatmap', x: 'at', y: 'symbol', color: null },
    ],
    [
      'Heat map of the mean of size by at and symbol',
      { form: 'heatmap', x: 'at', y: 'symbol', color: 'size' },
    ],
    ['Box plot of price by symbol', { form: 'boxplot', x: 'symbol', y: 'price' }],
    [
      'Depth of a book of orders: how much is bid and asked up to each price, one chart a symbol',
      { form: 'depth', bid: 'price', bidSize: 'size', ask: 'price', askSize: 'size', facet: 'symbol' },
    ],
    [
      'The newest price',
      { form: 'stat', value: 'price', label: 'Price', delta: null, sparkline: true, x: 'at', format: '' },
    ],
    [
      'Candlestick chart of price, price, price and price by at, with bars of size',
      {
        ...{ form: 'candlestick', x: 'at', open: 'price', high: 'price', low: 'price', close: 'price' },
        ...{ volume: 'size', facet: null },
      } as ChartSpec,
    ],
    [
      'Chart of a line of price by at and bars of how many rows by symbol',
      {
        form: 'vegaLite',
        spec: {
          vconcat: [
            { mark: 'line', encoding: { x: { field: 'at' }, y: { field: 'price' } } },
            { mark: { type: 'bar' }, encoding: { x: { field: 'symbol' }, y: { aggregate: 'count' } } },
          ],
        },
      },
    ],
    ['What I drew', { form: 'vegaLite', spec: { description: 'What I drew.', mark: 'point' } }],
    ['Chart', { form: 'vegaLite', spec: {} }],
  ])('%s', (text, chart) => {
    expect(chartSummary(chart, modelOf(ROWS)).startsWith(`${text}. 6 rows.`)).toBe(true);
  });

  it('tells of all tables of a chart', () => {
    const other = modelOf(rowsOf([['XOM', START, 7, 1, 1]]));
    const first = output([], 'chart');
    const snapshot = (model: ViewModel) => ({
      arrow: bytesToBase64(encodeRows(model.rows(), COLUMNS)),
      status: model.status,
    });
    const group = new GroupModel({
      ...first,
      columns: COLUMNS,
      snapshot: snapshot(modelOf(ROWS)),
      parts: [{ viewId: 'other', columns: COLUMNS, key: [], snapshot: snapshot(other) }],
    });
    const layer = (name: string, mark: string) => ({
      ...{ data: { name }, mark },
      encoding: { x: { field: 'at' }, y: { field: 'price' } },
    });
    const spec = { layer: [layer('rows', 'line'), layer('rows1', 'point')] };
    const text = chartSummary({ form: 'vegaLite', spec, tables: 2 }, group);
    expect(text).toContain('Chart of a line of price by at and points of price by at. 7 rows.');
    expect(text).toContain('price: last 189.2, from 40.0 to 189.2');
    expect(text).toContain('price: last 7, from 7 to 7');
  });

  it('is bounded, and one line, whatever names, values and specs there are', () => {
    const long = `${'x'.repeat(5000)}\n\u202e\u0000<img src=x onerror=alert(1)>`;
    const columns = COLUMNS.map(column => ({ ...column, name: `${column.name} ${long}` }));
    const rows = rowsOf(Array.from({ length: 50 }, (_, k) => [`${k}${long}`, START, k, k, k]));
    const chart = { form: 'line', x: columns[1].name, y: columns[2].name, color: columns[0].name } as const;
    const text = chartSummary(chart, modelOf(rows, 50, columns));
    expect(text.length).toBeLessThanOrEqual(701);
    for (const character of ['\n', '\u202e', '\u0000']) expect(text).not.toContain(character);
    let deep: Record<string, unknown> = { mark: 'line' };
    for (let k = 0; k < 2000; k++) deep = { layer: [deep, deep] };
    expect(describeChart({ form: 'vegaLite', spec: deep }).text).toBe('Chart');
    const told = describeChart({ form: 'vegaLite', spec: { description: `a\nb\u0000 ${long}` } }).text;
    expect(told.startsWith('a b x') && told.length <= 240).toBe(true);
    const odd = { mark: { type: 7 }, encoding: [], layer: [null, 3, { mark: {} }], spec: 'no', data: 9 };
    expect(describeChart({ form: 'vegaLite', spec: odd }).text).toBe('Chart');
  });
});
