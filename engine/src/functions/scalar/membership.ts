import { BOOLEAN, INT64, STRING } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { compareStrings } from '../aggregate/text.js';
import { anyNullable, commonType, requireCount } from './types.js';

export const isIn: ScalarFunction = {
  name: 'isIn',
  doc: 'Whether the first argument equals one of the others; NULL of NULL. NULLs among the others are passed over.',
  examples: [
    { args: ['b', 'a', 'b'].map(value => ({ type: STRING, value })), result: true },
    { args: [3n, 1n, 2n].map(value => ({ type: INT64, value })), result: false },
  ],
  nulls: 'own',
  bind(args) {
    requireCount('isIn', args, 1, Infinity);
    const type = commonType('isIn', args);
    return { args: args.map(() => type), type: BOOLEAN, nullable: args[0].nullable };
  },
  evaluate: ([x, ...set]) => (x === null ? null : set.includes(x) && x === x),
  emit([x, ...set], _call, scope) {
    const value = scope.local(x.value);
    const tests = set.map(item => {
      const equal = `${value} === ${item.value}`;
      return item.valid === null ? equal : `(${item.valid} && ${equal})`;
    });
    return { value: tests.length === 0 ? 'false' : `(${tests.join(' || ')})`, valid: x.valid };
  },
};

export const between: ScalarFunction = {
  name: 'between',
  doc: '`low ≤ x ≤ high`, both ends included; NULL where any is NULL.',
  examples: [
    { args: [2n, 1n, 2n].map(value => ({ type: INT64, value })), result: true },
    { args: ['c', 'a', 'b'].map(value => ({ type: STRING, value })), result: false },
  ],
  nulls: 'propagate',
  bind(args) {
    requireCount('between', args, 3);
    const type = commonType('between', args);
    return { args: [type, type, type], type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate([x, low, high]) {
    if (typeof x === 'string')
      return compareStrings(x, low as string) >= 0 && compareStrings(x, high as string) <= 0;
    return (x as number) >= (low as number) && (x as number) <= (high as number);
  },
  emit([x, low, high], _call, scope) {
    const value = scope.local(x.value);
    return { value: `(${value} >= ${low.value} && ${value} <= ${high.value})` };
  },
};
