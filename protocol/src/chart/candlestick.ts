import type { ViewColumn } from '../view.js';
import {
  hasWindows,
  IS_OPEN,
  IS_REVISED,
  stateText,
  timeTitle,
  tooltipTitle,
  tooltips as tooltipsOf,
  type Json,
} from './channels.js';
import { facets } from './facets.js';
import { datumOf, fieldOf } from './fields.js';
import type { ChartSpec } from './options.js';
import { palette, TIME_AXIS_FORMAT, type ChartTheme } from './theme.js';

type Candlestick = Extract<ChartSpec, { form: 'candlestick' }>;
const PRICE_HEIGHT = 240;
const VOLUME_HEIGHT = 64;
const FACET_PRICE_HEIGHT = 150;
const FACET_VOLUME_HEIGHT = 40;

/** Widths of the axis and header beside the plot, so that a chart of a given width fits before it is measured. */
const AXIS_EXTENT = 62;

/** With fewer candles than this, room is kept for the rest. */
const FEWEST = 24;

const PRICE_FORMAT = ',.8~r';
const VOLUME_FORMAT = ',.4~s';

/**
 * Candles: a rule from low to high, a bar from open to close, volume as bars below on the same time axis, each candle as
 * wide as seven tenths of the smallest distance of two. Windows still open are hollow, revised ones have a diamond above.
 */
export function candlestick(chart: Candlestick, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const height = chart.facet === null ? PRICE_HEIGHT : FACET_PRICE_HEIGHT;
  const width = typeof theme.width === 'number' ? Math.max(120, theme.width - AXIS_EXTENT) : 600;
  const price: Json = { width, height, layer: priceLayers(chart, columns, theme, width) };
  const volumeHeight = chart.facet === null ? VOLUME_HEIGHT : FACET_VOLUME_HEIGHT;
  const body: Json =
    chart.volume === null
      ? price
      : {
          vconcat: [price, volumePane(chart, chart.volume, columns, theme, width, volumeHeight)],
          spacing: 6,
          resolve: { scale: { x: 'shared' } },
        };
  const transform = candleTransforms(chart, columns, theme);
  if (chart.facet === null) return { transform, ...body };
  return { transform, ...facets(chart.facet, body, 'shared') };
}

/**
 * Computed columns: `__gap` is the smallest distance between two candles, `__from` and `__to` the body's sides, `__time`
 * the time as text, `__rose` whether the close is not below the open.
 */
function candleTransforms(chart: Candlestick, columns: readonly ViewColumn[], theme: ChartTheme): Json[] {
  const x = datumOf(chart.x);
  const groupby = chart.facet === null ? [] : [fieldOf(chart.facet)];
  const alone = hasWindows(columns) ? 'datum.windowEnd - datum.windowStart' : '60000';
  return [
    ...stateText(columns),
    {
      window: [{ op: 'lag', field: fieldOf(chart.x), as: '__before' }],
      sort: [{ field: fieldOf(chart.x) }],
      groupby,
    },
    {
      calculate: `datum.__before === null || ${x} === datum.__before ? null : ${x} - datum.__before`,
      as: '__step',
    },
    {
      joinaggregate: [
        { op: 'min', field: '__step', as: '__gap' },
        { op: 'count', as: '__count' },
      ],
      groupby,
    },
    { calculate: `datum.__gap > 0 ? datum.__gap : ${alone}`, as: '__gap' },
    { calculate: `${x} + datum.__gap * 0.5`, as: '__mid' },
    { calculate: `${x} + datum.__gap * 0.15`, as: '__from' },
    { calculate: `${x} + datum.__gap * 0.85`, as: '__to' },
    {
      calculate: `datum.__count < ${FEWEST} ? ${x} + datum.__gap * (${FEWEST} - datum.__count) : null`,
      as: '__room',
    },
    { calculate: `${datumOf(chart.close)} >= ${datumOf(chart.open)}`, as: '__rose' },
    {
      calculate: `utcFormat(${x}, '%Y-%m-%d %H:%M:%S') + (${x} % 1000 > 0 ? utcFormat(${x}, '.%L') : '')${theme.timeZone === undefined ? ` + 'Z'` : ''}`,
      as: '__time',
    },
  ];
}

