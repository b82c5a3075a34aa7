import { expect, test } from 'vitest';
import { INT64 } from '../columns/types.js';
import { LookupCache } from './lookupCache.js';
import { keyText } from './userFunctions.js';

const textOf = (id: number): string => keyText([id]);
const asked = (id: number) => ({ text: textOf(id), key: { id } });

/** A cache over rows `{ id, square }` of even ids, and the keys that it has asked for. */
function squares(size: number, ttlUs: number) {
  const calls: number[][] = [];
  const cache = new LookupCache(
    async keys => {
      const ids = keys.map(key => key.id as number);
      calls.push(ids);
      await Promise.resolve();
      return ids.filter(id => id % 2 === 0).map(id => ({ id, square: id * id }));
    },
    [{ name: 'id', type: INT64, nullable: false }],
    size,
    ttlUs,
  );
  const find = async (nowUs: number | null, ...ids: number[]) => {
    const found = await cache.find(ids.map(asked), nowUs);
    return ids.map(id => found.get(textOf(id))!.length);
  };
  return { calls, find };
}

test('answers are kept for so long by the clock', async () => {
  const { calls, find } = squares(10, 1000);
  expect(await find(0, 2, 3)).toEqual([1, 0]);
  expect(await find(999, 2, 3)).toEqual([1, 0]);
  expect(calls).toEqual([[2, 3]]);
  expect(await find(1000, 3)).toEqual([0]);
  expect(calls).toEqual([[2, 3], [3]]);
  // Without a clock no time passes.
  await find(null, 2);
  expect(calls).toHaveLength(2);
});

test('a key that is being asked for is not asked for again, with a cache or without', async () => {
  const { calls, find } = squares(0, Infinity);
  await Promise.all([find(0, 2, 2), find(0, 2, 4)]);
  expect(calls).toEqual([[2], [4]]);
  await find(0, 2);
  expect(calls).toHaveLength(3);
});

test('keys that were used longest ago go first', async () => {
  const { calls, find } = squares(2, Infinity);
  await find(0, 2, 4);
  await find(0, 2);
  await find(0, 6);
  await find(0, 2);
  expect(calls).toEqual([[2, 4], [6]]);
  await find(0, 4);
  expect(calls).toEqual([[2, 4], [6], [4]]);
});
