import type { ViewColumn } from '../view.js';
import { colorChannel, IS_OPEN, IS_REVISED, stateText, tooltips, xChannel, type Json } from './channels.js';
import { fieldOf } from './fields.js';
import type { ChartSpec } from './options.js';
import type { ChartTheme } from './theme.js';

type Series = Extract<ChartSpec, { form: 'line' | 'area' }>;

/**
 * A line or an area a value of `color`, with unseen points that carry the tooltips. The point of a window that is still open is hollow, that of a
 * revised one a diamond.
 */
export function line(chart: Series, columns: readonly ViewColumn[], theme: ChartTheme): Json {
  const isArea = chart.form === 'area';
  const stack = isArea && chart.color !== null ? stackOf(chart.stack) : null;
  const y: Json = {
    field: fieldOf(chart.y),
    type: 'quantitative',
    scale: { zero: isArea },
    title: chart.y,
    stack,
  };
  const names = [chart.color, chart.x, chart.y];
  // Of areas one behind the other each is to be seen.
  const mark = isArea
    ? { type: 'area', line: stack === null, fillOpacity: stack === null ? 0.25 : 0.7 }
    : { type: 'line' };
  return {
    height: 260,
    transform: stateText(columns),
    encoding: { x: xChannel(chart.x, columns, theme), ...colorChannel(chart.color) },
    layer: [
      { mark: { clip: true, ...mark }, encoding: { y } },
      {
        mark: { type: 'point', filled: true, size: 50 },
        encoding: {
          // A stacked series has its points at its own top.
          y: { ...y, stack },
          opacity: { condition: { test: `${IS_OPEN} || ${IS_REVISED}`, value: 1 }, value: 0 },
          shape: { condition: { test: IS_REVISED, value: 'diamond' }, value: 'circle' },
          size: { condition: { test: IS_REVISED, value: 70 }, value: 50 },
          tooltip: tooltips(names, columns),
        },
      },
      // What is left of the point of an open window is its ring.
      {
        mark: { type: 'point', filled: true, size: 18, opacity: 1 },
        encoding: {
          y: { ...y, stack },
          color: { value: theme.background ?? (theme.mode === 'dark' ? '#111111' : '#ffffff') },
          ...(chart.color === null ? {} : { detail: { field: fieldOf(chart.color), type: 'nominal' } }),
          opacity: { condition: { test: IS_OPEN, value: 1 }, value: 0 },
        },
      },
    ],
  };
}

/** Vega-Lite's `stack` for ours. */
export function stackOf(stack: boolean | 'normalize'): 'zero' | 'normalize' | null {
  if (stack === 'normalize') return stack;
  return stack ? 'zero' : null;
}
