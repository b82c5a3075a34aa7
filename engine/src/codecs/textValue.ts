import type { ColumnBuilder } from '../columns/builder.js';
import { parseDecimal } from '../columns/decimal.js';
import { parseDurationTicks } from '../columns/durationTicks.js';
import { canonicalJson } from '../columns/json.js';
import { ByteScanner } from './scanner.js';

const encoder = new TextEncoder();
const scanner = new ByteScanner();
const NOT_FINITE = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
]);
const BOOLEANS = new Map([
  ['true', 1],
  ['1', 1],
  ['false', 0],
  ['0', 0],
]);

/** Sets a row of a column (not a string one) from the text of its value; false where the text is none of the column's type. */
export function readText(text: string, column: ColumnBuilder, row: number): boolean {
  const type = column.type;
  if (type.kind === 'string') {
    column.setString(row, text);
    return true;
  }
  if (type.kind === 'json') {
    const canonical = canonicalJson(text);
    if (canonical !== null) column.setString(row, canonical);
    return canonical !== null;
  }
  if (type.kind === 'boolean') return set(column, row, BOOLEANS.get(text.toLowerCase()));
  if (text.length > 400) return false;
  if (type.kind === 'decimal') return setExact(column, row, parseDecimal(text, type));
  if (type.kind === 'duration') return setExact(column, row, parseDurationTicks(text, type.unit));
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  const bytes = encoder.encode(`${unsigned}\n`);
  scanner.bytes = bytes;
  let value: number;
  switch (type.kind) {
    case 'float64':
      value = scanner.float(0);
      if (scanner.end < 0) return set(column, row, NOT_FINITE.get(text.toLowerCase()));
      if (scanner.end !== bytes.length - 1) return false;
      column.setNumber(row, value);
      return true;
    case 'timestamp':
      value = scanner.timestamp(0, type.unit);
      break;
    case 'date':
      value = scanner.date(0);
      break;
    default:
      value = scanner.integer(0);
  }
  if (scanner.end !== bytes.length - 1) return false;
  if (Number.isNaN(value)) {
    if (type.kind === 'int32') return false;
    column.setBigint(row, scanner.big);
    return true;
  }
  if (type.kind === 'int32' && value !== (value | 0)) return false;
  column.setNumber(row, value);
  return true;
}

function setExact(column: ColumnBuilder, row: number, value: bigint | null): boolean {
  if (value !== null) column.setBigint(row, value);
  return value !== null;
}

function set(column: ColumnBuilder, row: number, value: number | undefined): boolean {
  if (value === undefined) return false;
  column.setNumber(row, value);
  return true;
}
