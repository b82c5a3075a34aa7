import { BOOLEAN, INT64, STRING } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { alignedText, alignedValues, comparedTypes } from './aligned.js';
import { compareValues, floatText } from './nanOrder.js';
import { inBoth } from './sql.js';
import { anyNullable, requireCount } from './types.js';

export const isIn: ScalarFunction = {
  name: 'isIn',
  signature: 'isIn(x, value, …)',
  doc: 'Whether the first argument equals one of the others; NULL of NULL, and where a NULL among the others might be it.',
  examples: [
    { args: ['b', 'a', 'b'].map(value => ({ type: STRING, value })), result: true },
    { args: [3n, 1n, 2n].map(value => ({ type: INT64, value })), result: false },
  ],
  nulls: 'own',
  sql: inBoth(([x, ...set]) =>
    set.length === 0 ? `(${x} IS NULL AND NULL)` : `(${x} IN (${set.join(', ')}))`,
  ),
  bind(args) {
    requireCount('isIn', args, 1, Infinity);
    return { args: comparedTypes('isIn', args), type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate(args, call) {
    const [x, ...set] = alignedValues(args, call);
    if (x === null) return null;
    if (set.includes(x)) return true;
    return set.includes(null) ? null : false;
  },
  emit(args, call, scope) {
    const [x, ...set] = alignedText(args, call, scope);
    const value = scope.local(x.value);
    const one = { ...x, value };
    const isFloat = call.args[0].type.kind === 'float64';
    const tests = set.map((item, i) => {
      const pair = { ...call, args: [call.args[0], call.args[i + 1]] };
      const equal = isFloat ? floatText('eq', one, item, pair, scope) : `${value} === ${item.value}`;
      return item.valid === null ? equal : `(${item.valid} && ${equal})`;
    });
    const found = tests.length === 0 ? 'false' : scope.local(tests.join(' || '));
    const unsure = set.flatMap(item => (item.valid === null ? [] : [item.valid]));
    if (unsure.length === 0) return { value: found, valid: x.valid };
    const valid = `(${found} || (${unsure.join(' && ')}))`;
    return { value: found, valid: x.valid === null ? valid : `(${x.valid} && ${valid})` };
  },
};

export const between: ScalarFunction = {
  name: 'between',
  signature: 'between(x, low, high)',
  doc: '`low ≤ x and x ≤ high`, both ends included, in three-valued logic: false where one of the two is, else NULL where any is NULL.',
  examples: [
    { args: [2n, 1n, 2n].map(value => ({ type: INT64, value })), result: true },
    { args: ['c', 'a', 'b'].map(value => ({ type: STRING, value })), result: false },
    { args: [3n, null, 2n].map(value => ({ type: INT64, value })), result: false },
    { args: [1n, null, 2n].map(value => ({ type: INT64, value })), result: null },
  ],
  nulls: 'own',
  sql: inBoth(([x, low, high]) => `(${x} BETWEEN ${low} AND ${high})`),
  bind(args) {
    requireCount('between', args, 3);
    return { args: comparedTypes('between', args), type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate(args, call) {
    const [x, low, high] = alignedValues(args, call);
    if (x === null) return null;
    if ((low !== null && compareValues(low, x) > 0) || (high !== null && compareValues(x, high) > 0))
      return false;
    return low === null || high === null ? null : true;
  },
  emit(args, call, scope) {
    const [x, low, high] = alignedText(args, call, scope);
    const one = { ...x, value: scope.local(x.value) };
    const [of, from, to] = call.args;
    const isFloat = of.type.kind === 'float64';
    const above = isFloat
      ? floatText('ge', one, low, { ...call, args: [of, from] }, scope)
      : `${one.value} >= ${low.value}`;
    const below = isFloat
      ? floatText('le', one, high, { ...call, args: [of, to] }, scope)
      : `${one.value} <= ${high.value}`;
    if (x.valid === null && low.valid === null && high.valid === null)
      return { value: `(${above} && ${below})` };
    const [ofX, ofLow, ofHigh] = [x, low, high].map(arg => arg.valid ?? 'true');
    const outside = scope.local(`(${ofX}) && ((${ofLow}) && !(${above}) || (${ofHigh}) && !(${below}))`);
    return { value: `!${outside}`, valid: `(${outside} || (${ofX}) && (${ofLow}) && (${ofHigh}))` };
  },
};
