import { FLOAT64 } from '../../columns/types.js';
import { defineAggregate, type BoundAggregate } from './define.js';
import { requireArguments } from './errors.js';
import { numberOf } from './references.js';
import { isSummable, sumOf, unitsOf } from './sums.js';

export const avg = defineAggregate({
  name: 'avg',
  doc: 'The mean of the values, as float64; of durations a duration, rounded to its unit, halves away from zero. NULL for none.',
  signature: 'x: number or duration',
  sql: ([x]) => `AVG(${castDouble(x)})`,
  duckdb: args => `avg(${args[0]})`,
  ordered: false,
  distinct: 'rows',
  retracts: true,
  resolve(args) {
    requireArguments('avg', args, 1, isSummable, 'a number or a duration');
    const [{ type, nullable }] = args;
    return { type: type.kind === 'duration' ? type : FLOAT64, nullable };
  },
  bind(context): BoundAggregate {
    const total = sumOf(context.args, 0, context.retracting);
    const units = unitsOf(context.args[0]);
    const isDuration = context.args[0].type.kind === 'duration';
    return {
      parts: { total },
      counts: true,
      value(emit) {
        const part = emit.part('total');
        if (isDuration) {
          const [high, low] = [part.lane('high'), part.lane('low')];
          return {
            value: `meanTicks(${low}, ${emit.seen})`,
            exceeds: `${high} !== 0`,
            exact: `exactMeanTicks(${high}, ${low}, ${emit.seen})`,
          };
        }
        return {
          value: `${total.number(part)} / ${emit.seen}${units === 1 ? '' : ` / ${units}`}`,
        };
      },
    };
  },
  reference(rows, [arg]) {
    if (rows.length === 0) return null;
    if (arg.type.kind === 'duration') {
      const sum = rows.reduce((total, row) => total + BigInt(row.args[0] as bigint), 0n);
      const count = BigInt(rows.length);
      return (2n * sum + (sum < 0n ? -count : count)) / (2n * count);
    }
    return rows.reduce((total, row) => total + numberOf(row.args[0], arg), 0) / rows.length;
  },
});

/** An argument of Flink's SQL as a DOUBLE; DISTINCT stays in front. */
function castDouble(x: string): string {
  return x.startsWith('DISTINCT ')
    ? `DISTINCT CAST(${x.slice('DISTINCT '.length)} AS DOUBLE)`
    : `CAST(${x} AS DOUBLE)`;
}
