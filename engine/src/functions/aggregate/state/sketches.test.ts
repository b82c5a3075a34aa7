import { describe, expect, it } from 'vitest';
import { CountedHyperLogLog } from './countedHyperLogLog.js';
import { HyperLogLog } from './hyperLogLog.js';
import { TDigest } from './tDigest.js';

/** A stream of numbers in [0, 1) that is the same every time. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a t-digest', () => {
  it.each([
    ['even', (x: number) => x],
    ['skewed', (x: number) => Math.exp(8 * x)],
    ['of few values', (x: number) => Math.floor(x * 20)],
  ])('of %s values is near their ranks, and nearer at the ends, merged or not', (_, shape) => {
    const next = numbers(7);
    const values = Array.from({ length: 60_000 }, () => shape(next()));
    const whole = new TDigest();
    const parts = Array.from({ length: 7 }, () => new TDigest());
    values.forEach((value, k) => {
      whole.add(value);
      parts[k % 7].add(value);
    });
    const merged = new TDigest();
    for (const part of parts) merged.merge(part);
    const sorted = Float64Array.from(values).sort();
    const rankOf = (value: number): [number, number] => [
      sorted.findIndex(each => each >= value) / sorted.length,
      (sorted.findLastIndex(each => each <= value) + 1) / sorted.length,
    ];
    for (const digest of [whole, merged, TDigest.decode(whole.encode())]) {
      expect(digest.quantile(0)).toBe(sorted[0]);
      expect(digest.quantile(1)).toBe(sorted.at(-1));
      for (const q of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]) {
        const [low, high] = rankOf(digest.quantile(q));
        const allowed = 0.02 * Math.sqrt(q * (1 - q)) + 1e-4;
        expect(Math.max(low - q, q - high, 0)).toBeLessThan(allowed);
      }
    }
  });
});

describe('a HyperLogLog', () => {
  it('is exact for few values, and near for many, in any order and merged', () => {
    for (const count of [0, 1, 1000, 5000, 200_000]) {
      const forth = new HyperLogLog();
      const back = new HyperLogLog();
      const half = new HyperLogLog();
      for (let i = 0; i < count; i++) {
        forth.add(i * 0.5);
        back.add((count - 1 - i) * 0.5);
        if (i % 2 === 0) half.add(i * 0.5);
      }
      const estimate = forth.estimate();
      if (count <= 1000) expect(estimate).toBe(count);
      expect(Math.abs(estimate - count)).toBeLessThanOrEqual(0.03 * count);
      expect(back.estimate()).toBe(estimate);
      half.merge(back);
      expect(half.estimate()).toBe(estimate);
      expect(HyperLogLog.decode(forth.encode()).estimate()).toBe(estimate);
    }
  });

  it('tells texts and great integers apart', () => {
    const sketch = new HyperLogLog();
    for (let i = 0; i < 500; i++) sketch.add(`SYM${i}`);
    for (let i = 0n; i < 300n; i++) sketch.add(2n ** 60n + i);
    for (const value of [0, -0, NaN, Number('x')]) sketch.add(value);
    expect(sketch.estimate()).toBe(802);
  });
});

describe('a HyperLogLog that gives values back', () => {
  it('estimates what one of the values that are left does, however many came and went', () => {
    const next = numbers(11);
    for (const [most, kept] of [
      [6000, 300],
      [6000, 3000],
      [1500, 900],
      [1100, 1000],
    ]) {
      let sketch = new CountedHyperLogLog();
      const left = new Map<number, number>();
      const change = (value: number, by: 1 | -1): void => {
        if (by === 1) sketch.add(value);
        else sketch.remove(value);
        const count = (left.get(value) ?? 0) + by;
        if (count === 0) left.delete(value);
        else left.set(value, count);
      };
      const expected = (): number => {
        const whole = new HyperLogLog();
        for (const value of left.keys()) whole.add(value);
        return whole.estimate();
      };
      for (let i = 0; i < most; i++) {
        change(i / 4, 1);
        if (next() < 0.3) change(Math.floor(next() * (i + 1)) / 4, 1);
      }
      expect(sketch.estimate()).toBe(expected());
      for (const value of [...left.keys()]) {
        if (left.size <= kept) break;
        for (let count = left.get(value) as number; count > 0; count--) change(value, -1);
        if (next() < 0.01) sketch = CountedHyperLogLog.decode(sketch.encode());
        if (next() < 0.002) expect(sketch.estimate()).toBe(expected());
      }
      const other = new CountedHyperLogLog();
      for (let i = 0; i < 3000; i++) other.add(-i);
      other.merge(sketch);
      expect(sketch.estimate()).toBe(expected());
      for (let i = 0; i < 3000; i++) other.remove(-i);
      // 0 is -0.
      if (left.has(0)) expect(other.estimate()).toBe(expected());
      for (const [value, count] of [...left]) for (let k = 0; k < count; k++) change(value, -1);
      sketch.remove(12345);
      expect(sketch.estimate()).toBe(0);
    }
  });
});
