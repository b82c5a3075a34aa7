import { expect, test } from 'vitest';
import { seededRandom } from '../../engine/src/sources/random.js';
import { Sequences, type SequenceEvent } from '../../engine/src/sources/sequences.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200) * 5;
const SEED = Number(process.env.MILLRACE_SEED ?? 1);
const UNKNOWN = { first: 0, last: null };

function told(
  numbers: readonly (number | bigint | 'connected')[],
  range: { first: number; last: number | null } = UNKNOWN,
) {
  const events: SequenceEvent[] = [];
  const sequences = new Sequences(range, event => events.push(event));
  for (const number of numbers) {
    if (number === 'connected') sequences.connected();
    else sequences.see('k', number);
  }
  return events.map(({ event, expected, got, missing }) => [event, Number(expected), Number(got), missing]);
}

test('numbers that go up by one tell nothing', () => {
  expect(told([5, 6, 7, 'connected', 8])).toEqual([]);
  expect(told([1n, 2n, 3n])).toEqual([]);
});

test('what is missing is a gap, once, and what comes late is no repetition', () => {
  expect(told([1, 2, 5, 6, 4, 4, 9])).toEqual([
    ['gap', 3, 5, 2],
    ['late', 7, 4, null],
    ['gap', 7, 9, 2],
  ]);
});

test('a gap may lie over a connection that was lost', () => {
  expect(told([1, 2, 'connected', 7])).toEqual([['gap', 3, 7, 4]]);
});

test('numbers begin anew with a connection, at the first number, or by going on from an old one', () => {
  expect(told([40, 41, 'connected', 7, 8])).toEqual([['reset', 42, 7, null]]);
  expect(told([40, 41, 0, 1, 2])).toEqual([['reset', 42, 0, null]]);
  expect(told([40, 41, 20, 21, 22, 23, 24])).toEqual([['reset', 42, 20, null]]);
  // The same message again, though over another connection.
  expect(told([40, 41, 'connected', 41, 42])).toEqual([]);
});

test('numbers roll over where they are said to, and at powers of two', () => {
  expect(told([98, 99, 1, 2], { first: 1, last: 99 })).toEqual([]);
  expect(told([97, 2, 99], { first: 1, last: 99 })).toEqual([
    ['gap', 98, 2, 3],
    ['late', 3, 99, null],
  ]);
  expect(told([2 ** 32 - 2, 2 ** 32 - 1, 0, 1])).toEqual([]);
  expect(told([2 ** 31 - 2, 3])).toEqual([['gap', 2 ** 31 - 1, 3, 4]]);
});

test('numbers beyond the safe ones are exact', () => {
  const base = 2n ** 62n;
  expect(told([base, base + 1n, base + 4n, base + 2n])).toMatchObject([
    ['gap', Number(base + 2n), Number(base + 4n), 2],
    ['late', Number(base + 5n), Number(base + 2n), null],
  ]);
  expect(told([Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, 2n ** 53n, 2n ** 53n + 1n])).toEqual([]);
});

test('keys and gaps that are remembered are bounded', () => {
  const sequences = new Sequences(UNKNOWN, () => undefined);
  for (let i = 0; i < 150_000; i++) sequences.see(`k${i}`, 1);
  expect(sequences.hasOverflowed).toBe(true);
  for (let i = 0; i < 100_000; i++) sequences.see('k1', 3 * i);
});

test(`${RUNS} random histories: gaps less late ones are what did not come`, () => {
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const random = seededRandom(seed);
    const size = random() < 0.5 ? 4000 : null;
    const start = Math.floor(random() * 4000);
    const count = 50 + Math.floor(random() * 3000);
    const came: number[] = [];
    for (let n = 0; n < count; n++) {
      if (random() < 0.02) continue;
      came.push(n);
      if (random() < 0.02) came.push(n);
      if (random() < 0.02 && came.length > 4) {
        // One comes a few places later.
        const [late] = came.splice(came.length - 1 - Math.floor(random() * 4), 1);
        came.push(late);
      }
    }
    const missing = new Set<number>();
    let expected: SequenceEvent[] = [];
    const sequences = new Sequences({ first: 0, last: size === null ? null : size - 1 }, event =>
      expected.push(event),
    );
    let highest = came[0];
    for (const n of came) {
      sequences.see(null, size === null ? start + n : (start + n) % size);
      for (const { event, missing: count } of expected) {
        if (event === 'gap') for (let i = 1; i <= count!; i++) missing.add(n - i);
        else if (event === 'late') missing.delete(n);
        else throw new Error(`seed ${seed}: a reset at ${n}`);
      }
      expected = [];
      highest = Math.max(highest, n);
    }
    const set = new Set(came);
    const truth = [];
    for (let n = came[0]; n <= highest; n++) if (!set.has(n)) truth.push(n);
    expect(
      [...missing].sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(truth);
  }
});
