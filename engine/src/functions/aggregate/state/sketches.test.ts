import { describe, expect, it } from 'vitest';
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
