import { FLOAT64, isNumeric } from '../../columns/types.js';
import {
  defineAggregate,
  type AggregateDefinition,
  type BoundAggregate,
  type ReferenceRow,
} from './define.js';
import type { AggregateArgument } from './define.js';
import { requireArguments } from './errors.js';
import { momentText, numberSum, productSum } from './moments.js';
import { numberOf } from './references.js';

/** What a spread is divided by: all values, or one less. */
type Of = 'population' | 'sample';

/** Variances and standard deviations, of a population or estimated from a sample. */
function spread(name: string, of: Of, root: boolean): AggregateDefinition {
  const what = root ? 'standard deviation' : 'variance';
  const sqlName = `${root ? 'STDDEV' : 'VAR'}_${of === 'sample' ? 'SAMP' : 'POP'}`;
  const divisor =
    of === 'sample' ? 'divided by n - 1; NULL for fewer than two values' : 'divided by n; NULL for none';
  return defineAggregate({
    name,
    doc: `The ${what} of ${of === 'sample' ? 'a sample' : 'the values'} as float64: ${root ? 'the root of ' : ''}the squared distances from the mean, ${divisor}.`,
    signature: 'x: number',
    sql: args => `${sqlName}(${args[0]})`,
    duckdb: args => `${sqlName.toLowerCase()}(${args[0]})`,
    ordered: false,
    distinct: 'rows',
    retracts: true,
    resolve(args) {
      requireArguments(name, args, 1, arg => isNumeric(arg.type), 'a number');
      return { type: FLOAT64, nullable: args[0].nullable || of === 'sample' };
    },
    bind(context): BoundAggregate {
      const sum = numberSum(context.args, 0, context.retracting);
      return {
        parts: { sum, squares: productSum(0, 0) },
        counts: true,
        value(emit) {
          const moment = momentText(emit, ['sum', sum], ['sum', sum], 'squares');
          const n = emit.seen;
          const variance = `notNegative(${moment} / ${n} / ${of === 'sample' ? `(${n} - 1)` : n})`;
          return {
            present: of === 'sample' ? `${n} > 1` : null,
            value: root ? `Math.sqrt(${variance})` : variance,
          };
        },
      };
    },
    reference(rows, [arg]) {
      const variance = covariance(rows, arg, arg, 0, 0, of);
      return variance === null || !root ? variance : Math.sqrt(variance);
    },
  });
}

export const stddev = spread('stddev', 'sample', true);
export const stddevPop = spread('stddevPop', 'population', true);
export const variance = spread('variance', 'sample', false);
export const variancePop = spread('variancePop', 'population', false);

/** Covariances, of a population or estimated from a sample. */
function covaried(name: string, of: Of): AggregateDefinition {
  const sqlName = `COVAR_${of === 'sample' ? 'SAMP' : 'POP'}`;
  return defineAggregate({
    name,
    doc: `The covariance as float64, ${of === 'sample' ? 'divided by n - 1; NULL for fewer than two rows' : 'divided by n; NULL for none'}. Rows where either is NULL are left out.`,
    signature: 'x: number, y: number',
    sql: ([x, y]) => (x.startsWith('DISTINCT') ? null : `${sqlName}(${x}, ${y})`),
    duckdb: ([x, y]) => (x.startsWith('DISTINCT') ? null : `${sqlName.toLowerCase()}(${x}, ${y})`),
    ordered: false,
    distinct: 'rows',
    retracts: true,
    resolve(args) {
      requireArguments(name, args, 2, arg => isNumeric(arg.type), 'numbers');
      return { type: FLOAT64, nullable: of === 'sample' || args.some(arg => arg.nullable) };
    },
    bind(context): BoundAggregate {
      const x = numberSum(context.args, 0, context.retracting);
      const y = numberSum(context.args, 1, context.retracting);
      return {
        parts: { x, y, products: productSum(0, 1) },
        counts: true,
        value(emit) {
          const n = emit.seen;
          const moment = momentText(emit, ['x', x], ['y', y], 'products');
          return {
            present: of === 'sample' ? `${n} > 1` : null,
            value: `${moment} / ${n} / ${of === 'sample' ? `(${n} - 1)` : n}`,
          };
        },
      };
    },
    reference: (rows, [x, y]) => covariance(rows, x, y, 0, 1, of),
  });
}

