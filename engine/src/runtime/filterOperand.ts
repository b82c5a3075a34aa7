import { decimalDigits } from '../columns/decimal.js';
import { parseDurationTicks } from '../columns/durationTicks.js';
import { parseDate, parseTimestamp, TICKS_PER_SECOND } from '../columns/iso.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import { typeName } from '../columns/types.js';
import { ArrangementError } from './arrangement.js';

/** What a number, or what is stored as one, is compared with: all that its text covers, from `low` to `high`; a day covers its hours. */
export interface Operand {
  readonly low: number | bigint;
  readonly high: number | bigint;
}

/** Reads what a column's values are to be compared with. Error `MR1662` for a text that is none of its type. */
export function filterOperand(text: string, type: DataType, column: string): Operand {
  const operand = read(text.trim(), type);
  if (operand !== null) return operand;
  throw new ArrangementError(
    'MR1662',
    `'${text.slice(0, 100)}' is nothing that ${column}, a ${typeName(type)}, can be compared with.`,
    `Write ${EXAMPLES[type.kind] ?? 'a value of its type'}.`,
  );
}

const EXAMPLES: Readonly<Partial<Record<DataType['kind'], string>>> = {
  boolean: 'true or false',
  int32: 'a number: 1200',
  int64: 'a number: 1200',
  float64: 'a number: 12.5, or NaN',
  decimal: 'a number: 12.50',
  timestamp: 'a time: 2026-01-05, or 2026-01-05 14:30',
  date: 'a day: 2026-01-05',
  duration: 'a duration: 90 s, or 1 h 30 min',
};

function read(text: string, type: DataType): Operand | null {
  switch (type.kind) {
    case 'boolean':
      return text === 'true' ? exactly(1) : text === 'false' ? exactly(0) : null;
    case 'timestamp':
      return timeOperand(text, type.unit);
    case 'date': {
      const day = parseDate(text);
      return day === null ? null : exactly(day);
    }
    case 'duration': {
      const ticks = parseDurationTicks(text, type.unit);
      return ticks === null ? null : exactly(ticks);
    }
    case 'decimal':
      return numberOperand(text, type.scale);
    case 'int32':
    case 'int64':
      return numberOperand(text, 0);
    case 'float64':
      return floatOperand(text);
    default:
      return null;
  }
}

function exactly(value: number | bigint): Operand {
  const number = Number(value);
  const narrow = typeof value === 'bigint' && Number.isSafeInteger(number) ? number : value;
  return { low: narrow, high: narrow };
}

/** As cells are written: with separators of thousands. */
function plain(text: string): string {
  return text.replaceAll(/(?<=\d)[,_](?=\d)/g, '').replace('−', '-');
}

/** Whole numbers, and the unscaled ones of decimals. What lies between two of them is its own half. */
function numberOperand(text: string, scale: number): Operand | null {
  const digits = decimalDigits(plain(text));
  if (digits === null) return null;
  if (digits.scale <= scale) return exactly(digits.unscaled * 10n ** BigInt(scale - digits.scale));
  const unit = 10n ** BigInt(digits.scale - scale);
  const towardsZero = digits.unscaled / unit;
  if (digits.unscaled % unit === 0n) return exactly(towardsZero);
  const floor = digits.unscaled < 0n ? towardsZero - 1n : towardsZero;
  // Nothing is both above the number and not above its floor: equality holds for none.
  return { low: exactly(floor + 1n).low, high: exactly(floor).high };
}

const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  '∞': Infinity,
  infinity: Infinity,
  '-∞': -Infinity,
  '-infinity': -Infinity,
};

function floatOperand(text: string): Operand | null {
  const number = plain(text);
  const word = number.toLowerCase();
  if (Object.hasOwn(WORDS, word)) return { low: WORDS[word], high: WORDS[word] };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number)) return null;
  return { low: Number(number), high: Number(number) };
}

/** A time covers as much as it is written with: a day, a minute, a second, or one tick. */
function timeOperand(text: string, unit: TimeUnit): Operand | null {
  const ticks = parseTimestamp(text, unit);
  if (ticks === null) return null;
  const match = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?)?/i.exec(text);
  const seconds =
    match === null || match[2] !== undefined
      ? 0n
      : match[1] !== undefined
        ? 1n
        : text.length > 11
          ? 60n
          : 86_400n;
  const covered = seconds * TICKS_PER_SECOND[unit];
  return { low: exactly(ticks).low, high: exactly(covered === 0n ? ticks : ticks + covered - 1n).high };
}
