import type { ViewColumn } from '../view.js';
import { fieldOf, measureOf } from './fields.js';
import { TIME_AXIS_FORMAT, type ChartTheme } from './theme.js';

export type Json = Record<string, unknown>;

export const NUMBER_FORMAT = ',.8~r';
export const TIME_FORMAT = '%Y-%m-%d %H:%M:%S';

/** Below it a chart says which zone's times it has, where these are not UTC. */
export function timeTitle(theme: ChartTheme): string | null {
  return theme.timeZone ?? null;
}

/** The kind of measurement of a column. */
export function measure(name: string, columns: readonly ViewColumn[]): ReturnType<typeof measureOf> {
  return measureOf(columns.find(column => column.name === name));
}

/** A place along the time axis. */
export function timeChannel(field: string, theme: ChartTheme, more: Json = {}): Json {
  return {
    field,
    type: 'temporal',
    title: timeTitle(theme),
    scale: { type: 'utc' },
    axis: { format: TIME_AXIS_FORMAT },
    ...more,
  };
}

/** The channel of a column along the x axis. */
export function xChannel(name: string, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const type = measure(name, columns);
  if (type === 'temporal') return timeChannel(fieldOf(name), theme);
  const scale =
    type === 'quantitative'
      ? { scale: { zero: false }, axis: { format: NUMBER_FORMAT } }
      : { axis: { labelAngle: 0 } };
  return { field: fieldOf(name), type, title: type === 'nominal' ? null : name, ...scale };
}

/** A series a value of a column, or none. */
export function colorChannel(color: string | null): Json {
  return color === null
    ? {}
    : { color: { field: fieldOf(color), type: 'nominal', legend: { orient: 'top', title: null } } };
}

/** What the pointer is told of a row: the columns that are given, each once, and the state of its window. */
export function tooltips(names: readonly (string | null)[], columns: readonly ViewColumn[]): Json[] {
  const shown = [...new Set(names.filter(name => name !== null))].map(name => {
    const type = measure(name, columns);
    const field = { field: fieldOf(name), type, title: tooltipTitle(name) };
    if (type === 'temporal')
      return { ...field, timeUnit: 'utcyearmonthdatehoursminutesseconds', format: TIME_FORMAT };
    return type === 'quantitative' ? { ...field, format: NUMBER_FORMAT } : field;
  });
  return hasWindows(columns) ? [...shown, { field: STATE_TEXT, type: 'nominal', title: 'Window' }] : shown;
}

/** A column's name in a tooltip: Vega-Lite writes it into an expression, with quotes escaped and backslashes not. */
export function tooltipTitle(name: string): string {
  return name.replaceAll('\\', '\uff3c');
}

const STATE_TEXT = '__stateText';

/** Whether rows are those of windows, which have a state. */
export function hasWindows(columns: readonly ViewColumn[]): boolean {
  const names = columns.map(({ name }) => name);
  return names.includes('windowStart') && names.includes('windowEnd');
}

/** The state of a window in words, for tooltips. */
export function stateText(columns: readonly ViewColumn[]): Json[] {
  return hasWindows(columns)
    ? [
        {
          calculate: `isValid(datum.__state) ? ['open', 'closed', 'revised', 'final'][datum.__state] : 'unknown'`,
          as: STATE_TEXT,
        },
      ]
    : [];
}

export const IS_OPEN = 'datum.__state === 0';
export const IS_REVISED = 'datum.__state === 2';
