import { FLOAT64, isNumeric } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { numberOf } from './references.js';
import { sumOf, unitsOf } from './sums.js';

export const avg = defineAggregate({
  name: 'avg',
  doc: 'The mean of the values, as float64. NULL for none.',
  signature: 'x: number',
  sql: ([x]) => `AVG(${castDouble(x)})`,
  duckdb: args => `avg(${args[0]})`,
  ordered: false,
  distinct: 'rows',
  retracts: true,
  resolve(args) {
    requireArguments('avg', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    const total = sumOf(context.args, 0, context.retracting);
    const units = unitsOf(context.args[0]);
    return {
      parts: { total },
      counts: true,
      value: emit => ({
        value: `${total.number(emit.part('total'))} / ${emit.seen}${units === 1 ? '' : ` / ${units}`}`,
      }),
    };
  },
  reference(rows, [arg]) {
    if (rows.length === 0) return null;
    return rows.reduce((total, row) => total + numberOf(row.args[0], arg), 0) / rows.length;
  },
});

/** An argument of Flink's SQL as a DOUBLE; DISTINCT stays in front. */
function castDouble(x: string): string {
  return x.startsWith('DISTINCT ')
    ? `DISTINCT CAST(${x.slice('DISTINCT '.length)} AS DOUBLE)`
    : `CAST(${x} AS DOUBLE)`;
}
