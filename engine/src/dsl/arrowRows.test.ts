import { describe, expect, it } from 'vitest';
import { encodeArrow } from '../codecs/arrow.js';
import { FLOAT64, INT64, STRING } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import { rowsOfArrow } from './arrowRows.js';

const fields = [
  { name: '__proto__', type: STRING, nullable: true },
  { name: 'constructor', type: INT64, nullable: false },
  { name: 'price', type: FLOAT64, nullable: true },
];
const columns = [
  columnOf(STRING, ['', null]),
  columnOf(INT64, [2n ** 53n - 1n, -7n]),
  columnOf(FLOAT64, [-0, null]),
];
const arrow = encodeArrow(fields, columns, 2);

describe('rows', () => {
  it('have columns of any name as their own', () => {
    const rows = rowsOfArrow<Record<string, unknown>>(arrow, fields, {});
    expect(rows.map(row => Object.entries(row))).toEqual([
      [
        ['__proto__', ''],
        ['constructor', 2 ** 53 - 1],
        ['price', -0],
      ],
      [
        ['__proto__', null],
        ['constructor', -7],
        ['price', null],
      ],
    ]);
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
  });

  it('are read of bytes that lie anywhere', () => {
    const shifted = new Uint8Array(arrow.length + 3);
    shifted.set(arrow, 3);
    expect(rowsOfArrow(shifted.subarray(3), fields, {})).toEqual(rowsOfArrow(arrow, fields, {}));
  });
});
