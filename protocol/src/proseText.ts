import { dayText, spokenInstant } from './instantText.js';
import { decimalText, durationText, unitOfType } from './valueText.js';

/** A value as it is stored: ticks of a timestamp or a duration, days of a date, a decimal's unscaled value. */
export type ProseValue = number | bigint | string | boolean | null;

/** Characters at most; what is longer is cut, since a sentence is no place for a document. */
const MOST_CHARACTERS = 2000;

/**
 * A value as it stands in a sentence, by its column's type, as tables write it: thousands separated, as many decimals as are worth reading,
 * times in UTC.
 *
 * @example proseText(1_234_567.891, 'float64') // '1,234,567.89'
 */
export function proseText(value: ProseValue, type: string): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string')
    return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
  if (typeof value === 'boolean') return String(value);
  if (type.startsWith('timestamp')) return spokenInstant(value, unitOfType(type));
  if (type === 'date') return dayText(value);
  if (type.startsWith('duration')) return durationText(value, type);
  if (type.startsWith('decimal')) return grouped(decimalText(value, type));
  return typeof value === 'bigint' || type.startsWith('int') ? grouped(String(value)) : numberText(value);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(4);
  const text = value.toFixed(size >= 1000 ? 2 : size >= 1 ? 4 : 6);
  return grouped(text.replace(/\.?0+$/, ''));
}

function grouped(digits: string): string {
  const [whole, places] = digits.split('.');
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return places === undefined ? separated : `${separated}.${places}`;
}
