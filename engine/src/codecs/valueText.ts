import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { formatDecimal } from '../columns/decimal.js';
import { formatDurationTicks } from '../columns/durationTicks.js';
import { formatDate, formatTimestamp } from '../columns/iso.js';
import type { TimeUnit } from '../columns/types.js';

/** The text of each row's value of one column; NULL is asked for before. */
export type ValueText = (row: number) => string;

/** How strings and numbers that are not finite are written. */
export interface TextStyle {
  string(text: string): string;
  /** A nested value, given as canonical JSON. */
  json(text: string): string;
  /** Times and dates in ISO 8601, durations as `1 h 30 min`. */
  time(text: string): string;
  notFinite(value: number): string;
}

/** Everything as it reads. */
export const AS_IS: TextStyle = {
  string: text => text,
  json: text => text,
  time: text => text,
  notFinite: String,
};

const PER_SECOND: Record<Exclude<TimeUnit, 'ns'>, number> = { s: 1, ms: 1e3, us: 1e6 };

/** A function that writes the values of a column of the current batch. `texts` keeps the texts of dictionary codes from batch to batch. */
export function valueText(column: Column, style: TextStyle, texts: Map<number, string>): ValueText {
  const { data, type } = column;
  switch (type.kind) {
    case 'boolean':
      return row => (data[row] === 0 ? 'false' : 'true');
    case 'float64':
      return row => floatText(data[row] as number, style);
    case 'date':
      return row => style.time(formatDate(data[row] as number));
    case 'timestamp':
      return timestampText(column, type.unit, style);
    case 'duration':
      return row => style.time(formatDurationTicks(BigInt(data[row]), type.unit));
    case 'decimal':
      return row => formatDecimal(BigInt(data[row]), type.scale);
    case 'string':
    case 'json': {
      const write = type.kind === 'json' ? style.json : style.string;
      const dictionary = column.dictionary as Dictionary;
      return row => {
        const code = data[row] as number;
        let text = texts.get(code);
        if (text === undefined) {
          text = write(dictionary.at(code));
          texts.set(code, text);
        }
        return text;
      };
    }
    default:
      return row => integerText(data[row]);
  }
}

function integerText(value: number | bigint): string {
  return Object.is(value, -0) ? '0' : String(value);
}

function floatText(value: number, style: TextStyle): string {
  if (!Number.isFinite(value)) return style.notFinite(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Times mostly share their second with the row before. */
function timestampText(column: Column, unit: TimeUnit, style: TextStyle): ValueText {
  const { data } = column;
  if (unit === 'ns' || data instanceof BigInt64Array) {
    return row => style.time(formatTimestamp(BigInt(data[row]), unit));
  }
  const perSecond = PER_SECOND[unit];
  const digits = String(perSecond).length - 1;
  let lastSecond = NaN;
  let text = '';
  return row => {
    const value = data[row] as number;
    const second = Math.floor(value / perSecond);
    if (second !== lastSecond) {
      lastSecond = second;
      text = formatTimestamp(BigInt(second), 's').slice(0, -1);
    }
    const rest = value - second * perSecond;
    if (rest === 0) return style.time(`${text}Z`);
    return style.time(`${text}.${String(rest).padStart(digits, '0').replace(/0+$/, '')}Z`);
  };
}
