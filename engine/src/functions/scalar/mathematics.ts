import { FLOAT64 } from '../../columns/types.js';
import type { ScalarFunction, SqlForms } from '../../expr/function.js';
import { named, sqlCall } from './sql.js';
import { anyNullable, commonNumber, requireCount } from './types.js';

/** A function of JavaScript's `Math` over float64. */
function mathematical(
  name: string,
  member: 'sqrt' | 'log' | 'exp',
  doc: string,
  x: number,
  sql: SqlForms,
): ScalarFunction {
  return {
    name,
    signature: `${name}(x)`,
    doc,
    examples: [{ args: [{ type: FLOAT64, value: x }], result: Math[member](x) }],
    nulls: 'propagate',
    sql,
    bind(args) {
      requireCount(name, args, 1);
      commonNumber(name, args);
      return { args: [FLOAT64], type: FLOAT64, nullable: anyNullable(args) };
    },
    evaluate: ([value]) => Math[member](value as number),
    emit: ([value]) => ({ value: `Math.${member}(${value.value})` }),
  };
}

export const sqrt = mathematical('sqrt', 'sqrt', 'The square root; NaN of a negative number.', 2, {
  duckdb: ([x]) => `(CASE WHEN ${x} < 0 THEN CAST('NaN' AS DOUBLE) ELSE SQRT(${x}) END)`,
  flink: sqlCall('SQRT'),
});
export const ln = mathematical(
  'ln',
  'log',
  'The natural logarithm; -Infinity of 0, NaN of a negative number.',
  10,
  {
    duckdb: ([x]) =>
      `(CASE WHEN ${x} < 0 THEN CAST('NaN' AS DOUBLE) WHEN ${x} = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE LN(${x}) END)`,
    flink: sqlCall('LN'),
  },
);
export const exp = mathematical('exp', 'exp', 'e to the power of `x`.', 1, named('EXP'));

export const pow: ScalarFunction = {
  name: 'pow',
  signature: 'pow(a, b)',
  doc: '`a` to the power of `b`, as float64.',
  examples: [{ args: [2, 10].map(value => ({ type: FLOAT64, value })), result: 1024 }],
  nulls: 'propagate',
  aliases: ['POWER'],
  sql: named('POWER'),
  bind(args) {
    requireCount('pow', args, 2);
    commonNumber('pow', args);
    return { args: [FLOAT64, FLOAT64], type: FLOAT64, nullable: anyNullable(args) };
  },
  evaluate: ([a, b]) => Math.pow(a as number, b as number),
  emit: ([a, b]) => ({ value: `Math.pow(${a.value}, ${b.value})` }),
};
