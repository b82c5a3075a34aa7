import { BOOLEAN, FLOAT64, STRING } from '../../columns/types.js';
import type { BoundCall, ScalarFunction } from '../../expr/function.js';
import { compareStrings } from '../aggregate/text.js';
import { infix } from './sql.js';
import { anyNullable, commonType, requireCount } from './types.js';

type Comparable = number | bigint | boolean;

/**
 * A comparison. Numbers compare as IEEE 754 says: any comparison with NaN is false but `ne`, and -0 equals 0. Strings compare
 * by code points, false comes before true.
 */
function comparison(
  name: string,
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
      { args: [NaN, NaN].map(value => ({ type: FLOAT64, value })), result: name === 'ne' },
    ],
    nulls: 'propagate',
    sql: {
      ...infix(sqlSign(sign)),
      duckdb: (args, call) => duckdbComparison(name, sqlSign(sign), args, call),
    },
    bind(args) {
      requireCount(name, args, 2);
      const type = commonType(name, args);
      return { args: [type, type], type: BOOLEAN, nullable: anyNullable(args) };
    },
    evaluate([a, b]) {
      if (typeof a === 'string' && typeof b === 'string') return onOrder(compareStrings(a, b));
      return onNumbers(a as Comparable, b as Comparable);
    },
    emit: ([a, b]) => ({ value: `(${a.value} ${sign} ${b.value})` }),
  };
}

function sqlSign(sign: string): string {
  return sign === '!==' ? '<>' : sign === '===' ? '=' : sign;
}

/** To DuckDB NaN equals itself and is the greatest number; here no comparison with it holds. */
function duckdbComparison(name: string, sign: string, [a, b]: readonly string[], call: BoundCall): string {
  const text = `(${a} ${sign} ${b})`;
  if (call.args[0].type.kind !== 'float64') return text;
  const holds = name === 'ne' ? 'TRUE' : 'FALSE';
  return `(CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ISNAN(${a}) OR ISNAN(${b}) THEN ${holds} ELSE ${text} END)`;
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
