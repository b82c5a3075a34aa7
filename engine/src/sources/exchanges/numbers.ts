import type { ColumnBuilder } from '../../columns/builder.js';
import { parseDecimal } from '../../columns/decimal.js';
import type { DecimalType } from '../../columns/types.js';
import { textOf } from '../../codecs/decoder.js';
import type { ByteScanner } from '../../codecs/scanner.js';

/** So many digits are exact in a float64, whatever they are. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, n) => 10 ** n);

/**
 * Reads a price or a size, a JSON number or one in quotes, into a float64 or decimal column; false where `bytes[start, end)` is none, or more than
 * the decimal can hold.
 */
export function readNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  scanner: ByteScanner,
  column: ColumnBuilder,
  row: number,
): boolean {
  let from = start;
  let to = end;
  if (bytes[from] === 34) {
    from++;
    to--;
  }
  if (column.type.kind === 'decimal') return readDecimal(bytes, from, to, column.type, column, row);
  const value = scanner.float(from);
  if (scanner.end !== to || !Number.isFinite(value)) return false;
  column.floats[row] = value;
  if (column.hasNull) column.valid[row] = 1;
  return true;
}

/** Reads a decimal exactly; most are put together as a whole number. */
function readDecimal(
  bytes: Uint8Array,
  from: number,
  to: number,
  type: DecimalType,
  column: ColumnBuilder,
  row: number,
): boolean {
  let value = 0;
  let places = -1;
  let digits = 0;
  let p = from;
  for (; p < to; p++) {
    const digit = bytes[p] - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      if (value > 0) digits++;
      if (places >= 0) places++;
    } else if (digit === -2 && places < 0) places = 0;
    else break;
  }
  const missing = type.scale - Math.max(places, 0);
  // A lone point is no number.
  if (p === to && p > from + (places === 0 ? 1 : 0) && missing >= 0 && digits + missing <= EXACT_DIGITS) {
    column.setNumber(row, value * POWERS_OF_TEN[missing]);
    return true;
  }
  if (to - from > 400) return false;
  const exact = parseDecimal(textOf(bytes, from, to), type);
  if (exact === null) return false;
  column.setBigint(row, exact);
  return true;
}
