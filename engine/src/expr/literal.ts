import { isInt64Like } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { LiteralValue } from './ast.js';

/** The exact value of a literal. A float64 that JSON cannot carry is the text `NaN`, `Infinity`, `-Infinity` or `-0`. */
export function literalToValue(value: LiteralValue, type: DataType): Value {
  if (value === null) return null;
  if (isInt64Like(type)) return BigInt(value);
  if (type.kind === 'float64') return Number(value);
  return value;
}

/** The literal of an exact value: the inverse of `literalToValue`. */
export function valueToLiteral(value: Value, type: DataType): LiteralValue {
  if (value === null) return null;
  if (isInt64Like(type)) return String(value);
  if (type.kind === 'float64') {
    const number = Number(value);
    if (Object.is(number, -0)) return '-0';
    return Number.isFinite(number) ? number : String(number);
  }
  return typeof value === 'bigint' ? Number(value) : value;
}
