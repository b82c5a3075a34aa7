import { expect, it } from 'vitest';
import { SortedCounts } from './state/sortedCounts.js';
import { quantileAt } from './quantiles.js';

const halfOf = (...values: number[]): number => {
  const held = new SortedCounts();
  for (const value of values) held.add(value);
  return quantileAt(held, 0.5);
};

it('lies between infinities and what is too far apart for a difference', () => {
  expect(halfOf(-Infinity, 1)).toBe(-Infinity);
  expect(halfOf(1, Infinity)).toBe(Infinity);
  expect(halfOf(-Infinity, -Infinity)).toBe(-Infinity);
  expect(halfOf(-Infinity, Infinity)).toBeNaN();
  expect(halfOf(1, NaN)).toBeNaN();
  expect(halfOf(-1e308, 1e308)).toBe(0);
  expect(halfOf(1, 2)).toBe(1.5);
});
