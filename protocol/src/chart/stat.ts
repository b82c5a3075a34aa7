import type { ViewColumn } from '../view.js';
import { measure, type Json } from './channels.js';
import { datumOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { palette, type ChartTheme } from './theme.js';

type Stat = Extract<ChartSpec, { form: 'stat' }>;

const WIDTH = 280;
const TEXT_HEIGHT = 84;
const SPARK_HEIGHT = 44;

/** One large number, the newest row's, with how it has changed and the way there. */
export function stat(chart: Stat, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const colours = palette(theme.mode);
  const isNumber = measure(chart.value, columns) === 'quantitative';
  const hasLine = chart.sparkline && isNumber;
  const height = TEXT_HEIGHT + (hasLine ? SPARK_HEIGHT : 0);
  const order = chart.x ?? columns.find(({ type }) => type.startsWith('timestamp'))?.name ?? null;
  const at = (y: number): Json => ({ x: { value: 0 }, y: { value: y } });
  const last: Json[] = [{ filter: 'datum.__place === datum.__places' }];
  const text = (size: number, color: string): Json => ({
    type: 'text',
    align: 'left',
    baseline: 'middle',
    fontSize: size,
    color,
    limit: WIDTH,
  });
  const layers: Json[] = [
    {
      transform: last,
      mark: { ...text(12, colours.label), text: chart.label },
      encoding: at(8),
    },
    {
      transform: last,
      mark: { ...text(34, colours.text), fontWeight: 600 },
      encoding: { ...at(38), text: { field: '__text', type: 'nominal' } },
    },
  ];
  if (chart.delta !== null) {
    layers.push({
      transform: [...last, { filter: 'isValid(datum.__delta)' }],
      mark: { ...text(13, colours.label) },
      encoding: {
        ...at(70),
        text: { field: '__deltaText', type: 'nominal' },
        color: {
          condition: [
            { test: 'datum.__delta > 0', value: colours.up },
            { test: 'datum.__delta < 0', value: colours.down },
          ],
          value: colours.label,
        },
      },
    });
  }
  if (hasLine) layers.push(...sparkline(height, colours.series[0]));
  return {
    width: typeof theme.width === 'number' ? Math.min(WIDTH, theme.width) : WIDTH,
    height,
    transform: transforms(chart, columns, order),
    layer: layers,
  };
}

/** `__place` and `__places` number the rows, `__text` is the value in words, `__delta` the change. */
function transforms(chart: Stat, columns: readonly ViewColumn[], order: string | null): Json[] {
  const isNumber = measure(chart.value, columns) === 'quantitative';
  const isTime = measure(chart.value, columns) === 'temporal';
  const format = JSON.stringify(chart.format);
  const formatted = isNumber
    ? `format(datum.__value, ${format})`
    : isTime
      ? `utcFormat(datum.__value, '%Y-%m-%d %H:%M:%S')`
      : `'' + datum.__value`;
  const { delta } = chart;
  const change =
    delta === null
      ? []
      : [
          {
            calculate:
              delta === 'before'
                ? 'datum.__before === null ? null : datum.__value - datum.__before'
                : datumOf(delta.column),
            as: '__delta',
          },
          {
            calculate:
              `(datum.__delta > 0 ? '▲ +' : datum.__delta < 0 ? '▼ −' : '± ') + format(abs(datum.__delta), ${format})` +
              (delta === 'before'
                ? ` + (datum.__before ? ' (' + format(abs(datum.__delta / datum.__before), '.2~%') + ')' : '')`
                : ''),
            as: '__deltaText',
          },
        ];
  const sort = order === null ? {} : { sort: [{ field: '__order' }] };
  return [
    { calculate: datumOf(chart.value), as: '__value' },
    ...(order === null ? [] : [{ calculate: datumOf(order), as: '__order' }]),
    {
      window: [
        { op: 'row_number', as: '__place' },
        { op: 'lag', field: '__value', as: '__before' },
      ],
      ...sort,
    },
    { joinaggregate: [{ op: 'max', field: '__place', as: '__places' }] },
    { calculate: `isValid(datum.__value) ? ${formatted} : '–'`, as: '__text' },
    ...change,
  ];
}

function sparkline(height: number, color: string): Json[] {
  const x = { field: '__place', type: 'quantitative', axis: null, scale: { zero: false, nice: false } };
  const y = {
    field: '__value',
    type: 'quantitative',
    axis: null,
    scale: { zero: false, nice: false, range: [height - 3, TEXT_HEIGHT + 4] },
  };
  return [
    { mark: { type: 'line', color, strokeWidth: 1.5 }, encoding: { x, y } },
    {
      transform: [{ filter: 'datum.__place === datum.__places' }],
      mark: { type: 'point', filled: true, color, size: 36, opacity: 1 },
      encoding: { x, y },
    },
  ];
}