export const covar = covaried('covar', 'sample');
export const covarPop = covaried('covarPop', 'population');

export const corr = defineAggregate({
  name: 'corr',
  doc: "Pearson's correlation as float64, from -1 to 1 (of a population and of a sample alike); NaN where either never changes. NULL for none.",
  signature: 'x: number, y: number',
  sql: ([x, y]) =>
    x.startsWith('DISTINCT') ? null : `COVAR_POP(${x}, ${y}) / (STDDEV_POP(${x}) * STDDEV_POP(${y}))`,
  duckdb: ([x, y]) => (x.startsWith('DISTINCT') ? null : `corr(${x}, ${y})`),
  ordered: false,
  distinct: 'rows',
  retracts: true,
  resolve(args) {
    requireArguments('corr', args, 2, arg => isNumeric(arg.type), 'numbers');
    return { type: FLOAT64, nullable: args.some(arg => arg.nullable) };
  },
  bind(context): BoundAggregate {
    const x = numberSum(context.args, 0, context.retracting);
    const y = numberSum(context.args, 1, context.retracting);
    return {
      parts: { x, y, products: productSum(0, 1), xs: productSum(0, 0), ys: productSum(1, 1) },
      counts: true,
      value(emit) {
        const xy = momentText(emit, ['x', x], ['y', y], 'products');
        const xx = momentText(emit, ['x', x], ['x', x], 'xs');
        const yy = momentText(emit, ['y', y], ['y', y], 'ys');
        return { value: `correlation(${xy}, ${xx}, ${yy})` };
      },
    };
  },
  reference(rows, [x, y]) {
    if (rows.length === 0) return null;
    const xy = covariance(rows, x, y, 0, 1, 'population') as number;
    const xx = covariance(rows, x, x, 0, 0, 'population') as number;
    const yy = covariance(rows, y, y, 1, 1, 'population') as number;
    return xx === 0 || yy === 0 ? NaN : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
  },
});

/** A variance that rounding has put below zero is zero. */
export function notNegative(variance: number): number {
  return variance < 0 ? 0 : variance;
}

/** A correlation out of three moments; rounding leaves it within ±1. */
export function correlation(xy: number, xx: number, yy: number): number {
  if (!(xx > 0) || !(yy > 0)) return NaN;
  return Math.max(-1, Math.min(1, xy / (Math.sqrt(xx) * Math.sqrt(yy))));
}

/** (n·Σxy − Σx·Σy) / n², or / n(n − 1) of a sample, in exact integers: rounded once. */
function covariance(
  rows: readonly ReferenceRow[],
  x: AggregateArgument,
  y: AggregateArgument,
  xAt: number,
  yAt: number,
  of: Of,
): number | null {
  const n = rows.length;
  if (n < (of === 'sample' ? 2 : 1)) return null;
  const xs = rows.map(row => exactUnits(numberOf(row.args[xAt], x)));
  const ys = rows.map(row => exactUnits(numberOf(row.args[yAt], y)));
  if (xs.includes(null) || ys.includes(null)) return NaN;
  const sum = (values: readonly (bigint | null)[]): bigint =>
    values.reduce<bigint>((total, value) => total + (value ?? 0n), 0n);
  const products = sum(xs.map((value, k) => (value ?? 0n) * (ys[k] ?? 0n)));
  const moment = BigInt(n) * products - sum(xs) * sum(ys);
  return ratioOfUnits(moment, BigInt(n) * BigInt(of === 'sample' ? n - 1 : n));
}

/** A float64 in units of 2^-1074, of which every float64 is a whole number; null for one that is not finite. */
function exactUnits(value: number): bigint | null {
  if (!Number.isFinite(value)) return null;
  let scale = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    scale++;
  }
  return BigInt(whole) << BigInt(1074 - scale);
}

/** A number of squared units, divided. */
function ratioOfUnits(units: bigint, divisor: bigint): number {
  const scaled = (units << 64n) / divisor;
  const bits = Math.max(0, scaled.toString(2).length - 64);
  return Number(scaled >> BigInt(bits)) * 2 ** (bits - 2148 - 64);
}