function priceLayers(
  chart: Candlestick,
  columns: readonly ViewColumn[],
  theme: ChartTheme,
  width: number,
): Json[] {
  const time = (field: string): Json => timeAt(field, chart.volume !== null, width, theme);
  const low = {
    field: fieldOf(chart.low),
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: priceAxis(),
    title: null,
  };
  const high = { field: fieldOf(chart.high) };
  const body = { x: time('__from'), x2: { field: '__to' } };
  const colour = riseColour(theme);
  return [
    {
      mark: { type: 'rule', strokeWidth: 1 },
      encoding: { x: time('__mid'), y: low, y2: high, color: colour },
    },
    {
      mark: { type: 'bar', orient: 'vertical', strokeWidth: 1 },
      encoding: {
        ...body,
        y: { ...low, field: fieldOf(chart.open) },
        y2: { field: fieldOf(chart.close) },
        color: colour,
        stroke: colour,
        fillOpacity: { condition: { test: IS_OPEN, value: 0 }, value: 1 },
      },
    },
    {
      transform: [{ filter: IS_REVISED }],
      mark: { type: 'point', shape: 'diamond', filled: true, size: 28, yOffset: -7, opacity: 1 },
      encoding: {
        x: time('__mid'),
        y: { ...low, field: fieldOf(chart.high) },
        color: { value: palette(theme.mode).text },
      },
    },
    // Unseen, from low to high: where the pointer finds the candle.
    {
      mark: { type: 'bar', orient: 'vertical', opacity: 0 },
      encoding: { ...body, y: low, y2: high, tooltip: tooltips(chart, columns) },
    },
    // Unseen: keeps room for as many candles as FEWEST, so that the first ones are not as wide as the chart.
    {
      mark: { type: 'tick', opacity: 0 },
      transform: [{ filter: 'datum.__room > 0' }],
      encoding: { x: time('__room') },
    },
  ];
}

function volumePane(
  chart: Candlestick,
  volume: string,
  columns: readonly ViewColumn[],
  theme: ChartTheme,
  width: number,
  height: number,
): Json {
  return {
    width,
    height,
    mark: { type: 'bar', orient: 'vertical' },
    encoding: {
      x: timeAt('__from', false, width, theme),
      x2: { field: '__to' },
      y2: { datum: 0 },
      y: {
        field: fieldOf(volume),
        type: 'quantitative',
        title: null,
        axis: { orient: 'right', labelExpr: "format(datum.value, '~s')", tickCount: 2, minExtent: 46 },
      },
      color: riseColour(theme),
      opacity: { value: 0.55 },
      stroke: riseColour(theme),
      fillOpacity: { condition: { test: IS_OPEN, value: 0 }, value: 1 },
      tooltip: tooltips(chart, columns),
    },
  };
}

/** The time axis; a pane above another one draws only its grid, the labels stand once at the bottom. */
function timeAt(field: string, above: boolean, width: number, theme: ChartTheme): Json {
  const axis = above
    ? { labels: false, ticks: false, domain: false, grid: true }
    : { grid: true, format: TIME_AXIS_FORMAT };
  return {
    field,
    type: 'temporal',
    scale: { type: 'utc' },
    title: above ? null : timeTitle(theme),
    axis: { ...axis, tickCount: Math.max(2, Math.round(width / 90)) },
  };
}

function priceAxis(): Json {
  return { orient: 'right', format: PRICE_FORMAT, tickCount: 6, minExtent: 46 };
}

function riseColour(theme: ChartTheme): Json {
  const { up, down } = palette(theme.mode);
  return { condition: { test: 'datum.__rose', value: up }, value: down };
}

function tooltips(chart: Candlestick, columns: readonly ViewColumn[]): Json[] {
  const price = (field: string, title: string): Json => ({
    field: fieldOf(field),
    type: 'quantitative',
    title,
    format: PRICE_FORMAT,
  });
  return [
    ...(chart.facet === null
      ? []
      : [{ field: fieldOf(chart.facet), type: 'nominal', title: tooltipTitle(chart.facet) }]),
    { field: '__time', type: 'nominal', title: 'Time' },
    price(chart.open, 'Open'),
    price(chart.high, 'High'),
    price(chart.low, 'Low'),
    price(chart.close, 'Close'),
    ...(chart.volume === null
      ? []
      : [{ field: fieldOf(chart.volume), type: 'quantitative', title: 'Volume', format: VOLUME_FORMAT }]),
    ...tooltipsOf([], columns),
  ];
}
