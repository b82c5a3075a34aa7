import { FLOAT64 } from '../../columns/types.js';
import type { ScalarFunction, SqlForms } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { named, sqlCall } from './sql.js';

type Member =
  | ('sqrt' | 'cbrt' | 'exp' | 'log' | 'log2' | 'log10')
  | ('sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh');

/** A function of JavaScript's `Math` over float64. */
function mathematical(name: string, member: Member, doc: string, x: number, sql: SqlForms): ScalarFunction {
  return fixedFunction({
    name,
    signature: `${name}(x)`,
    doc,
    examples: [[[x], Math[member](x)]],
    args: [FLOAT64],
    type: FLOAT64,
    sql,
    evaluate: ([value]) => Math[member](value as number),
    emit: ([value]) => ({ value: `Math.${member}(${value.value})` }),
  });
}

const NAN = "CAST('NaN' AS DOUBLE)";

/** DuckDB refuses what is out of the range of a function, where floating-point arithmetic has NaN. */
function nanWhere(outside: (x: string) => string, name: string): SqlForms {
  return {
    duckdb: ([x], call) => `(CASE WHEN ${outside(x)} THEN ${NAN} ELSE ${sqlCall(name)([x], call)} END)`,
    flink: sqlCall(name),
  };
}

function logarithm(name: string): SqlForms {
  return {
    duckdb: ([x]) =>
      `(CASE WHEN ${x} < 0 THEN ${NAN} WHEN ${x} = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE ${name}(${x}) END)`,
    flink: sqlCall(name),
  };
}

const negative = (x: string) => `${x} < 0`;
const beyondOne = (x: string) => `NOT ISNAN(${x}) AND ABS(${x}) > 1`;
const infinite = (x: string) => `ISINF(${x})`;

export const sqrt = mathematical(
  'sqrt',
  'sqrt',
  'The square root; NaN of a negative number.',
  2,
  nanWhere(negative, 'SQRT'),
);
export const cbrt = mathematical('cbrt', 'cbrt', 'The cube root.', 27, {
  duckdb: sqlCall('CBRT'),
  flink: null,
});
export const ln = mathematical(
  'ln',
  'log',
  'The natural logarithm; -Infinity of 0, NaN of a negative number.',
  10,
  logarithm('LN'),
);
export const log10 = mathematical('log10', 'log10', 'The logarithm to base 10.', 1000, logarithm('LOG10'));
export const log2 = mathematical('log2', 'log2', 'The logarithm to base 2.', 8, logarithm('LOG2'));
export const exp = mathematical('exp', 'exp', 'e to the power of `x`.', 1, named('EXP'));

export const sin = mathematical(
  'sin',
  'sin',
  'The sine of an angle in radians.',
  1,
  nanWhere(infinite, 'SIN'),
);
export const cos = mathematical(
  'cos',
  'cos',
  'The cosine of an angle in radians.',
  1,
  nanWhere(infinite, 'COS'),
);
export const tan = mathematical(
  'tan',
  'tan',
  'The tangent of an angle in radians.',
  1,
  nanWhere(infinite, 'TAN'),
);
export const asin = mathematical(
  'asin',
  'asin',
  'The angle in radians whose sine is `x`; NaN beyond ±1.',
  0.5,
  nanWhere(beyondOne, 'ASIN'),
);
export const acos = mathematical(
  'acos',
  'acos',
  'The angle in radians whose cosine is `x`; NaN beyond ±1.',
  0.5,
  nanWhere(beyondOne, 'ACOS'),
);
export const atan = mathematical(
  'atan',
  'atan',
  'The angle in radians whose tangent is `x`.',
  0.5,
  named('ATAN'),
);
export const sinh = mathematical('sinh', 'sinh', 'The hyperbolic sine.', 1, named('SINH'));
export const cosh = mathematical('cosh', 'cosh', 'The hyperbolic cosine.', 1, named('COSH'));
export const tanh = mathematical('tanh', 'tanh', 'The hyperbolic tangent.', 1, named('TANH'));

export const pow = fixedFunction({
  name: 'pow',
  signature: 'pow(a, b)',
  doc: '`a` to the power of `b`, as float64.',
  examples: [[[2, 10], 1024]],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  aliases: ['POWER'],
  sql: named('POWER'),
  evaluate: ([a, b]) => Math.pow(a as number, b as number),
  emit: ([a, b]) => ({ value: `Math.pow(${a.value}, ${b.value})` }),
});

export const atan2 = fixedFunction({
  name: 'atan2',
  signature: 'atan2(y, x)',
  doc: 'The angle in radians between the x axis and the point (`x`, `y`), from -π to π.',
  examples: [[[1, -1], Math.atan2(1, -1)]],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  sql: named('ATAN2'),
  evaluate: ([y, x]) => Math.atan2(y as number, x as number),
  emit: ([y, x]) => ({ value: `Math.atan2(${y.value}, ${x.value})` }),
});
