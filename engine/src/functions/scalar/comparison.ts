import { BOOLEAN, decimalType, FLOAT64, INT64, STRING } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { compareStrings } from '../aggregate/text.js';
import { alignedText, alignedValues, comparedTypes } from './aligned.js';
import { floatText, type Comparison } from './nanOrder.js';
import { infix } from './sql.js';
import { anyNullable, requireCount } from './types.js';

type Comparable = number | bigint | boolean;

/**
 * A comparison. NaN equals itself and is greater than every other number, as it sorts; -0 equals 0. Strings compare by code points, false
 * comes before true. Numbers, times and durations of different types compare exactly.
 */
function comparison(
  name: Comparison,
  sign: string,
  text: string,
  onNumbers: (a: Comparable, b: Comparable) => boolean,
  onOrder: (order: number) => boolean,
): ScalarFunction {
  return {
    name,
    signature: `${name}(a, b)`,
    doc: `\`a ${text} b\`; NULL where either is NULL.`,
    examples: [
      { args: [1, 2].map(value => ({ type: FLOAT64, value })), result: onNumbers(1, 2) },
      { args: ['b', 'b'].map(value => ({ type: STRING, value })), result: onOrder(0) },
      { args: [NaN, NaN].map(value => ({ type: FLOAT64, value })), result: onOrder(0) },
      { args: [NaN, Infinity].map(value => ({ type: FLOAT64, value })), result: onOrder(1) },
      {
        args: [
          { type: decimalType(3, 1), value: 15n },
          { type: INT64, value: 1n },
        ],
        result: onOrder(1),
      },
    ],
    nulls: 'propagate',
    sql: infix(name === 'ne' ? '<>' : sign === '===' ? '=' : sign),
    bind(args) {
      requireCount(name, args, 2);
      return { args: comparedTypes(name, args), type: BOOLEAN, nullable: anyNullable(args) };
    },
    evaluate(args, call) {
      const [a, b] = alignedValues(args, call);
      if (typeof a === 'string' && typeof b === 'string') return onOrder(compareStrings(a, b));
      if (a !== a || b !== b) return onOrder(Number(a !== a) - Number(b !== b));
      return onNumbers(a as Comparable, b as Comparable);
    },
    emit(args, call, scope) {
      const [a, b] = alignedText(args, call, scope);
      const isFloat = call.args[0].type.kind === 'float64';
      return { value: isFloat ? floatText(name, a, b, call, scope) : `(${a.value} ${sign} ${b.value})` };
    },
  };
}

export const eq = comparison(
  'eq',
  '===',
  '=',
  (a, b) => a === b,
  order => order === 0,
);
export const ne = comparison(
  'ne',
  '!==',
  '≠',
  (a, b) => a !== b,
  order => order !== 0,
);
export const lt = comparison(
  'lt',
  '<',
  '<',
  (a, b) => a < b,
  order => order < 0,
);
export const le = comparison(
  'le',
  '<=',
  '≤',
  (a, b) => a <= b,
  order => order <= 0,
);
export const gt = comparison(
  'gt',
  '>',
  '>',
  (a, b) => a > b,
  order => order > 0,
);
export const ge = comparison(
  'ge',
  '>=',
  '≥',
  (a, b) => a >= b,
  order => order >= 0,
);
