import { describe, expect, test } from 'vitest';
import { columnOf, valueAt } from '../columns/values.js';
import { FLOAT64, INT64, STRING, type DataType } from '../columns/types.js';
import type { Lane } from '../columns/column.js';
import type { Value } from '../columns/values.js';
import { seededRandom } from '../sources/random.js';
import { packColumn, unpackColumn } from './packedColumns.js';
import { PackedBytes, packNumbers, unpackNumbers } from './packedNumbers.js';

const seed = Number(process.env.MILLRACE_SEED ?? 5);
const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);

/** Through JSON, as a page has them. */
function again(lane: Lane): Lane {
  const to = new PackedBytes();
  to.add(new Uint8Array(3));
  const packed = packNumbers(lane, to);
  return unpackNumbers(JSON.parse(JSON.stringify(packed)) as typeof packed, to.bytes());
}

describe('numbers that are packed come back bit for bit', () => {
  test.each<[string, Lane]>([
    ['none', new Float64Array(0)],
    ['one', Float64Array.of(7)],
    ['equal ones', new Float64Array(1000).fill(-3)],
    ['times', Float64Array.from({ length: 500 }, (_, k) => 1_767_623_400_000_000 + k * k)],
    ['prices', Float64Array.from({ length: 500 }, (_, k) => Math.round(10_000 + 300 * Math.sin(k)) / 100)],
    ['what is no decimal', Float64Array.from({ length: 500 }, (_, k) => Math.sin(k))],
    ['-0', Float64Array.of(0, -0, 1)],
    ['NaN and infinities', Float64Array.of(NaN, Infinity, -Infinity, 0.1)],
    ['the least and the greatest', Float64Array.of(-Number.MAX_VALUE, 5e-324, Number.MAX_VALUE)],
    ['the ends of safe integers', Float64Array.of(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0)],
    ['codes', Int32Array.of(0, 1, 2, 1, 0)],
    ['the ends of int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0)],
    ['flags', Uint8Array.of(1, 1, 0, 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n)],
  ])('%s', (_, lane) => {
    const back = again(lane);
    expect(back.constructor).toBe(lane.constructor);
    expect([...back].map(value => (Object.is(value, -0) ? '-0' : String(value)))).toEqual(
      [...lane].map(value => (Object.is(value, -0) ? '-0' : String(value))),
    );
  });

  test('random ones of every size', () => {
    const random = seededRandom(seed);
    for (let run = 0; run < RUNS; run++) {
      const size = 10 ** Math.floor(random() * 17);
      const parts = 10 ** Math.floor(random() * 8);
      const lane = Float64Array.from(
        { length: Math.floor(random() * 50) },
        () => Math.round((random() - 0.5) * size) / parts,
      );
      expect([...again(lane)], `seed ${seed}, run ${run}`).toEqual([...lane]);
    }
  });
});

test('numbers of bytes that were cut off are an error', () => {
  const to = new PackedBytes();
  const packed = packNumbers(Float64Array.of(1, 2.5, 300), to);
  expect(() => unpackNumbers(packed, to.bytes().subarray(1))).toThrow(RangeError);
});

describe('columns', () => {
  const back = (type: DataType, values: readonly Value[]): Value[] => {
    const to = new PackedBytes();
    const packed = packColumn(columnOf(type, values), to);
    const copy = JSON.parse(JSON.stringify(packed)) as typeof packed;
    const column = unpackColumn(copy, { name: 'x', type, nullable: true }, values.length, to.bytes());
    return values.map((_, row) => valueAt(column, row));
  };

  test.each<[DataType, Value[]]>([
    [STRING, ['a', null, '', 'a', '</script>', '\ud800', 'ä€😀']],
    [STRING, [null, null]],
    [STRING, []],
    [INT64, [1n, null, 2n ** 60n, -1n]],
    [FLOAT64, [null, 0.5, null, 1e300]],
  ])('of %o', (type, values) => {
    expect(back(type, values)).toEqual(values);
  });

  test('one that nobody looks at has so many rows of anything', () => {
    const column = unpackColumn(null, { name: 'x', type: STRING, nullable: false }, 3, new Uint8Array(0));
    expect([0, 1, 2].map(row => valueAt(column, row))).toEqual(['', '', '']);
  });
});
