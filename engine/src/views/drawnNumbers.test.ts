import { expect, test } from 'vitest';
import { toVegaValue, wallClock } from '@millrace/protocol';
import {
  DATE,
  decimalType,
  durationType,
  FLOAT64,
  INT64,
  STRING,
  timestampType,
  typeName,
} from '../columns/types.js';
import { columnOf, type Value } from '../columns/values.js';
import { drawnNumbers, SeriesNumbers } from './drawnNumbers.js';

const INTEGERS = [0n, 1n, -1n, 1_767_623_400_123_456n, -7n, 86_399_999_999n, null];
const WIDE = [...INTEGERS, 1_767_623_400_123_456_789n, 2n ** 62n];
const UNITS = ['s', 'ms', 'us', 'ns'] as const;

test('numbers are those that the front end draws, to the last digit', () => {
  const wall = wallClock('America/New_York');
  const cases = [
    ...UNITS.flatMap(unit => [timestampType(unit), durationType(unit)]),
    INT64,
    decimalType(18, 3),
    decimalType(5, 0),
  ].flatMap(type => [INTEGERS, WIDE].map(values => [type, values as readonly Value[]] as const));
  cases.push([FLOAT64, [0, -0, 1.5, NaN, Infinity, null]], [DATE, [0, -1, 20_458, null]]);
  for (const [type, values] of cases) {
    const column = columnOf(type, values);
    for (const zone of [undefined, wall]) {
      const drawn = drawnNumbers(column, zone);
      values.forEach((value, row) => {
        const wanted =
          value === null
            ? NaN
            : Number(toVegaValue(typeName(type), value, type.kind === 'timestamp' ? zone : undefined));
        expect(drawn(row), `${typeName(type)} ${String(value)}`).toBe(wanted);
      });
    }
  }
});

test('series are numbered by their values, and NULL is one', () => {
  const numbers = new SeriesNumbers();
  const column = columnOf(STRING, ['a', null, 'b', 'a', null, '__proto__']);
  expect([0, 1, 2, 3, 4, 5].map(row => numbers.of(column, row))).toEqual([0, 1, 2, 0, 1, 3]);
  expect(numbers.count).toBe(4);
  numbers.clear();
  const floats = columnOf(FLOAT64, [1, NaN, NaN, 0, -0]);
  expect([0, 1, 2, 3, 4].map(row => numbers.of(floats, row))).toEqual([0, 1, 1, 2, 2]);
});
