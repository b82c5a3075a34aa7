import { UnknownFunctionError } from '../../expr/error.js';
import type { ScalarFunction } from '../../expr/function.js';
import { abs, add, div, mod, mul, neg, sub } from './arithmetic.js';
import { cast } from './cast.js';
import { eq, ge, gt, le, lt, ne } from './comparison.js';
import { and, not, or } from './logic.js';
import { exp, ln, pow, sqrt } from './mathematics.js';
import { between, isIn } from './membership.js';
import { coalesce, ifElse, isNaN, isNotNull, isNull } from './nulls.js';
import { ceil, floor, round } from './rounding.js';
import { concat, contains, endsWith, length, lower, startsWith, substring, trim, upper } from './strings.js';
import { extract, truncate } from './time.js';

/** Every scalar function. To add one: its file, and a name here. */
const ALL: readonly ScalarFunction[] = [
  ...[add, sub, mul, div, mod, neg, abs, round, floor, ceil, sqrt, ln, exp, pow],
  ...[eq, ne, lt, le, gt, ge, between, isIn],
  ...[and, or, not, isNull, isNotNull, isNaN, coalesce, ifElse],
  ...[upper, lower, trim, length, concat, contains, startsWith, endsWith, substring],
  ...[truncate, extract, cast],
];

/** The scalar functions by name. */
export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map(ALL.map(fn => [fn.name, fn]));

/** The function of a name, or an `UnknownFunctionError`. */
export function scalarFunction(name: string): ScalarFunction {
  const fn = SCALAR_FUNCTIONS.get(name);
  if (fn === undefined) throw new UnknownFunctionError(name, [...SCALAR_FUNCTIONS.keys()]);
  return fn;
}
