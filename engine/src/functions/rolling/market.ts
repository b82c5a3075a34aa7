import { FLOAT64, INT32, isNumeric, type DataType } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import type { AggregateArgument, ReferenceValue } from '../aggregate/define.js';
import { AggregateArgumentError, requireArguments } from '../aggregate/errors.js';
import { defineRowFunction, type RowReference } from './define.js';

/** The k-th argument of a row as a number; null for NULL. */
function numberOf(row: RowReference, k: number, args: readonly AggregateArgument[]): number | null {
  const value = row.args[k];
  if (value === null || value === undefined) return null;
  return Number(value) / scaleOf(args[k].type);
}

function scaleOf(type: DataType): number {
  return type.kind === 'decimal' ? 10 ** type.scale : 1;
}

const whenAll = (conditions: readonly (string | null)[]): string =>
  conditions.filter(text => text !== null).join(' && ') || 'true';

/** The weight of the newest value: of the one of `alpha`, `span` and `halfLife` (both in rows) that is given. */
export function emaWeight(options: CallOptions): number {
  const given = ['alpha', 'span', 'halfLife'].filter(name => options[name] !== undefined);
  const value = options[given[0]];
  if (given.length === 1 && typeof value === 'number') {
    if (given[0] === 'alpha' && value > 0 && value <= 1) return value;
    if (given[0] === 'span' && value >= 1) return 2 / (value + 1);
    if (given[0] === 'halfLife' && value > 0) return 1 - 2 ** (-1 / value);
  }
  throw new AggregateArgumentError(
    'MR3132',
    'ema() takes one of span (1 or more), halfLife (above 0) and alpha (above 0, at most 1).',
    'Write ema(t.price, { span: 20 }).',
  );
}

/**
 * The exponential moving average y = α x + (1 − α) y′ with the first value as its start: pandas' `ewm(adjust=False, ignore_na=True)`.
 * Options: `span` (α = 2 / (span + 1)), `halfLife` (α = 1 − 2^(−1/halfLife)) or `alpha`.
 */
