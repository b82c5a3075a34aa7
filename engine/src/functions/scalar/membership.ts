import { BOOLEAN, INT64, STRING } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { ScalarFunction } from '../../expr/function.js';
import { compareStrings } from '../aggregate/text.js';
import { inBoth } from './sql.js';
import { anyNullable, commonType, requireCount } from './types.js';

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
    const type = commonType('isIn', args);
    return { args: args.map(() => type), type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate([x, ...set]) {
    if (x === null) return null;
    if (x === x && set.includes(x)) return true;
    return set.includes(null) ? null : false;
  },
  emit([x, ...set], _call, scope) {
    const value = scope.local(x.value);
    const tests = set.map(item => {
      const equal = `${value} === ${item.value}`;
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
  sql: {
    flink: ([x, low, high]) => `(${x} BETWEEN ${low} AND ${high})`,
    // To DuckDB NaN is the greatest number; here no comparison with it holds.
    duckdb: ([x, low, high], call) => {
      if (call.args[0].type.kind !== 'float64') return `(${x} BETWEEN ${low} AND ${high})`;
      const compare = (a: string, b: string) =>
        `(CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ISNAN(${a}) OR ISNAN(${b}) THEN FALSE ELSE ${a} <= ${b} END)`;
      return `(${compare(low, x)} AND ${compare(x, high)})`;
    },
  },
  bind(args) {
    requireCount('between', args, 3);
    const type = commonType('between', args);
    return { args: [type, type, type], type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate([x, low, high]) {
    if (x === null) return null;
    if ((low !== null && !atMost(low, x)) || (high !== null && !atMost(x, high))) return false;
    return low === null || high === null ? null : true;
  },
  emit([x, low, high], _call, scope) {
    const value = scope.local(x.value);
    const text = `(${value} >= ${low.value} && ${value} <= ${high.value})`;
    if (x.valid === null && low.valid === null && high.valid === null) return { value: text };
    const [ofX, ofLow, ofHigh] = [x, low, high].map(arg => arg.valid ?? 'true');
    const outside = scope.local(
      `(${ofX}) && ((${ofLow}) && !(${low.value} <= ${value}) || (${ofHigh}) && !(${value} <= ${high.value}))`,
    );
    return { value: `!${outside}`, valid: `(${outside} || (${ofX}) && (${ofLow}) && (${ofHigh}))` };
  },
};

function atMost(a: NonNullable<Value>, b: NonNullable<Value>): boolean {
  return typeof a === 'string' ? compareStrings(a, b as string) <= 0 : a <= b;
}
