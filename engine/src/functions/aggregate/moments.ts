import type { AggregateArgument, EmitContext, MergeContext, StatePart, ValueContext } from './define.js';
import { clearText, floatSum, type SumPart } from './sums.js';

/** The sum of an argument's values as numbers, with the precision of two float64: what moments are computed from. */
export function numberSum(args: readonly AggregateArgument[], at: number, retracting: boolean): SumPart {
  // That of a float64 is the one that sum() and avg() keep.
  return args[at].type.kind === 'float64'
    ? floatSum('sum', [at], emit => emit.args[0], retracting)
    : floatSum('number sum', [at], emit => emit.numbers[0], retracting);
}

/**
 * The sum of the products of two arguments' values, with the precision of two float64: each product with its rounding error (Dekker 1971),
 * added with its own (Knuth's TwoSum). Products that are not finite are counted apart.
 */
export function productSum(x: number, y: number): StatePart {
  const change = (emit: EmitContext, sign: '+' | '-'): string =>
    `{ const x = ${emit.numbers[0]}, y = ${emit.numbers[1]}, p = ${sign === '-' ? '-' : ''}(x * y); ` +
    `if (p - p === 0) { ${twoSum(emit, 'p')} ${emit.lane('low')} ${sign}= productError(x, y); } ` +
    `else { ${emit.lane('odd')} ${sign}= 1; } }`;
  const lanes = ['high', 'low', 'odd'].map(name => ({ name, lane: 'float64', init: 0 }) as const);
  return {
    kind: 'float products',
    args: [x, y],
    lanes,
    add: emit => change(emit, '+'),
    retract: emit => `${change(emit, '-')} ${clearText(emit, lanes)}`,
    merge: (emit: MergeContext) =>
      `${twoSum(emit, emit.other('high'))} ${emit.lane('low')} += ${emit.other('low')}; ` +
      `${emit.lane('odd')} += ${emit.other('odd')};`,
  };
}

function twoSum(emit: Pick<EmitContext, 'lane'>, value: string): string {
  return (
    `{ const a = ${emit.lane('high')}, b = ${value}, t = a + b, u = t - a; ` +
    `${emit.lane('low')} += (a - (t - u)) + (b - u); ${emit.lane('high')} = t; }`
  );
}

/** The text of n·Σxy − Σx·Σy, of parts by name; NaN where a value is not finite. */
export function momentText(
  emit: ValueContext,
  sumX: [string, SumPart],
  sumY: [string, SumPart],
  products: string,
): string {
  const [x, y, p] = [emit.part(sumX[0]), emit.part(sumY[0]), emit.part(products)];
  const finite = `${sumX[1].number(x)} + ${sumY[1].number(y)}`;
  return (
    `moment(${emit.seen}, ${x.lane('high')}, ${x.lane('low')}, ${y.lane('high')}, ${y.lane('low')}, ` +
    `${p.lane('high')}, ${p.lane('low')}, ${p.lane('odd')} === 0 ? ${finite} : NaN)`
  );
}

/** 2^27 + 1: splits a float64 in two halves of 26 bits (Veltkamp 1968). */
const SPLIT = 134217729;

/** x·y − fl(x·y), exactly, but for numbers so great that the halves overflow. */
export function productError(x: number, y: number): number {
  const p = x * y;
  const a = SPLIT * x;
  const b = SPLIT * y;
  const xHigh = a - (a - x);
  const yHigh = b - (b - y);
  const xLow = x - xHigh;
  const yLow = y - yHigh;
  const error = xLow * yLow - (p - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
  return error - error === 0 ? error : 0;
}

/**
 * n·Σxy − Σx·Σy, each sum given by two float64, computed with the precision of both: what is left after the two have
 * cancelled is right, unless the mean is some 10^14 times the deviation. `check` is a sum of the values that is finite where they all are.
 */
export function moment(
  n: number,
  xHigh: number,
  xLow: number,
  yHigh: number,
  yLow: number,
  pHigh: number,
  pLow: number,
  check: number,
): number {
  if (check - check !== 0) return NaN;
  const x = xHigh + xLow;
  const y = yHigh + yLow;
  const xRest = xLow - (x - xHigh);
  const yRest = yLow - (y - yHigh);
  const p = pHigh + pLow;
  const pRest = pLow - (p - pHigh);
  const left = n * p;
  const leftRest = productError(n, p) + n * pRest;
  const right = x * y;
  const rightRest = productError(x, y) + x * yRest + y * xRest;
  const result = left - right + (leftRest - rightRest);
  // Below the precision of the sums there is nothing.
  return Math.abs(result) <= Math.abs(left) * 2 ** -96 ? 0 : result;
}
