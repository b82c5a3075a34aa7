import { expect, test } from 'vitest';
import { INT64 } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import { CENSUS_LIMITS, GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';

const BATCH = 1000;

/** An index that gets new keys alone, and a census of which the last `alive` groups hold something. */
function run(batches: number, alive: number) {
  const index = new GroupIndex([INT64]);
  let looked = 0;
  let most = 0;
  const census = new GroupCensus(holds => {
    looked += holds.length;
    holds.fill(1, Math.max(0, holds.length - alive));
  });
  for (let batch = 0; batch < batches; batch++) {
    const keys = Array.from({ length: BATCH }, (_, k) => BigInt(batch * BATCH + k));
    index.assign([columnOf(INT64, keys, null)], BATCH);
    census.take(index);
    most = Math.max(most, index.size);
  }
  return { looked, most, index };
}

test.each([[0], [100], [10_000], [Infinity]])(
  'a count costs a constant for each new group, and numbers are at most twice those alive (%d)',
  alive => {
    const { looked, most } = run(300, alive);
    expect(looked).toBeLessThanOrEqual(3 * 300 * BATCH);
    expect(most).toBeLessThanOrEqual(Math.max(CENSUS_LIMITS.least, CENSUS_LIMITS.growth * alive) + BATCH);
  },
);

test('groups that are kept have numbers in the order of their old ones, and are found by their keys', () => {
  const index = new GroupIndex([INT64]);
  const keys = Array.from({ length: CENSUS_LIMITS.least }, (_, k) => BigInt(k));
  const column = columnOf(INT64, keys, null);
  index.assign([column], keys.length);
  const census = new GroupCensus(holds => {
    for (let group = 0; group < holds.length; group += 3) holds[group] = 1;
  });
  const { kept, numberOf } = census.take(index)!;
  expect(Array.from(kept.subarray(0, 4))).toEqual([0, 3, 6, 9]);
  expect(Array.from(numberOf.subarray(0, 5))).toEqual([0, -1, -1, 1, -1]);
  expect(index.size).toBe(kept.length);
  expect(Array.from(index.assign([columnOf(INT64, [9n, 0n, 1n], null)], 3).subarray(0, 3))).toEqual([
    3,
    0,
    kept.length,
  ]);
});
