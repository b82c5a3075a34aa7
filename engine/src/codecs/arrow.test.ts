import { expect, test } from 'vitest';
import { BOOLEAN, DATE, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import { decodeArrow, encodeArrow } from './arrow.js';

const CASES: readonly (readonly [Parameters<typeof columnOf>[0], readonly Value[]])[] = [
  [BOOLEAN, [true, false, null, true]],
  [INT32, [1, -2, null, 2147483647]],
  [INT64, [1n, -2n, null, 9007199254740993n]],
  [INT64, [1n, -4294967297n, 9007199254740991n, 0n]],
  [FLOAT64, [1.5, -0, null, NaN]],
  [STRING, ['a', '', null, '__proto__']],
  [DATE, [0, 20_000, null, -1]],
  [timestampType('us'), [1_700_000_000_000_001n, null, -1n, 0n]],
  [timestampType('ns'), [1_700_000_000_000_000_001n, null, -1n, 0n]],
];

test('every type comes back as it was, NULLs and wide values included', () => {
  const fields = CASES.map(([type], k) => ({ name: `c${k}`, type, nullable: true }));
  const columns = CASES.map(([type, values]) => columnOf(type, values));
  const decoded = decodeArrow(encodeArrow(fields, columns, 4));
  expect(decoded.fields).toEqual(fields);
  CASES.forEach(([, values], k) => {
    expect([0, 1, 2, 3].map(row => valueAt(decoded.columns[k], row))).toEqual(values);
  });
});

test('no rows are a table without rows', () => {
  const fields = CASES.map(([type], k) => ({ name: `c${k}`, type, nullable: true }));
  const decoded = decodeArrow(
    encodeArrow(
      fields,
      CASES.map(([type]) => columnOf(type, [])),
      0,
    ),
  );
  expect(decoded.length).toBe(0);
  expect(decoded.fields).toEqual(fields);
});
