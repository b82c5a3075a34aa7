import type { Value } from '../../columns/values.js';
import type { BoundExpr } from '../../expr/bound.js';
import type { BoundCall, Emitted, EmitScope } from '../../expr/function.js';
import { literalToValue } from '../../expr/literal.js';
import { compareStrings } from '../aggregate/text.js';

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** The sign of what a comparison is the opposite of. */
const OPPOSITE: Record<Comparison, string> = { eq: '!==', ne: '===', lt: '>=', le: '>', gt: '<=', ge: '<' };
const SIGN: Record<Comparison, string> = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' };

/**
 * A comparison of float64 values as text, in which NaN equals itself and is greater than every other number. Where one side is a
 * number of the query, which is the common case, it is one comparison as IEEE's is: NaN is greater than that number, so `x > 1` is
 * `!(x <= 1)`.
 */
export function floatText(
  name: Comparison,
  a: Emitted,
  b: Emitted,
  call: BoundCall,
  scope: EmitScope,
): string {
  const [left, right] = call.args;
  if (isNumber(right)) return againstNumber(name, a.value, b.value, name === 'gt' || name === 'ge');
  if (isNumber(left)) return againstNumber(name, a.value, b.value, name === 'lt' || name === 'le');
  const x = scope.local(a.value);
  const y = scope.local(b.value);
  switch (name) {
    case 'eq':
      return `(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`;
    case 'ne':
      return `(${x} !== ${y} && (${x} === ${x} || ${y} === ${y}))`;
    case 'lt':
      return `(${x} < ${y} || (${y} !== ${y} && ${x} === ${x}))`;
    case 'le':
      return `(${x} <= ${y} || ${y} !== ${y})`;
    case 'gt':
      return `(${x} > ${y} || (${x} !== ${x} && ${y} === ${y}))`;
    case 'ge':
      return `(${x} >= ${y} || ${x} !== ${x})`;
  }
}

/** One side is not NaN: IEEE's comparison, or the negation of its opposite where NaN on the other side makes it true. */
function againstNumber(name: Comparison, x: string, y: string, trueForNan: boolean): string {
  return trueForNan ? `!(${x} ${OPPOSITE[name]} ${y})` : `(${x} ${SIGN[name]} ${y})`;
}

function isNumber(arg: BoundExpr): boolean {
  return arg.kind === 'literal' && arg.value !== null && !Number.isNaN(literalToValue(arg.value, arg.type));
}

/** The order of two values of one type, neither of them NULL: numbers with NaN last, strings by code points, false before true. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}
