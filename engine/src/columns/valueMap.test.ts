import { describe, expect, it } from 'vitest';
import { hashBigInt, hashBytes, hashNumber, hashPair } from './hash.js';
import { ValueMap } from './valueMap.js';
import { Random } from '../../../tests/properties/random.js';

const SEED = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);

describe('a map of values', () => {
  it('is what a Map is', () => {
    const random = new Random(SEED);
    const keys = [
      0,
      -0,
      NaN,
      1,
      -1,
      0.5,
      2 ** 31,
      -(2 ** 31),
      2 ** 53,
      Infinity,
      1n,
      2n ** 63n - 1n,
      'a',
      '1',
      null,
      true,
    ];
    for (let run = 0; run < 200; run++) {
      const map = new ValueMap<unknown, number>();
      const oracle = new Map<unknown, number>();
      for (let step = 0; step < 60; step++) {
        const key = random.pick(keys);
        if (random.chance(0.4)) {
          map.delete(key);
          oracle.delete(key);
        } else {
          map.set(key, step);
          oracle.set(key, step);
        }
        expect(map.get(key), `seed ${SEED}`).toBe(oracle.get(key));
        expect(map.size).toBe(oracle.size);
      }
      const numbers = [...oracle].filter(([key]) => ['number', 'bigint'].includes(typeof key));
      const others = [...oracle].filter(([key]) => !['number', 'bigint'].includes(typeof key));
      // -0 is as good as 0 as the key of an entry.
      expect([...map.entries()].map(([key, item]) => [key === 0 ? 0 : key, item])).toEqual([
        ...numbers,
        ...others,
      ]);
      expect(map.keys().length).toBe(map.values().length);
    }
  });
});

const COUNT = 40_000;
/** How much of what random keys fill is filled: the secret numbers make it another share in each process, of 400 the worst 0.87. Keys that meet fill next to nothing. */
const FILLED = 0.7;
/** How many places of a table keys are at; random ones are at about 15,500 of 2^14 places. */
function places(hashes: readonly number[]): number {
  return new Set(hashes.map(hash => hash & 0x3fff)).size;
}
const family = <Key>(make: (k: number) => Key) => Array.from({ length: COUNT }, (_, k) => make(k));
const doubleOf = (high: number, low: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, high);
  view.setInt32(4, low);
  return view.getFloat64(0);
};

/** What an odd number has to be multiplied by to be 1. */
function reciprocal(odd: number): number {
  let found = 1;
  for (let k = 0; k < 6; k++) found = Math.imul(found, 2 - Math.imul(odd, found));
  return found;
}

/** The whole number that a known mixer maps to a hash: what whoever floods a table that has no secret sends. */
function inverse(hash: number): number {
  const unshifted = (value: number, by: number): number => {
    let found = value;
    for (let k = 0; k < 5; k++) found = value ^ (found >>> by);
    return found;
  };
  const middle = unshifted(Math.imul(unshifted(hash, 13), reciprocal(0x27d4eb2f)), 15);
  return Math.imul(middle, reciprocal(0x85ebca6b));
}

/** Each of these is two pieces that lead FNV-1a from one state to one: the texts that they make have all the same hash without a secret. */
const PIECES =
  '04pfs0lvja 03uzx0a2ad 09vl80apd6 04pvu0b3ea 05rnw0mpba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba 07rnw0opba';

function sameFnv(): string[] {
  const pieces = PIECES.split(' ').map(pair => [pair.slice(0, 5), pair.slice(5)]);
  return family(k => pieces.map((piece, bit) => piece[(k >> bit) & 1]).join(''));
}

describe('hashes spread what was made to meet', () => {
  const numbers: Record<string, () => readonly number[]> = {
    'one after the other': () => family(k => k),
    'steps of 2^16': () => family(k => k * 65_536),
    'steps of 2^32': () => family(k => k * 2 ** 32),
    'multiples of 2^20 and 0.5': () => family(k => k * 2 ** 20 + 0.5),
    'powers and fractions': () => family(k => (1 + (k % 4096) / 4096) * 2 ** Math.floor(k / 4096)),
    'the high bits of both words': () => family(k => doubleOf((k >>> 8) << 20, (k & 255) << 24)),
    'the low word': () => family(k => doubleOf(0x3ff00000, k)),
    'the inverse of the same mixer without a secret': () => family(k => inverse((k << 14) | 5)),
    'words whose products cancel out': () =>
      family(k => {
        const low = 7 * k + 1;
        return doubleOf(Math.imul(Math.imul(low, 0x85ebca6b) ^ 12_345, reciprocal(0xc2b2ae35)), low);
      }).filter(value => value === value && Math.abs(value) !== Infinity),
  };
  it.each(Object.entries(numbers))('numbers: %s', (_, make) => {
    const keys = [...new Set(make())];
    expect(places(keys.map(hashNumber))).toBeGreaterThan(FILLED * expected(keys.length));
  });

  it.each([
    ['steps of 2^32', (k: number) => BigInt(k) << 32n],
    ['steps of 2^48', (k: number) => BigInt(k) << 48n],
    ['the high bits of both words', (k: number) => (BigInt(k >>> 8) << 56n) | (BigInt(k & 255) << 24n)],
    ['ids that count up', (k: number) => 2n ** 62n + BigInt(k)],
  ])('whole numbers of 64 bits: %s', (_, make) => {
    const keys = [...new Set(family(k => BigInt.asIntN(64, make(k))))];
    expect(places(keys.map(hashBigInt))).toBeGreaterThan(FILLED * expected(keys.length));
  });

  it('pairs of numbers of groups', () => {
    for (const make of [
      (k: number) => [k % 200, Math.floor(k / 200)],
      (k: number) => [k, k],
      (k: number) => [k, -k],
    ])
      expect(places(family(make).map(([a, b]) => hashPair(a, b)))).toBeGreaterThan(FILLED * expected(COUNT));
  });

  it.each([
    ['of one FNV hash', sameFnv],
    ['that count up', () => family(k => `order ${k} of the whole day`)],
    ['that differ in their first bytes', () => family(k => `${k}`.padStart(5, '0') + 'x'.repeat(40))],
    ['of zeros, by length', () => Array.from({ length: 5000 }, (_, k) => '\0'.repeat(k))],
  ])('texts %s', (_, make) => {
    const keys = make().map(text => new TextEncoder().encode(text));
    expect(places(keys.map(bytes => hashBytes(bytes, 0, bytes.length)))).toBeGreaterThan(
      FILLED * expected(keys.length),
    );
  });
});

/** How many of 2^14 places so many random keys are at. */
const expected = (count: number): number => 16_384 * (1 - Math.exp(-count / 16_384));
