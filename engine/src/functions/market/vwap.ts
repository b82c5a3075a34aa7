import { FLOAT64, isNumeric } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from '../aggregate/define.js';
import { requireArguments } from '../aggregate/errors.js';
import { numberOf } from '../aggregate/references.js';
import { floatSum, sumOf, unitsOf } from '../aggregate/sums.js';

export const vwap = defineAggregate({
  name: 'vwap',
  doc: 'The volume-weighted average price: sum(price * size) / sum(size), as float64. NULL for no rows and for no volume.',
  signature: 'price: number, size: number',
  sql: args => `SUM(CAST(${args[0]} AS DOUBLE) * ${args[1]}) / NULLIF(SUM(CAST(${args[1]} AS DOUBLE)), 0)`,
  duckdb: ([price, size]) =>
    price.startsWith('DISTINCT')
      ? null
      : `sum(CAST(${price} AS DOUBLE) * ${size}) / nullif(sum(CAST(${size} AS DOUBLE)), 0)`,
  ordered: false,
  distinct: 'rows',
  retracts: true,
  resolve(args) {
    requireArguments('vwap', args, 2, arg => isNumeric(arg.type), 'numbers');
    return { type: FLOAT64, nullable: true };
  },
  bind(context): BoundAggregate {
    const notional = floatSum(
      'product',
      [0, 1],
      emit => `${emit.numbers[0]} * ${emit.numbers[1]}`,
      context.retracting,
    );
    const volume = sumOf(context.args, 1, context.retracting);
    const units = unitsOf(context.args[1]);
    return {
      parts: { notional, volume },
      counts: false,
      value: emit => ({
        before: `const volume = ${volume.number(emit.part('volume'))}${units === 1 ? '' : ` / ${units}`};`,
        present: 'volume !== 0',
        value: `${notional.number(emit.part('notional'))} / volume`,
      }),
    };
  },
  reference(rows, [price, size]) {
    const volume = rows.reduce((total, row) => total + numberOf(row.args[1], size), 0);
    if (volume === 0) return null;
    const notional = rows.reduce(
      (total, row) => total + numberOf(row.args[0], price) * numberOf(row.args[1], size),
      0,
    );
    return notional / volume;
  },
});