export const ema = defineRowFunction({
  name: 'ema',
  doc: 'The exponential moving average of the values so far, by rows; NULLs are skipped. NULL before the first value.',
  signature: 'x: number, { span | halfLife | alpha }',
  timed: false,
  resolve(args, options) {
    emaWeight(options);
    requireArguments('ema', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind({ options }) {
    const alpha = emaWeight(options);
    return {
      lanes: [
        { name: 'mean', lane: 'float64', init: 0 },
        { name: 'seen', lane: 'uint8', init: 0 },
      ],
      history: 0,
      row: emit => ({
        statements:
          `if (${emit.valid[0] ?? 'true'}) { if (${emit.lane('seen')} === 0) { ${emit.lane('mean')} = ${emit.numbers[0]}; ` +
          `${emit.lane('seen')} = 1; } else ${emit.lane('mean')} += ${alpha} * (${emit.numbers[0]} - ${emit.lane('mean')}); }`,
        present: emit.valid[0] === null ? null : `${emit.lane('seen')} !== 0`,
        value: emit.lane('mean'),
        exceeds: null,
        exact: null,
      }),
    };
  },
  sql: () => null,
  duckdb: () => null,
  reference(rows, args, options) {
    const alpha = emaWeight(options);
    let mean: number | null = null;
    return rows.map(row => {
      const x = numberOf(row, 0, args);
      if (x !== null) mean = mean === null ? x : mean + alpha * (x - mean);
      return mean;
    });
  },
});

/** Options: `log`. Source: Campbell, Lo, MacKinlay, The Econometrics of Financial Markets (1997), section 1.4. */
export const returns = defineRowFunction({
  name: 'returns',
  doc: 'The return since the row before: x / x′ − 1, or ln(x / x′) with { log: true }. NULL where either is.',
  signature: 'x: number, { log = false }',
  timed: false,
  resolve(args) {
    requireArguments('returns', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: true };
  },
  bind: ({ options }) => ({
    lanes: [],
    history: 1,
    row(emit) {
      const { exists, valid, value } = emit.previous(0, 1);
      const ratio = `${emit.numbers[0]} / ${emit.numbers[0].replace(emit.args[0], value)}`;
      return {
        statements: '',
        present: whenAll([exists, valid, emit.valid[0]]),
        value: options.log === true ? `Math.log(${ratio})` : `${ratio} - 1`,
        exceeds: null,
        exact: null,
      };
    },
  }),
  sql: (args, over, { log }) => {
    const ratio = `CAST(${args[0]} AS DOUBLE) / LAG(${args[0]}) OVER (${over})`;
    return log === true ? `LN(${ratio})` : `${ratio} - 1`;
  },
  duckdb: (args, over, { log }) => {
    const ratio = `CAST(${args[0]} AS DOUBLE) / lag(${args[0]}) OVER (${over})`;
    return log === true ? `ln(${ratio})` : `${ratio} - 1`;
  },
  reference: (rows, args, { log }) =>
    rows.map((row, i) => {
      const now = numberOf(row, 0, args);
      const then = i === 0 ? null : numberOf(rows[i - 1], 0, args);
      if (now === null || then === null) return null;
      return log === true ? Math.log(now / then) : now / then - 1;
    }),
});

/** Source: Magdon-Ismail and Atiya, Maximum Drawdown, Risk 17 (2004), as a fraction of the peak. */
export const drawdown = defineRowFunction({
  name: 'drawdown',
  doc: 'How far the value is below the highest one so far, as a fraction of it: 0 at a peak, else below 0. NULL where it is NULL.',
  signature: 'x: number',
  timed: false,
  resolve(args) {
    requireArguments('drawdown', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind: () => ({
    lanes: [{ name: 'peak', lane: 'float64', init: -Infinity }],
    history: 0,
    row: emit => ({
      statements: `if (${whenAll([emit.valid[0], `${emit.numbers[0]} > ${emit.lane('peak')}`])}) ${emit.lane('peak')} = ${emit.numbers[0]};`,
      present: emit.valid[0],
      value: `${emit.numbers[0]} / ${emit.lane('peak')} - 1`,
      exceeds: null,
      exact: null,
    }),
  }),
  sql: (args, over) => `CAST(${args[0]} AS DOUBLE) / MAX(${args[0]}) OVER (${over}) - 1`,
  duckdb: (args, over) => `CAST(${args[0]} AS DOUBLE) / max(${args[0]}) OVER (${over}) - 1`,
  reference(rows, args) {
    let peak = -Infinity;
    return rows.map(row => {
      const x = numberOf(row, 0, args);
      if (x === null) return null;
      if (x > peak) peak = x;
      return x / peak - 1;
    });
  },
});

/**
 * Source: Lee and Ready, Inferring Trade Direction from Intraday Data, Journal of Finance 46 (1991). Arguments: the price, and
 * the mid price where it is known: a trade at it, or without one, goes by the tick rule.
 */
export const tradeSign = defineRowFunction({
  name: 'tradeSign',
  doc: '1 for a trade that a buyer started, -1 for a seller: by the mid price where it is given, else by the last price change. NULL while that is unknown.',
  signature: 'price: number, mid?: number',
  timed: false,
  resolve(args) {
    requireArguments('tradeSign', args, args.length === 2 ? 2 : 1, arg => isNumeric(arg.type), 'numbers');
    return { type: INT32, nullable: true };
  },
  bind: ({ args }) => ({
    lanes: [
      { name: 'price', lane: 'float64', init: NaN },
      { name: 'tick', lane: 'int32', init: 0 },
    ],
    history: 0,
    row(emit) {
      const sign = emit.local('sign');
      const [price, mid] = emit.numbers;
      const held = emit.lane('price');
      const tick = emit.lane('tick');
      const quote =
        args.length < 2
          ? ''
          : `if (${whenAll([emit.valid[1], `${price} !== ${mid}`])}) ${sign} = ${price} > ${mid} ? 1 : ${price} < ${mid} ? -1 : ${sign};`;
      return {
        statements:
          `let ${sign} = 0; if (${emit.valid[0] ?? 'true'}) { ` +
          `if (${price} > ${held}) ${tick} = 1; else if (${price} < ${held}) ${tick} = -1; ` +
          `${held} = ${price}; ${sign} = ${tick}; ${quote} }`,
        present: `${sign} !== 0`,
        value: sign,
        exceeds: null,
        exact: null,
      };
    },
  }),
  sql: () => null,
  duckdb: () => null,
  reference(rows, args) {
    let held = NaN;
    let tick = 0;
    return rows.map((row): ReferenceValue => {
      const price = numberOf(row, 0, args);
      if (price === null) return null;
      if (price > held) tick = 1;
      else if (price < held) tick = -1;
      held = price;
      const mid = args.length < 2 ? null : numberOf(row, 1, args);
      if (mid !== null && price > mid) return 1;
      if (mid !== null && price < mid) return -1;
      return tick === 0 ? null : tick;
    });
  },
});
