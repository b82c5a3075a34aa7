import { scaleOfType, unitOfType } from '../valueText.js';
import type { ViewColumn } from '../view.js';

/** The name under which a chart's rows are found: `view.data(ROWS)`, or `datasets` in a static chart. */
export const ROWS = 'rows';

/**
 * A column's name as a Vega field: a dot or bracket in it is part of the name, not a path.
 *
 * @example fieldOf('bid.px') // 'bid\\.px'
 */
export function fieldOf(column: string): string {
  return column.replace(/[\\.[\]'"]/g, character => `\\${character}`);
}

/** A column's value in a Vega expression. The name is quoted: it is never taken for code. */
export function datumOf(column: string): string {
  return `datum[${JSON.stringify(column)}]`;
}

/** Vega-Lite's kind of measurement for a column's type. */
export function measureOf(column: ViewColumn | undefined): 'temporal' | 'quantitative' | 'nominal' {
  const type = column?.type ?? '';
  if (type.startsWith('timestamp') || type === 'date') return 'temporal';
  return /^(int|float|decimal|duration)/.test(type) ? 'quantitative' : 'nominal';
}

/**
 * A row as Vega reads it: timestamps and dates are epoch milliseconds (a float, so that microseconds stay), int64 are
 * numbers, decimals (given unscaled) floats, durations seconds. Ticks are given in the unit of the column's type, `timestamp('us')`
 * being microseconds. With `wall`, a `wallClock`, timestamps are those of its zone.
 */
export function toVegaValue(type: string, value: unknown, wall?: (ms: number) => number): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'date') return Number(value) * 86_400_000;
  if (type.startsWith('timestamp')) {
    const ms = millisecondsOf(value as number | bigint, unitOfType(type));
    return wall === undefined ? ms : wall(ms);
  }
  if (type.startsWith('decimal')) return Number(value) / 10 ** scaleOfType(type);
  if (type.startsWith('duration')) return millisecondsOf(value as number | bigint, unitOfType(type)) / 1000;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value in Object.prototype ? `${value}${UNSEEN}` : value;
}

/**
 * What is put behind the few texts that are names of what every object has: Vega finds groups in plain objects by their texts, and `__proto__` would lead it
 * to write into all objects of the page. It has no width.
 */
const UNSEEN = '\u200b';

function millisecondsOf(ticks: number | bigint, unit: string): number {
  if (unit === 's') return Number(ticks) * 1000;
  if (unit === 'ms') return Number(ticks);
  const perMs = unit === 'us' ? 1000n : 1_000_000n;
  if (typeof ticks === 'number') return ticks / Number(perMs);
  return Number(ticks / perMs) + Number(ticks % perMs) / Number(perMs);
}
