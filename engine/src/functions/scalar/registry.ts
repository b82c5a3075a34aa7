import { UnknownFunctionError } from '../../expr/error.js';
import type { ScalarFunction } from '../../expr/function.js';
import { imbalance, microprice, mid, spread } from '../market/quotes.js';
import { abs, add, div, floorDiv, mod, mul, neg, sign, sub } from './arithmetic.js';
import { bitAnd, bitNot, bitOr, bitXor, shiftLeft, shiftRight } from './bits.js';
import { tryCast } from './cast.js';
import { addMonths, dateDiff, lastDay, timeOfDay } from './dates.js';
import { eq, ge, gt, le, lt, ne } from './comparison.js';
import { clip, greatest, least } from './extremes.js';
import { jsonAt, jsonBoolean, jsonDecimal, jsonGet, jsonInt64, jsonKeys } from './json.js';
import { jsonLength, jsonNumber, jsonText, jsonTimestamp } from './json.js';
import { and, not, or, xor } from './logic.js';
import { acos, asin, atan, atan2, cbrt, cos, cosh, exp, ln, log10, log2 } from './mathematics.js';
import { pow, sin, sinh, sqrt, tan, tanh } from './mathematics.js';
import { between, isIn } from './membership.js';
import { coalesce, eqMissing, ifElse, isDistinctFrom, isFinite, isNaN, isNotNull, isNull } from './nulls.js';
import { nullIf } from './nulls.js';
import { like, regexCount, regexExtract, regexMatches, regexReplace } from './patterns.js';
import { ceil, floor, round, roundToMultiple, trunc } from './rounding.js';
import { cast } from './strictCast.js';
import { concat, contains, endsWith, length, lower, ltrim, rtrim } from './strings.js';
import { startsWith, substring, trim, upper } from './strings.js';
import { codePoint, concatWs, indexOf, initcap, left, padEnd, padStart } from './text.js';
import { repeat, replace, reverse, right, splitPart } from './text.js';
import { extract, truncate } from './time.js';
import { formatTime, parseTime } from './timeText.js';
import { fromLocal, toLocal, utcOffset } from './zones.js';

/** Every scalar function, by the heading under which the reference has it. To add one: its file, and a name here. */
export const SCALAR_GROUPS: Readonly<Record<string, readonly ScalarFunction[]>> = {
  Arithmetic: [add, sub, mul, div, floorDiv, mod, neg, abs, sign],
  Rounding: [round, floor, ceil, trunc, roundToMultiple, least, greatest, clip],
  Mathematics: [
    ...[sqrt, cbrt, pow, exp, ln, log10, log2],
    ...[sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh],
  ],
  Bits: [bitAnd, bitOr, bitXor, bitNot, shiftLeft, shiftRight],
  Comparison: [eq, ne, lt, le, gt, ge, between, isIn, eqMissing, isDistinctFrom],
  Logic: [and, or, not, xor],
  'NULL, NaN and choices': [isNull, isNotNull, isNaN, isFinite, coalesce, nullIf, ifElse],
  Text: [
    ...[
      upper,
      lower,
      initcap,
      trim,
      ltrim,
      rtrim,
      length,
      concat,
      concatWs,
      repeat,
      reverse,
      padStart,
      padEnd,
    ],
    ...[contains, startsWith, endsWith, indexOf, substring, left, right, replace, splitPart, codePoint],
  ],
  Patterns: [like, regexMatches, regexExtract, regexReplace, regexCount],
  Time: [
    ...[truncate, extract, timeOfDay, addMonths, lastDay, dateDiff, formatTime, parseTime],
    ...[toLocal, fromLocal, utcOffset],
  ],
  'Nested values': [
    ...[jsonGet, jsonAt, jsonText, jsonNumber, jsonInt64, jsonDecimal, jsonBoolean, jsonTimestamp],
    ...[jsonLength, jsonKeys],
  ],
  Market: [spread, mid, microprice, imbalance],
  Types: [cast, tryCast],
};

/** The scalar functions by name. */
export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map(
  Object.values(SCALAR_GROUPS)
    .flat()
    .map(fn => [fn.name, fn]),
);

/** The function of a name, or an `UnknownFunctionError`. */
export function scalarFunction(name: string): ScalarFunction {
  const fn = SCALAR_FUNCTIONS.get(name);
  if (fn === undefined) throw new UnknownFunctionError(name, [...SCALAR_FUNCTIONS.keys()]);
  return fn;
}
